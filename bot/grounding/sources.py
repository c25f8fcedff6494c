"""The sources of a reply, taken apart, and how much of them speaks of the same as a sentence."""

import math
from collections import Counter
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

from bot.grounding.claims import Claim, Stem, read
from bot.grounding.pieces import Unit, clauses, units

NEXT = 0.4
"""How much of what a sentence speaks of goes on to the one after it."""

BESIDE = 0.8
"""How much of what the other cells of a row speak of holds for a cell."""

TOLD = 0.5
"""How telling a word is that stands in a title or heading: every unit is about that."""

ASKED = 0.3
"""How much the question says of what the reply to it is about."""

NAME = 2.0
"""How much more telling a name is than another word."""


class Prepared(NamedTuple):
    """The sources of a reply, taken apart once.

    Attributes:
        units: What the sources say, one after the other.
        claims: The same as it is compared.
        parts: The clauses of each unit; a cell of a table is one.
        about: What titles, headings and the person say: it may be said again.
        asked: What the person says.
        weights: How telling a word is: the fewer units have it, the more.
    """

    units: tuple[Unit, ...]
    claims: tuple[Claim, ...]
    parts: tuple[tuple[Claim, ...], ...]
    about: Claim
    asked: Claim
    weights: dict[Stem | str, float]


@lru_cache(maxsize=256)
def prepare(sources: tuple[str, ...], titles: str = "", asked: str = "") -> Prepared:
    """Take sources apart.

    Args:
        sources: Their texts.
        titles: Their titles and headings, which hold for every unit.
        asked: What the person wrote.
    """
    found = tuple(unit for source in sources for unit in units(source))
    claims = tuple(read(unit.text) for unit in found)
    counts = Counter(key for claim in claims for key in (*claim.words, *claim.tokens))
    told = read(titles).words
    weights = {
        key: math.log(1 + len(claims) / count) * (TOLD if key in told else 1.0)
        for key, count in counts.items()
    }
    parts = tuple(
        (claim,) if unit.row else tuple(map(read, clauses(unit.text)))
        for unit, claim in zip(found, claims, strict=True)
    )
    return Prepared(found, claims, parts, read(f"{titles}\n{asked}"), read(asked), weights)


def overlaps(claim: Claim, prepared: Prepared) -> list[float]:
    """How much each unit speaks of what a claim speaks of: itself, its row, and the one before."""
    asked = prepared.asked.words

    def told(one: Claim) -> float:
        return shared(claim, one, prepared) + ASKED * weight(asked & one.words, prepared)

    own = [told(one) for one in prepared.claims]
    return [
        score
        + (BESIDE * max(0.0, told(read(unit.row)) - score) if unit.row else 0.0)
        + (NEXT * own[i - 1] if unit.near else 0.0)
        for i, (unit, score) in enumerate(zip(prepared.units, own, strict=True))
    ]


def shared(claim: Claim, other: Claim, prepared: Prepared) -> float:
    """How telling it is what two claims have in common: words, names and numbers."""
    numbers = {amount.number for amount in other.amounts}
    names = NAME * weight(claim.names & other.tokens, prepared)
    common = sum(amount.number in numbers for amount in claim.amounts)
    return weight(claim.words & other.words, prepared) + names + common


def weight(words: Set[Stem | str], prepared: Prepared) -> float:
    """How telling some words are, together."""
    return sum(prepared.weights.get(word, 0.0) for word in words)
