"""What speaks against a sentence, measured on what it rests on.

Every fact of the sentence is looked for in the unit of its sources that speaks of the same things:
a number that stands in the passage, but in another sentence or row, supports nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.grounding.claims import Amount, Claim, read
from bot.grounding.held import Fact, held, repeats, replaced
from bot.grounding.pieces import clauses
from bot.grounding.sources import Prepared, overlaps, weight

NEAR = 0.75
"""What is nearly as near as the nearest may be what a clause rests on, too."""

ABOUT = 0.7
"""How well a name is supported that stands in a title, a heading or the question only."""

_CONTEXT = 0.3
"""How much a unit adds to one of its clauses, when the one is looked for that a clause rests on."""


class Measures(NamedTuple):
    """What speaks against a sentence, each from 0 to 1.

    Attributes:
        amount: A number is not where the rest of the sentence is.
        name: The same of a name or an identifier.
        denial: It denies what its source does not, or the reverse.
        strange: The share of words that no source has, in the clause with the most of them.
    """

    amount: float
    name: float
    denial: float
    strange: float


def measure(sentence: str, prepared: Prepared) -> Measures:
    """Compare a sentence with its sources."""
    whole = read(sentence)
    parts = [read(part) for part in clauses(sentence)]
    scores = overlaps(whole, prepared)
    amounts = [_amount(a, whole, part, prepared) for part in parts for a in part.amounts]
    if repeats(whole, scores, prepared):
        amounts.append(0.0)
    names = [
        _name(name, whole, part, prepared)
        for name in whole.names
        for part in parts
        if name in part.tokens
    ]
    return Measures(
        amount=1 - min(amounts, default=1.0),
        name=1 - min(names, default=1.0),
        denial=max((_denies(part, whole, scores, prepared) for part in parts), default=0.0),
        strange=max((_strange(part, prepared) for part in parts), default=0.0),
    )


def _amount(amount: Amount, whole: Claim, around: Claim, prepared: Prepared) -> float:
    """How well a number is supported for what the sentence, and its clause, say it of."""
    if any(amount.number == other.number for other in prepared.about.amounts):
        return 1.0

    def has(claim: Claim) -> bool:
        return any(amount.number == a.number and amount.fits(a) for a in claim.amounts)

    def other(claim: Claim) -> bool:
        return bool(amount.unit) and replaced(amount, whole.amounts, claim.amounts)

    return held(Fact(has, other), whole.without(amount), around.without(amount), prepared)


def _name(name: str, whole: Claim, around: Claim, prepared: Prepared) -> float:
    """The same of a name; one that the person has said needs less."""
    stems = read(name).words
    known = name in prepared.about.tokens or bool(stems & prepared.about.words)

    def has(claim: Claim) -> bool:
        return name in claim.tokens or bool(stems & claim.words)

    fact = Fact(has, name=name)
    share = held(fact, whole.unnamed(name, stems), around.unnamed(name, stems), prepared)
    return max(share, ABOUT) if known else share


def _denies(part: Claim, whole: Claim, scores: Sequence[float], prepared: Prepared) -> float:
    """How sure it is that a clause denies and those it may rest on do not, or the reverse."""
    near = [
        (weight(part.words & other.words, prepared) + _CONTEXT * score, other, unit)
        for score, others, unit in zip(scores, prepared.parts, prepared.claims, strict=True)
        for other in others
        if part.words & other.words
    ]
    best = max((score for score, *_ in near), default=0.0)
    rested = [(other, unit) for score, other, unit in near if score >= NEAR * best]
    if not rested or any(
        part.denies == other.denies or whole.denies == unit.denies for other, unit in rested
    ):
        return 0.0
    common = max(len(part.words & other.words) for other, _ in rested)
    return common / (len(part.words) + 1)


def _strange(claim: Claim, prepared: Prepared) -> float:
    """The share of its words that no source has; of few words it says less than of many."""
    known = prepared.weights.keys() | prepared.about.words
    return len(claim.words - known) / (len(claim.words) + 1)
