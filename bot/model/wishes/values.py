"""One argument's value from a message, by its JSON schema: options, patterns, numbers, dates."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from bot.model.wishes.when import day_in, moment_in
from bot.model.words import stem, vocabulary, words

Schema: TypeAlias = Mapping[str, Any]

MAX_LOOKED_AT = 2_000
"""Characters of a message in which values are looked for."""

_MEANS = {
    "urgent": r"asap|a\.s\.a\.p|urgently|emergency|immediately|right away|critical"
    r"|(?:i'?m|i am|we'?re|we are|completely|totally|is) blocked|blocking (?:me|us)"
    r"|can(?:'?t|not| not) work(?: at all)?",
    "high": r"important",
    "low": r"no (?:rush|hurry)|not urgent|whenever|minor",
    "resolved": r"closed|done|finished|solved|fixed",
    "in_progress": r"being worked on|under way|underway|ongoing",
    "open": r"unresolved|outstanding|still open",
}
"""What people say instead of the names that enums often have."""

_EVERYDAY = vocabulary("new open low high normal medium other all any none default done active")
"""Options that are everyday words too: they count only beside what they describe."""

_NOT = vocabulary("not no isn't never non without aren't")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(r"https?://[^\s<>\"'`)\]]+")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,-])-?\d{1,15}(?:\.\d{1,10})?(?![\w-]|[.,]\d)")


@dataclass(frozen=True)
class Parameter:
    """One argument of a tool.

    Attributes:
        schemas: The forms that a value may have, without null.
        nouns: Words that name the argument and its tool: beside them an everyday word is meant.
    """

    name: str
    schemas: tuple[Schema, ...]
    required: bool
    description: str
    nouns: frozenset[str]

    @property
    def options(self) -> tuple[str, ...]:
        """The values to choose from, as text; empty if there is no choice."""
        return tuple(str(v) for schema in self.schemas for v in options_of(schema))

    @property
    def free_text(self) -> Schema | None:
        """The schema of the form that takes any text, if there is one."""
        return next((schema for schema in self.schemas if _is_free_text(schema)), None)


def options_of(schema: Schema) -> tuple[Any, ...]:
    """The values of an enum or a constant; none for any other schema."""
    if "const" in schema:
        return (schema["const"],)
    return tuple(value for value in schema.get("enum", ()) if value is not None)


def value_in(text: str, parameter: Parameter, today: date) -> Any:
    """The value that a message gives for an argument, None if it gives none."""
    text = text[:MAX_LOOKED_AT]
    chosen = _choice(text, parameter)
    if chosen is not None:
        return chosen
    for schema in parameter.schemas:
        if (found := _value(text, schema, parameter, today)) is not None:
            return found
    return None


def _value(text: str, schema: Schema, parameter: Parameter, today: date) -> Any:
    if options_of(schema):
        return None
    match schema.get("type"):
        case "string":
            return _string(text, schema, today)
        case "integer" | "number":
            return _number(text, schema, parameter)
        case "boolean":
            return _boolean(text, parameter)
        case "array":
            return _all(text, schema.get("items") or {}, parameter, today)
        case _:
            return None


def _is_free_text(schema: Schema) -> bool:
    fixed = ("pattern", "format", "enum", "const")
    return schema.get("type") == "string" and not any(key in schema for key in fixed)


# --- options --------------------------------------------------------------------------------------


def _choice(text: str, parameter: Parameter) -> Any:
    """The one option that the message names; of a list argument, see `_all`."""
    options = [value for schema in parameter.schemas for value in options_of(schema)]
    named = list(_named(text, options, parameter))
    if len(named) > 1 and not parameter.required:
        return None
    return named[0] if named and (len(named) == 1 or _is_part(named)) else None


def _is_part(named: list[Any]) -> bool:
    """Whether the first option holds the others: "data platform" and "platform"."""
    first = set(words(str(named[0]).replace("_", " ")))
    return all(set(words(str(other).replace("_", " "))) <= first for other in named[1:])


def _named(text: str, options: Iterable[Any], parameter: Parameter) -> Iterator[Any]:
    """The options that a message names, longest first; then those it only hints at."""
    said = words(text)
    stemmed = [stem(word) for word in said]
    ordered = sorted(options, key=lambda option: -len(str(option)))
    plain = [o for o in ordered if _names(said, stemmed, str(o), parameter)]
    yield from plain or [o for o in ordered if _hints(text, str(o))]


def _names(said: list[str], stemmed: list[str], option: str, parameter: Parameter) -> bool:
    parts = [stem(word) for word in words(option.replace("_", " "))]
    for at in range(len(stemmed) - len(parts) + 1):
        if parts and stemmed[at : at + len(parts)] == parts:
            before, after = said[max(0, at - 2) : at], said[at + len(parts) :][:1]
            if _NOT.intersection(before):
                continue
            if option.lower() not in _EVERYDAY or parameter.nouns.intersection(
                stem(word) for word in [*before, *after]
            ):
                return True
    return False


def _hints(text: str, option: str) -> bool:
    means = _MEANS.get(option.lower())
    match = means and re.search(rf"(?<!\w)(?:{means})(?!\w)", text, re.IGNORECASE)
    return bool(match) and not _NOT.intersection(words(text[: match.start()])[-2:])


def _all(text: str, items: Schema, parameter: Parameter, today: date) -> list[Any] | None:
    """Every value of a list that the message names."""
    if options := options_of(items):
        named = list(_named(text, options, parameter))
        return [option for option in options if option in named] or None
    pattern = _pattern_of(items)
    if items.get("type") == "string" and pattern:
        return list(dict.fromkeys(match[0] for match in pattern.finditer(text))) or None
    value = _value(text, items, parameter, today)
    return None if value is None else [value]


# --- strings, numbers -----------------------------------------------------------------------------


def _string(text: str, schema: Schema, today: date) -> str | None:
    if pattern := _pattern_of(schema):
        match = pattern.search(text)
        return _in_case(match[0], schema) if match else _prefixed(text, schema)
    match schema.get("format"):
        case "date":
            day = day_in(text, today)
            return day.isoformat() if day else None
        case "date-time":
            moment = moment_in(text, today)
            return moment.isoformat() if moment else None
        case _:
            return None


def _pattern_of(schema: Schema) -> re.Pattern[str] | None:
    """What to look for in a message: the schema's own pattern, not bound to its ends."""
    known = {"email": _EMAIL, "uri": _URL, "uuid": _UUID}.get(str(schema.get("format")))
    if known or "pattern" not in schema:
        return known
    inner = str(schema["pattern"]).removeprefix("^").removesuffix("$")
    try:
        return re.compile(rf"(?<![\w-])(?:{inner})(?![\w-])", re.IGNORECASE)
    except (re.error, RecursionError, OverflowError):
        return None


