"""The sentences of a reply that nothing it cites supports, and the reply without them."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from bot.grounding.facts import unsupported, verbatim
from bot.grounding.judge import Judge
from bot.grounding.pieces import Span, sentences
from bot.grounding.sources import prepare
from bot.wording import shorten

_MARKER = re.compile(r"\[(\d{1,3})\](?!\()")
_BULLET = re.compile(r"^[ \t]*(?:[-*•]|\d{1,3}[.)])[ \t]+")
_SHOWN = 80


class Basis(NamedTuple):
    """What a reply rests on.

    Attributes:
        facts: Everything that a number, an address or an identifier may come from.
        texts: The documents it cites.
        titles: Their titles and headings.
        asked: What the person wrote.
        tools: The numbers of citations that are results of tools: their prose is the model's.
    """

    facts: tuple[str, ...]
    texts: tuple[str, ...]
    titles: str
    asked: str
    tools: frozenset[int] = frozenset()


class Doubt(NamedTuple):
    """A sentence that nothing supports, and why not."""

    span: Span
    why: str


def doubts(text: str, basis: Basis, judge: Judge | None) -> tuple[Doubt, ...]:
    """The sentences of a reply that are not supported, in their order.

    Without a judge, only numbers, addresses and identifiers are compared.
    """
    found: list[Doubt] = []
    for span in sentences(text):
        sentence = span.of(text)
        if missing := unsupported(sentence, basis.facts):
            named = " and ".join(repr(fact) for fact in missing)
            found.append(Doubt(span, f"{named} stands in no cited source"))
        elif judge and (why := _why(sentence, basis, judge)):
            found.append(Doubt(span, why))
    return tuple(found)


def without(text: str, spans: Collection[Span]) -> str:
    """The text without some of its sentences, and without the bullets of items that are empty."""
    pieces: list[str] = []
    end = 0
    for span in sorted(spans):
        pieces.append(text[end : span.start])
        end = span.end
    kept = "".join([*pieces, text[end:]])
    lines = [line for line in kept.split("\n") if not _BULLET.fullmatch(f"{line} ")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def shortened(sentence: str) -> str:
    """A sentence as it is named to the model."""
    return shorten(sentence, _SHOWN)


def _why(sentence: str, basis: Basis, judge: Judge) -> str:
    """Why a sentence is not supported; empty where it is, or where words cannot tell."""
    said = _BULLET.sub("", _MARKER.sub("", sentence)).strip()
    if said.endswith("?") or _of_tools(sentence, basis) or _stands(said, basis.texts):
        return ""
    return judge.judge(said, prepare(basis.texts, basis.titles, basis.asked)).why


def _of_tools(sentence: str, basis: Basis) -> bool:
    """Whether a sentence reports what a tool answered, which is data and no prose to compare."""
    markers = {int(number) for number in _MARKER.findall(sentence)}
    return bool(basis.tools & markers) or (bool(basis.tools) and not markers)


def _stands(sentence: str, texts: Sequence[str]) -> bool:
    return any(verbatim(sentence, text) for text in texts)
