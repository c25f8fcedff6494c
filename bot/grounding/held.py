"""Whether a fact of a sentence stands where its sources speak of the rest of the sentence."""

from collections.abc import Callable, Iterator, Sequence, Set
from typing import NamedTuple

from bot.grounding.claims import Amount, Claim, read
from bot.grounding.sources import Prepared, overlaps, shared

RIVAL = 0.4
"""How much a fact counts that is said of somebody else."""

CONTRADICTED = 0.75
"""How much a fact counts where what is nearest to it has another of its kind in its place."""


class Fact(NamedTuple):
    """A fact as it is looked for.

    Attributes:
        has: Whether a clause has it.
        other: Whether a clause has another of its kind, which the sentence does not have.
        name: The fact, if it is a name: it is no rival of itself.
    """

    has: Callable[[Claim], bool]
    other: Callable[[Claim], bool] = lambda _: False
    name: str = ""


class _Near(NamedTuple):
    """A clause of a source; `score` and `labelled` are how much it speaks of what a sentence does.

    The latter if it is a label, such as the "Leeds" of "Leeds: the canal steps": it is of all its
    unit. `unit` is what the clause is of, `row` all cells beside it.
    """

    part: Claim
    unit: Claim
    row: str
    score: float
    labelled: float


def held(fact: Fact, whole: Claim, around: Claim, prepared: Prepared) -> float:
    """How much the clauses with a fact speak of the rest, to the most that any clause does.

    Args:
        fact: What is looked for.
        whole: The sentence without the fact.
        around: Its clause without the fact.
        prepared: Where it is looked for.
    """
    near = [*_near(whole, around, prepared)]
    having = [one for one in near if fact.has(one.part)]
    if not having:
        return 0.0
    nearest = max(near, key=lambda one: one.score)
    if not nearest.score:
        return 1.0
    said_of = around.names or (frozenset() if whole.names else prepared.asked.names)
    named = said_of & prepared.weights.keys()
    share = max(_counted(one, fact, named) for one in having) / nearest.score
    return share * CONTRADICTED if share < 1 and _contradicts(nearest, fact) else share


def replaced(fact: Amount, said: Sequence[Amount], there: Sequence[Amount]) -> bool:
    """Whether a source has a fact of the same kind that a sentence does not have."""
    numbers = {one.number for one in said}
    return any(one.unit == fact.unit and one.number not in numbers for one in there)


def repeats(whole: Claim, scores: Sequence[float], prepared: Prepared) -> bool:
    """Whether a sentence says a fact again in the place of another that its source has.

    "7 % and 7 %" for "7 % and 5 %": both stand in the source, and each is said there once.
    """
    if not scores:
        return False
    at = max(range(len(scores)), key=scores.__getitem__)
    others = [one for i, one in enumerate(prepared.claims) if i != at]
    there = prepared.claims[at]
    elsewhere = {fact.number for one in others for fact in (*one.amounts, *one.dates)}
    return any(
        _again(fact, said, found)
        for said, found in ((whole.amounts, there.amounts), (whole.dates, there.dates))
        for fact in said
        if fact.number not in elsewhere
    )


def _again(fact: Amount, said: Sequence[Amount], there: Sequence[Amount]) -> bool:
    mine = [one.number for one in said if one.fits(fact)]
    theirs = [one.number for one in there if one.fits(fact)]
    again = mine.count(fact.number) > theirs.count(fact.number) > 0
    return again and len(mine) >= len(theirs) and not set(theirs) <= set(mine)


def _near(whole: Claim, around: Claim, prepared: Prepared) -> Iterator[_Near]:
    scores = overlaps(whole, prepared)
    of_units = zip(scores, prepared.units, prepared.claims, prepared.parts, strict=True)
    for score, unit, claim, parts in of_units:
        tight = [shared(around, part, prepared) for part in parts]
        for part, own in zip(parts, tight, strict=True):
            yield _Near(part, claim, unit.row, score + own, score + max(tight))


def _counted(one: _Near, fact: Fact, named: Set[str]) -> float:
    score = one.labelled if len(one.part.words) <= 1 else one.score
    return score * (RIVAL if _of_another(one, named, fact.name) else 1.0)


def _of_another(one: _Near, named: Set[str], name: str) -> bool:
    """Whether a clause is about somebody else than the sentence is about.

    "07:30 in Porto and 09:00 in Toronto" has both names, and each hour only one of them.
    """
    if not named or named & one.part.tokens:
        return False
    unnamed = not named & one.unit.tokens
    return bool(one.part.names - named - {name}) or (unnamed and bool(one.unit.names - named))


def _contradicts(nearest: _Near, fact: Fact) -> bool:
    """Whether what is nearest, or its row, has another fact and not this one."""
    claims = (nearest.part, read(nearest.row)) if nearest.row else (nearest.part,)
    return any(fact.other(claim) and not fact.has(claim) for claim in claims)
