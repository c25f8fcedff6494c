"""Question in, passages out: by meaning and by words, one list.

Two scores are added, each on a scale of its own that no other chunk moves: the cosine of the
vectors, and the share of the query's words that a chunk holds, rare words weighing more. That share
is BM25 without its counts and lengths, over the most it can reach. On judged questions the sum
finds more than either, more than cosine and BM25 both stretched to 0..1, and more than adding up
ranks.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.documents import Passage
from knowledge.embed import Embedder, Vector
from knowledge.index import Index
from knowledge.store import Store

Scores = npt.NDArray[np.float64]

MAX_QUERY_CHARS = 2_000
"""More than the embedder reads; a pasted log must not become a search for every word in it."""

MAX_WORDS = 48

ANSWERABLE = 0.4
"""From this `answerable` score on, it is worth answering from the passages. Below a half, because
a good answer kept back is worse than passages that say nothing of the matter."""

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
    queries = _queries(query)
    vectors = embedder.embed(queries)
    with store.reading():
        index = store.index()
        store.require_model(embedder.name, vectors.shape[1])
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

    A logistic curve over the best similarity and the best coverage, fitted on the answerable and
    unanswerable questions about two handbooks, each kind weighing the same.
    """
    if not passages:
        return 0.0
    similarity = max(passage.similarity for passage in passages)
    coverage = max(passage.coverage for passage in passages)
    return 1 / (1 + math.exp(6.2 - 9.8 * similarity - 3.6 * coverage))


def words_of(query: str) -> tuple[str, ...]:
    """The words worth looking up; all of them where all are common."""
    words = tuple(dict.fromkeys(word.lower() for word in _WORD.findall(query) if word.strip("_")))
    return tuple(word for word in words if word not in _COMMON)[:MAX_WORDS] or words[:MAX_WORDS]


def _queries(query: str | Sequence[str]) -> list[str]:
    """The queries that hold something, each as far as the embedder reads."""
    queries = [query] if isinstance(query, str) else query
    cut = (text[:MAX_QUERY_CHARS].encode("utf-8", "replace").decode() for text in queries)
    clean = (" ".join(text.replace("\x00", " ").split()) for text in cut)
    return [text for text in dict.fromkeys(clean) if text]


@dataclass(frozen=True)
class _Found:
    """The scores of one query, or the best of several, aligned to the positions scanned."""

    fused: Scores
    similarity: Scores
    coverage: Scores


@dataclass(frozen=True)
class _Scan:
    """One search over the chunks that may be read; `at` are their positions in the index."""

    store: Store
    index: Index
    at: npt.NDArray[np.int64]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        return self.index.rows[self.at]

    def score(self, query: str, vector: Vector, weights: Weights) -> _Found:
        words = words_of(query)
        similarity = (self.index.vectors @ vector)[self.at].astype(np.float64)
        coverage = self._coverage(words)
        fused = weights.dense * similarity + weights.words * coverage
        if weights.bm25:
            fused += weights.bm25 * self._bm25(words)
        return _Found(fused / weights.total, similarity, coverage)

    def passages(self, found: Sequence[_Found], k: int) -> list[Passage]:
        best = _Found(
            fused=np.max([one.fused for one in found], axis=0),
            similarity=np.max([one.similarity for one in found], axis=0),
            coverage=np.max([one.coverage for one in found], axis=0),
        )
        order = [int(position) for position in np.argsort(-best.fused, kind="stable")[:k]]
        rows = [int(self.rows[position]) for position in order]
        chunks = self.store.chunks(rows)
        return [
            Passage(
                **chunk.model_dump(),
                score=_rounded(best.fused[position]),
                similarity=_rounded(best.similarity[position], least=-1),
                coverage=_rounded(best.coverage[position]),
                quarantine=quarantine,
            )
            for position, (chunk, quarantine) in zip(
                order, (chunks[row] for row in rows), strict=True
            )
        ]

    def _coverage(self, words: Sequence[str]) -> Scores:
        """The share of the words that each chunk holds; words that few chunks hold weigh more."""
        held, total = np.zeros(len(self.at)), 0.0
        for word in words:
            holds = np.isin(self.rows, self.store.holding(word), assume_unique=True)
            rarity = math.log((len(self.at) + 1) / (np.count_nonzero(holds) + 0.5))
            held += rarity * holds
            total += rarity
        return held / total if total else held

    def _bm25(self, words: Sequence[str]) -> Scores:
        """BM25 of each chunk over the highest one."""
        scores = np.zeros(len(self.at))
        if words:
            rows, found = self.store.match(words)
            _, here, there = np.intersect1d(
                self.rows, rows, assume_unique=True, return_indices=True
            )
            scores[here] = found[there]
        return scores / scores.max() if scores.max() > 0 else scores


def _rounded(score: float, *, least: float = 0.0) -> float:
    return round(min(1.0, max(least, float(score))), 6)