def _in_case(found: str, schema: Schema) -> str:
    """What was found, in the letter case that the pattern wants: `inc-7` is `INC-7`."""
    pattern = str(schema.get("pattern", ""))
    cases = (found, found.upper(), found.lower())
    return next((c for c in cases if pattern and re.search(pattern, c)), found.rstrip(".,;:!?"))


def _prefixed(text: str, schema: Schema) -> str | None:
    """Put the pattern's prefix before a number: "ticket 1042" is `INC-1042`."""
    prefix = re.match(r"\^?([A-Za-z]{1,8}[-_#]?)(?=[\[(\\])", str(schema.get("pattern", "")))
    number = re.search(r"(?:ticket|number|no\.?|order|case|request|#)\s*#?(\d{1,8})\b", text, re.I)
    if not prefix or not number:
        return None
    pattern = _pattern_of(schema)
    value = f"{prefix[1]}{number[1]}"
    return value if pattern and pattern.fullmatch(value) else None


def _number(text: str, schema: Schema, parameter: Parameter) -> int | float | None:
    """The only number of a message, or the one that stands beside the argument's name."""
    found = [m for m in _NUMBER.finditer(text) if _is_in_range(float(m[0]), schema)]
    beside = [m for m in found if _is_beside(text, m, parameter)]
    chosen = beside[:1] or (found if len(found) == 1 and parameter.required else [])
    if not chosen:
        return None
    value = float(chosen[0][0])
    if schema.get("type") == "number":
        return value
    return int(value) if value.is_integer() else None


def _is_in_range(value: float, schema: Schema) -> bool:
    least, most = schema.get("minimum"), schema.get("maximum")
    return (least is None or value >= least) and (most is None or value <= most)


def _is_beside(text: str, match: re.Match[str], parameter: Parameter) -> bool:
    near = words(text[: match.start()])[-2:] + words(text[match.end() :])[:1]
    own = {stem(word) for word in words(parameter.name.replace("_", " "))}
    return bool(own & {stem(word) for word in near})


def _boolean(text: str, parameter: Parameter) -> bool | None:
    """True where the message names the argument, False where it does so after a "not"."""
    own = [stem(word) for word in words(parameter.name.replace("_", " "))]
    stemmed = [stem(word) for word in words(text)]
    for at in range(len(stemmed) - len(own) + 1):
        if own and stemmed[at : at + len(own)] == own:
            return not _NOT.intersection(words(text)[max(0, at - 2) : at])
    return None
