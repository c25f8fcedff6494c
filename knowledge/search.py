"""Question in, passages out: by meaning and by words, one list.

Both kinds of score are put on a scale from 0 to 1 over the chunks that may be read, and added. On
judged questions this beats adding up ranks, which forget how far apart two chunks are.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.documents import Passage
from knowledge.embed import Embedder
from knowledge.index import Index
from knowledge.store import Store

Scores = npt.NDArray[np.float64]

DENSE_WEIGHT = 0.6
"""The share of meaning in the fused score; words have the rest."""

MAX_QUERY_CHARS = 2_000
"""More than the embedder reads; a pasted log must not become a search for every word in it."""

MAX_WORDS = 48

ANSWERABLE = 0.5
"""From this `answerable` score on, it is worth answering from the passages."""

_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    "a about am an and any are as at be been but by can could did do does for from get had has have"
    " he her him his how i if in into is it its just like may me my no not of on or our please she"
    " should so some than that the their them then there these they this to up us was we were what"
    " when where which who whom whose why will with would you your".split()
)


@dataclass(frozen=True)
class Weights:
    """How much meaning and words count in the fused score."""

    dense: float = DENSE_WEIGHT
    lexical: float = 1 - DENSE_WEIGHT


FUSED = Weights()


def search(
    store: Store,
    embedder: Embedder,
    query: str | Sequence[str],
    *,
    readers: frozenset[str] = frozenset(),
    k: int = 6,
    include_quarantined: bool = False,
    weights: Weights = FUSED,
) -> list[Passage]:
    """Return the passages nearest to a query, best first.

    Chunks that may not be read take no part: neither in the ranking nor in the scale of the scores.

    Args:
        store: Where to search.
        embedder: The model the documents were embedded by.
        query: Plain text, never a syntax. Of several, such as a message alone and in its context,
            each chunk's best score counts.
        readers: Ids of the channels and user groups that a document's audience is held against;
            documents for everyone are always found.
        k: The most passages to return.
        include_quarantined: Also return chunks that the guardrails hold back, marked as such. They
            are for showing, never for the model.
        weights: What counts in the score; other ones are for measuring.

    Raises:
        EmptyIndex: Nothing has been loaded yet.
        WrongModel: The index was built with another embedding model.
    """
    store.require_model(embedder.name)
    queries = [text for text in _queries(query) if text]
    vectors = embedder.embed(queries)
    with store.reading():
        index = store.index()
        allowed = index.readable(readers, include_quarantined=include_quarantined)
        if not queries or not allowed.any():
            return []
        scan = _Scan(store, index, np.flatnonzero(allowed))
        found = [
            scan.score(text, vector, weights) for text, vector in zip(queries, vectors, strict=True)
        ]
        return scan.passages(found, k)


def answerable(passages: Sequence[Passage]) -> float:
    """How likely the passages of a search answer it, 0 to 1; see `ANSWERABLE`.

    A first score: a logistic curve over the best similarity, and over how many of the question's
    words, rare ones weighing more, stand in one passage.
    """
    if not passages:
        return 0.0
    similarity = max(passage.similarity for passage in passages)
    coverage = max(passage.coverage for passage in passages)
    return 1 / (1 + math.exp(-(10 * (similarity - 0.5) + 4 * (coverage - 0.5))))


def words_of(query: str) -> tuple[str, ...]:
    """The words worth looking up; all of them where all are common."""
    words = tuple(dict.fromkeys(word.lower() for word in _WORD.findall(query) if word.strip("_")))
    return tuple(word for word in words if word not in _COMMON)[:MAX_WORDS] or words[:MAX_WORDS]


def _queries(query: str | Sequence[str]) -> list[str]:
    queries = [query] if isinstance(query, str) else query
    return [" ".join(text[:MAX_QUERY_CHARS].replace("\x00", " ").split()) for text in queries]


@dataclass(frozen=True)
class _Found:
    """The scores of one query, aligned to the positions scanned."""

    words: tuple[str, ...]
    similarity: Scores
    fused: Scores


@dataclass(frozen=True)
class _Scan:
    """One search over the chunks that may be read; `at` are their positions in the index."""

    store: Store
    index: Index
    at: npt.NDArray[np.int64]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        return self.index.rows[self.at]

    def score(self, query: str, vector: npt.NDArray[np.float32], weights: Weights) -> _Found:
        similarity = (self.index.vectors @ vector)[self.at].astype(np.float64)
        words = words_of(query)
        lexical = self._lexical(words)
        fused = weights.dense * _scaled(similarity) + weights.lexical * _scaled(lexical)
        return _Found(words, similarity, fused)

    def passages(self, found: Sequence[_Found], k: int) -> list[Passage]:
        fused = np.max([one.fused for one in found], axis=0)
        similarity = np.max([one.similarity for one in found], axis=0)
        best = np.argsort(-fused, kind="stable")[:k]
        rows = self.rows[best]
        coverage = np.max([self._coverage(one.words, rows) for one in found], axis=0)
        chunks = self.store.chunks([int(row) for row in rows])
        return [
            Passage(
                **chunk.model_dump(),
                score=round(float(fused[position]), 6),
                similarity=round(float(similarity[position]), 6),
                coverage=round(float(covered), 6),
                quarantine=quarantine,
            )
            for position, row, covered in zip(best, rows, coverage, strict=True)
            for chunk, quarantine in [chunks[int(row)]]
        ]

    def _lexical(self, words: Sequence[str]) -> Scores:
        """BM25 of each chunk scanned, 0 where no word stands."""
        scores = np.zeros(len(self.at))
        if words:
            rows, found = self.store.match(words)
            _, here, there = np.intersect1d(
                self.rows, rows, assume_unique=True, return_indices=True
            )
            scores[here] = found[there]
        return scores

    def _coverage(self, words: Sequence[str], rows: npt.NDArray[np.int64]) -> Scores:
        """The share of the words that each of these rows holds, weighed by their rarity."""
        held, total = np.zeros(len(rows)), 0.0
        for word in words:
            holding = np.intersect1d(self.rows, self.store.holding(word), assume_unique=True)
            rarity = math.log((len(self.at) + 1) / (len(holding) + 0.5))
            total += rarity
            held += rarity * np.isin(rows, holding)
        return held / total if total > 0 else held


def _scaled(scores: Scores) -> Scores:
    """The same scores from 0, the worst, to 1, the best."""
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)
