"""Declared arguments of a Web API method, and their strict reading."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from bot.local_slack.errors import ApiRefusal

ArgKind = Literal["string", "boolean", "integer", "timestamp", "array", "object"]

_TIMESTAMP = re.compile(r"\d{1,10}\.\d{6}")
_TRUE: Final = (True, "1", "true", "True")
_FALSE: Final = (False, "0", "false", "False")


@dataclass(frozen=True)
class Arg:
    """One argument: its kind, whether it must be there, and what it may be."""

    kind: ArgKind = "string"
    required: bool = False
    choices: Sequence[str] = ()
    max_length: int | None = None


STRING: Final = Arg()
REQUIRED: Final = Arg(required=True)
BOOLEAN: Final = Arg("boolean")
INTEGER: Final = Arg("integer")
TS: Final = Arg("timestamp")
REQUIRED_TS: Final = Arg("timestamp", required=True)
ARRAY: Final = Arg("array")
OBJECT: Final = Arg("object")


def read_arguments(declared: Mapping[str, Arg], given: Mapping[str, Any]) -> dict[str, Any]:
    """Check arguments against their declaration and convert each to its kind.

    Raises:
        ApiRefusal: `invalid_arguments`, with a sentence for every mistake.
    """
    mistakes = [f"unknown argument: {name}" for name in given if name not in declared]
    mistakes += [
        f"missing required field: {name}"
        for name, arg in declared.items()
        if arg.required and name not in given
    ]
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name in declared:
            try:
                read[name] = _read(declared[name], value)
            except ValueError as mistake:
                mistakes.append(f"{mistake} [json-pointer:/{name}]")
    if mistakes:
        raise ApiRefusal("invalid_arguments", messages=mistakes)
    return read


def _read(arg: Arg, value: Any) -> Any:
    match arg.kind:
        case "string" | "timestamp":
            return _string(arg, value)
        case "boolean":
            return _boolean(value)
        case "integer":
            return _integer(value)
        case "array":
            return _structure(value, list, "an array")
        case "object":
            return _structure(value, dict, "an object")


def _string(arg: Arg, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a string")
    if arg.kind == "timestamp" and not _TIMESTAMP.fullmatch(value):
        raise ValueError(f"must be a timestamp such as 1405894322.002768, not {value!r}")
    if arg.choices and value not in arg.choices:
        raise ValueError(f"must be one of {', '.join(arg.choices)}")
    if arg.max_length is not None and len(value) > arg.max_length:
        raise ValueError(f"must be less than {arg.max_length + 1} characters")
    if arg.required and not value and not arg.choices and arg.max_length is None:
        raise ValueError("must not be empty")
    return value


def _boolean(value: Any) -> bool:
    # 1 == True: a number would pass for a boolean without the look at its type.
    if isinstance(value, bool | str) and value in _TRUE:
        return True
    if isinstance(value, bool | str) and value in _FALSE:
        return False
    raise ValueError("must be a boolean")


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    raise ValueError("must be an integer")


def _structure(value: Any, kind: type, name: str) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError(f"must be {name} or its JSON") from None
    if not isinstance(value, kind):
        raise ValueError(f"must be {name}")
    return value
