"""Rules that Block Kit objects are checked by, and the inspection that gathers what is wrong."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Surface = Literal["message", "modal", "home"]
Rule = Callable[["Inspection", Any, str], None]

_HTTP = re.compile(r"https?://[^\s]+")
_NOTHING: Final[Mapping[str, Rule]] = {}


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a JSON pointer, in Slack's words where it has some."""

    pointer: str
    text: str

    def __str__(self) -> str:
        return f"{self.text} [json-pointer:{self.pointer}]"


@dataclass
class Inspection:
    """One pass over a payload: the mistakes, and what must be unique or is limited in sum."""

    surface: Surface
    mistakes: list[Mistake] = field(default_factory=list[Mistake])
    text_length: int = 0
    markdown_length: int = 0
    tables: int = 0
    has_input: bool = False
    _block_ids: set[str] = field(default_factory=set[str])
    _action_ids: set[str] = field(default_factory=set[str])

    def wrong(self, pointer: str, text: str) -> None:
        self.mistakes.append(Mistake(pointer, text))

    def begin_block(self) -> None:
        """An action_id has to be unique within its block only."""
        self._action_ids = set()

    def block_id(self, value: str, pointer: str) -> None:
        if value in self._block_ids:
            self.wrong(pointer, f"block_id is there twice: {value}")
        self._block_ids.add(value)

    def action_id(self, value: str, pointer: str) -> None:
        if value in self._action_ids:
            self.wrong(pointer, f"action_id is there twice in this block: {value}")
        self._action_ids.add(value)


def string(maximum: int, minimum: int = 1) -> Rule:
    """A string of so many characters."""

    def check(look: Inspection, value: Any, at: str) -> None:
        if not isinstance(value, str):
            look.wrong(at, "must be a string")
        elif len(value) > maximum:
            look.wrong(at, f"must be less than {maximum + 1} characters")
        elif len(value) < minimum:
            look.wrong(at, f"must be more than {minimum - 1} characters")

    return check


def written(maximum: int, minimum: int = 1) -> Rule:
    """A string that people read, so it counts towards the text of all blocks."""
    inner = string(maximum, minimum)

    def check(look: Inspection, value: Any, at: str) -> None:
        inner(look, value, at)
        if isinstance(value, str):
            look.text_length += len(value)

    return check


def url(maximum: int) -> Rule:
    """An http or https URL."""
    inner = string(maximum)

    def check(look: Inspection, value: Any, at: str) -> None:
        inner(look, value, at)
        if isinstance(value, str) and not _HTTP.fullmatch(value):
            look.wrong(at, "must be a valid http or https URL")

    return check


def matching(pattern: str, what: str) -> Rule:
    """A string of a certain form."""
    compiled = re.compile(pattern)

    def check(look: Inspection, value: Any, at: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            look.wrong(at, f"must be {what}")

    return check


def one_of(*choices: str) -> Rule:
    """One of these strings."""

    def check(look: Inspection, value: Any, at: str) -> None:
        if value not in choices:
            look.wrong(at, f"must be one of {', '.join(choices)}")

    return check


def boolean(look: Inspection, value: Any, at: str) -> None:
    """True or false, and nothing that only looks like it."""
    if not isinstance(value, bool):
        look.wrong(at, "must be a boolean")


def integer(look: Inspection, value: Any, at: str) -> None:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        look.wrong(at, "must be an integer")


def number(look: Inspection, value: Any, at: str) -> None:
    """Any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        look.wrong(at, "must be a number")


def list_of(rule: Rule, maximum: int, minimum: int = 1) -> Rule:
    """A list with so many items, each of which obeys a rule."""

    def check(look: Inspection, value: Any, at: str) -> None:
        if not isinstance(value, list):
            look.wrong(at, "must be an array")
            return
        if len(value) > maximum:
            look.wrong(at, f"no more than {maximum} items allowed")
        if len(value) < minimum:
            look.wrong(at, f"no less than {minimum} items allowed")
        for index, item in enumerate(value):
            rule(look, item, f"{at}/{index}")

    return check


@dataclass(frozen=True)
class Shape:
    """The fields of an object; `also` checks what no single field shows."""

    required: Mapping[str, Rule] = field(default_factory=lambda: _NOTHING)
    optional: Mapping[str, Rule] = field(default_factory=lambda: _NOTHING)
    also: Rule | None = None

    def __call__(self, look: Inspection, value: Any, at: str) -> None:
        if not isinstance(value, dict):
            look.wrong(at, "must be an object")
            return
        for name in self.required.keys() - value.keys():
            look.wrong(at, f"missing required field: {name}")
        for name, item in value.items():
            self._field(look, str(name), item, f"{at}/{name}")
        if self.also:
            self.also(look, value, at)

    def _field(self, look: Inspection, name: str, item: Any, at: str) -> None:
        rule = self.required.get(name) or self.optional.get(name)
        if rule is not None:
            rule(look, item, at)
        elif name != "type":
            look.wrong(at, f"invalid additional property: {name}")


def typed(shapes: Mapping[str, Rule], allowed: Sequence[str] | None = None) -> Rule:
    """An object whose `type` says which shape it has."""
    kinds = tuple(shapes) if allowed is None else tuple(allowed)

    def check(look: Inspection, value: Any, at: str) -> None:
        if not isinstance(value, dict):
            look.wrong(at, "must be an object")
        elif "type" not in value:
            look.wrong(at, "missing required field: type")
        elif value["type"] not in kinds:
            look.wrong(f"{at}/type", f"unsupported type: {value['type']}")
        else:
            shapes[value["type"]](look, value, at)

    return check


def only_in(surfaces: Sequence[Surface], rule: Rule) -> Rule:
    """A rule for what Slack shows on some surfaces only."""

    def check(look: Inspection, value: Any, at: str) -> None:
        if look.surface not in surfaces:
            look.wrong(f"{at}/type", f"unsupported type: {value['type']} in a {look.surface}")
        rule(look, value, at)

    return check


def exactly_one(*names: str) -> Rule:
    """Exactly one of these fields is there."""

    def check(look: Inspection, value: Any, at: str) -> None:
        if sum(name in value for name in names) != 1:
            look.wrong(at, f"needs exactly one of {', '.join(names)}")

    return check


def at_least_one(*names: str) -> Rule:
    """One or more of these fields are there."""

    def check(look: Inspection, value: Any, at: str) -> None:
        if not any(name in value for name in names):
            look.wrong(at, f"missing required field: {' or '.join(names)}")

    return check
