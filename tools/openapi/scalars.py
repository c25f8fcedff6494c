"""Schemas of texts, numbers and choices, made into types that are strict and bounded."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, cast

from pydantic import Field, JsonValue, StrictBool, StrictFloat, StrictInt, StrictStr, TypeAdapter
from pydantic_core import SchemaError

from tools.openapi.document import Json

MAX_TEXT = 10_000
"""Characters of a string whose schema sets no limit."""

MAX_ENUM = 200
MAX_PATTERN = 300


def choices(values: Any) -> Any:
    """One of an enum's values; too many of them are any text."""
    if not isinstance(values, list) or not values or len(values) > MAX_ENUM:
        return StrictStr
    plain = tuple(v for v in values if isinstance(v, str | int | bool))
    return Literal[plain] if plain else JsonValue


def scalar(kind: str, schema: Json) -> Any:
    """A text, a number or a yes or no, within its limits or ours."""
    makers: dict[str, Callable[[Json], Any]] = {
        "string": _string,
        "integer": lambda s: Annotated[StrictInt, *_bounds(s)],
        "number": lambda s: Annotated[StrictFloat, *_bounds(s)],
        "boolean": lambda _: StrictBool,
    }
    return makers[kind](schema) if kind in makers else JsonValue


def limit_of(schema: Json, name: str) -> int | None:
    """A length that a schema sets, None if it sets none."""
    value = schema.get(name)
    return value if isinstance(value, int) and value >= 0 else None


def _bounds(schema: Json) -> list[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    # 3.0 has true beside the limit, 3.1 the limit itself.
    if over is True:
        over, low = low, None
    if under is True:
        under, high = high, None
    given = {"ge": low, "le": high, "gt": over, "lt": under}
    numbers = {k: v for k, v in given.items() if isinstance(v, int | float) and v is not False}
    return [Field(**cast("Any", numbers))] if numbers else [Field()]


def _string(schema: Json) -> Any:
    low, high = limit_of(schema, "minLength"), limit_of(schema, "maxLength")
    most = min(high, MAX_TEXT) if high is not None else MAX_TEXT
    pattern = _FORMATS.get(str(schema.get("format"))) or schema.get("pattern")
    plain = Annotated[StrictStr, Field(min_length=low, max_length=most)]
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        return plain
    strict = Annotated[StrictStr, Field(min_length=low, max_length=most, pattern=pattern)]
    # Patterns that the engine does not know (look-around) are left to the API.
    return strict if _is_known(pattern) else plain


_FORMATS = {
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "date-time": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}",
    "uuid": r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
}


@lru_cache(maxsize=1_000)
def _is_known(pattern: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)])
    except SchemaError:
        return False
    return True
