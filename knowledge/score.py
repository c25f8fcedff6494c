"""How well chunks fit a query: pure functions over arrays that are aligned on the candidates.

Candidates are the few hundred chunks that are worth a closer look; nothing here needs the others.
Two scores are added, each on a scale of its own that no other chunk moves: the cosine of the
vectors, and the share of the query's words that a chunk holds, rare words weighing more. That share
is BM25 without its counts and lengths, over the most it can reach. On judged questions the sum
finds more than either, more than cosine and BM25 both stretched to 0..1, and more than adding up
ranks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
"""One score a candidate, shape (n,)."""

MAX_WORDS = 48
"""A pasted log must not become a search for every word in it."""

_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    "a about am an and any are as at be been but by can could did do does for from get had has have"
    " he her him his how i if in into is it its just like may me my no not of on or our please she"
    " should so some than that the their them then there these they this to up us was we were what"
    " when where which who whom whose why will with would you your".split()
)


@dataclass(frozen=True)
class Weights:
    """How much each score counts: meaning, the share of the words, and BM25 for comparison."""

    dense: float = 1.0
    words: float = 0.5
    bm25: float = 0.0

    @property
    def total(self) -> float:
        return self.dense + self.words + self.bm25


FUSED = Weights()


@dataclass(frozen=True)
class Signals:
    """What is known of n candidates for one query of w words.

    Attributes:
        similarity: Cosine of the candidate's vector to the query's, shape (n,).
        held: Which of the query's words a candidate holds, shape (n, w).
        rarity: How much each word tells, shape (w,); see `rarity`.
        bm25: Their BM25 scores, shape (n,); None where they are not asked for.
    """

    similarity: Scores
    held: npt.NDArray[np.bool_]
    rarity: Scores
    bm25: Scores | None = None


@dataclass(frozen=True)
class Scored:
    """The scores of one query, or the best of several; each of shape (n,)."""

    fused: Scores
    similarity: Scores
    coverage: Scores


def score(signals: Signals, weights: Weights = FUSED) -> Scored:
    """Score every candidate: 0 to 1, higher fits better."""
    share = coverage(signals.held, signals.rarity)
    fused = weights.dense * signals.similarity + weights.words * share
    if weights.bm25 and signals.bm25 is not None:
        fused = fused + weights.bm25 * _stretched(signals.bm25)
    return Scored(fused / weights.total, signals.similarity, share)


def best_of(scored: Sequence[Scored]) -> Scored:
    """Each candidate's best scores over several queries."""
    return Scored(
        fused=np.max([one.fused for one in scored], axis=0),
        similarity=np.max([one.similarity for one in scored], axis=0),
        coverage=np.max([one.coverage for one in scored], axis=0),
    )


def rarity(counts: Sequence[float], total: int) -> Scores:
    """How much each word tells, from how many of `total` chunks hold it; rare ones tell more."""
    return np.log((total + 1) / (np.asarray(counts, dtype=np.float64) + 0.5))


def coverage(held: npt.NDArray[np.bool_], rarity: Scores) -> Scores:
    """The share of the query's words that each candidate holds, rare ones weighing more: 0 to 1."""
    total = float(rarity.sum())
    return held @ rarity / total if total else np.zeros(len(held))


def words_of(query: str) -> tuple[str, ...]:
    """The words worth looking up; all of them where all are common."""
    words = tuple(dict.fromkeys(word.lower() for word in _WORD.findall(query) if word.strip("_")))
    return tuple(word for word in words if word not in _COMMON)[:MAX_WORDS] or words[:MAX_WORDS]


def _stretched(scores: Scores) -> Scores:
    most = float(scores.max(initial=0.0))
    return scores / most if most > 0 else scores
