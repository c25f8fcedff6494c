"""Documents that disagree: the same said of the same thing, with another number.

Only what can be compared word by word is: two sentences of different documents that share nearly
all their words and none of their numbers. What is put quite differently is not noticed.
"""

import re
from collections.abc import Iterator, Sequence

from bot.messages.replies import Conflict, Statement
from bot.model.words import subject_words
from bot.sentences import units

SHARED = 0.7
"""Of the words of two sentences together, how many both have."""

LEAST = 3
"""Sentences with fewer words are about anything."""

MOST = 2

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def conflicts(said: Sequence[Statement], others: Sequence[Statement]) -> tuple[Conflict, ...]:
    """Where other statements contradict what was said; each pair of documents once."""
    found: dict[tuple[str, str], Conflict] = {}
    for one in said:
        for other in others:
            if one.document_id == other.document_id:
                continue
            for mine, its in _pairs(one, other):
                pair = (
                    min(one.document_id, other.document_id),
                    max(one.document_id, other.document_id),
                )
                found.setdefault(pair, Conflict(one=mine, other=its))
    return tuple(found.values())[:MOST]


def _pairs(one: Statement, other: Statement) -> Iterator[tuple[Statement, Statement]]:
    for mine in units(one.text):
        for its in units(other.text):
            if _disagree(mine, its):
                yield one.saying(mine), other.saying(its)


def _disagree(one: str, other: str) -> bool:
    numbers, its = set(_NUMBER.findall(one)), set(_NUMBER.findall(other))
    if not numbers or not its or numbers & its:
        return False
    a, b = subject_words(_NUMBER.sub(" ", one)), subject_words(_NUMBER.sub(" ", other))
    return min(len(a), len(b)) >= LEAST and len(a & b) >= SHARED * len(a | b)
