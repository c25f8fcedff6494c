"""Where the arguments of a call come from: which untrusted text holds which value."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["tool", "document", "participant", "requester"]
"""Where a text came from, the least trusted first."""

_LEAST_TRUSTED_FIRST: tuple[Source, ...] = ("tool", "document", "participant", "requester")
_TELLING = re.compile(r"[^\s,;:!?\"'()<>\[\]{}]*[@./\d_-][^\s,;:!?\"'()<>\[\]{}]*")
_MIN_TELLING = 5
"""An address, an account or a number this long does not stand in two texts by chance."""


@dataclass(frozen=True)
class Text:
    """A text of the context. `name` tells people which: a document's or a tool's title."""

    source: Source
    name: str
    content: str


@dataclass(frozen=True)
class Origin:
    """Where a value comes from.

    Attributes:
        source: `model` if no text holds it.
        name: Of the text that holds it.
        partly: Only an address, account or number inside the value stands there.
    """

    source: Source | Literal["model"]
    name: str = ""
    partly: bool = False


def provenance(arguments: Mapping[str, Any], texts: Sequence[Text]) -> dict[str, Origin]:
    """Say for each argument where its value comes from.

    That is the least trusted text that contains the value, letter case and whitespace aside; else
    one that holds an address, an account or a number inside the value, which the person did not
    write; else the model. A value of several parts is as bad as its worst part. A short one that
    the person wrote is theirs: "3" stands in any text.
    """
    ordered = sorted(texts, key=lambda text: _LEAST_TRUSTED_FIRST.index(text.source))
    known = [(text, _plain(text.content)) for text in ordered]
    return {name: _origin_of(list(_leaves(value)), known) for name, value in arguments.items()}


def _origin_of(values: Sequence[str], known: Sequence[tuple[Text, str]]) -> Origin:
    own = [(text, plain) for text, plain in known if text.source == "requester"]
    telling = [v for v in values if len(v) >= _MIN_TELLING or not _whole([v], own)]
    if values and not telling:
        return Origin("requester")
    return _worst_of(telling, known)


def _worst_of(values: Sequence[str], known: Sequence[tuple[Text, str]]) -> Origin:
    for text, plain in known:
        if any(_contains(plain, value) for value in values):
            if text.source == "requester":
                break  # a part of the value may still come from elsewhere
            return Origin(text.source, text.name)
    return _partly(values, known) or _whole(values, known) or Origin("model")


def _partly(values: Sequence[str], known: Sequence[tuple[Text, str]]) -> Origin | None:
    """The untrusted text that holds a telling part of a value which the requester did not write."""
    own = [plain for text, plain in known if text.source == "requester"]
    foreign = [(text, plain) for text, plain in known if text.source != "requester"]
    for part in dict.fromkeys(part for value in values for part in _telling(value)):
        if any(_contains(plain, part) for plain in own):
            continue
        for text, plain in foreign:
            if _contains(plain, part):
                return Origin(text.source, text.name, partly=True)
    return None


def _whole(values: Sequence[str], known: Sequence[tuple[Text, str]]) -> Origin | None:
    for text, plain in known:
        if any(_contains(plain, value) for value in values):
            return Origin(text.source, text.name)
    return None


def _telling(value: str) -> Iterator[str]:
    for match in _TELLING.finditer(value):
        part = match[0].strip(".-/_")
        if len(part) >= _MIN_TELLING:
            yield part


def _leaves(value: object) -> Iterator[str]:
    match value:
        case None | bool():
            return
        case Mapping():
            for part in value.values():
                yield from _leaves(part)
        case list() | tuple():
            for part in value:
                yield from _leaves(part)
        case _:
            yield _plain(str(value))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(visible.split()).strip(" .,;:!?\"'")


def _contains(text: str, value: str) -> bool:
    """Whether `value` stands in `text` as whole words, so that "no" is not found in "know".

    Only for ASCII: other writing systems may put no space between words.
    """
    if not value or value not in text:
        return False
    return bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.ASCII))
