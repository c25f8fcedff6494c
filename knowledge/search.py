"""Question in, passages out: by meaning and by words, one list. `score` says how they weigh."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.documents import Passage
from knowledge.embed import Embedder, Vector, Vectors
from knowledge.index import Index
from knowledge.parts import nearest_part
from knowledge.score import (
    FUSED,
    Scored,
    Scores,
    Signals,
    Weights,
    best_of,
    closer,
    rarity,
    score,
    words_of,
)
from knowledge.store import Rows, Store

MAX_QUERY_CHARS = 2_000
"""More than the embedder reads; a pasted log must not become a search for every word in it."""

CLOSER = 32
"""How many of the best are looked at part by part, for the order of the first ten."""

ANSWERABLE = 0.4
"""From this `answerable` score on, it is worth answering from the passages. Below a half, because
a good answer kept back is worse than passages that say nothing of the matter."""


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
        scored = best_of(
            [
                scan.score(text, vector, weights)
                for text, vector in zip(queries, vectors, strict=True)
            ]
        )
        at = np.argsort(-scored.fused, kind="stable")[: max(CLOSER, k)]
        rows = scan.rows[at]
        nearest = _nearest(store, rows, vectors) if weights.parts else scored.similarity[at]
        return _passages(store, rows, closer(scored, at, nearest, weights), k)


def answerable(passages: Sequence[Passage]) -> float:
    """How likely the passages of a search answer it, 0 to 1; see `ANSWERABLE`.

    A logistic curve over the best score, fitted on the answerable and unanswerable questions about
    two handbooks, each kind weighing the same. More signals told no more about the other handbook.
    """
    if not passages:
        return 0.0
    best = max(passage.score for passage in passages)
    return 1 / (1 + math.exp(5.34 - 12 * best))


def _queries(query: str | Sequence[str]) -> list[str]:
    """The queries that hold something, each as far as the embedder reads."""
    queries = [query] if isinstance(query, str) else query
    cut = (text[:MAX_QUERY_CHARS].encode("utf-8", "replace").decode() for text in queries)
    clean = (" ".join(text.replace("\x00", " ").split()) for text in cut)
    return [text for text in dict.fromkeys(clean) if text]


@dataclass(frozen=True)
class _Scan:
    """One search over the chunks that may be read; `at` are their positions in the index."""

    store: Store
    index: Index
    at: npt.NDArray[np.int64]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        return self.index.rows[self.at]

    def score(self, query: str, vector: Vector, weights: Weights) -> Scored:
        words = words_of(query)
        held = self._held(words)
        signals = Signals(
            similarity=(self.index.vectors @ vector)[self.at].astype(np.float64),
            held=held,
            rarity=rarity(np.count_nonzero(held, axis=0).tolist(), len(self.at)),
            bm25=self._bm25(words) if weights.bm25 else None,
        )
        return score(signals, weights)

    def _held(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of the words each chunk holds in any of its forms, shape (n, w)."""
        held = np.zeros((len(self.at), len(words)), dtype=bool)
        for number, word in enumerate(words):
            held[:, number] = np.isin(self.rows, self.store.holding(word), assume_unique=True)
        return held

    def _bm25(self, words: Sequence[str]) -> Scores:
        """The BM25 score of each chunk; 0 where it holds none of the words."""
        scores = np.zeros(len(self.at))
        if words:
            rows, found = self.store.match(words)
            _, here, there = np.intersect1d(
                self.rows, rows, assume_unique=True, return_indices=True
            )
            scores[here] = found[there]
        return scores


def _nearest(store: Store, rows: Rows, vectors: Vectors) -> Scores:
    """The cosine of the part of each chunk that is nearest to any of the queries, shape (n,)."""
    blobs = store.parts(rows.tolist())
    return np.max([nearest_part(blobs, vector) for vector in vectors], axis=0)


def _passages(store: Store, rows: Rows, scored: Scored, k: int) -> list[Passage]:
    """The best passages; of those with the very same text under the same headings the first."""
    order = [int(position) for position in np.argsort(-scored.fused, kind="stable")]
    chunks = store.chunks(rows.tolist())
    first: dict[tuple[str, ...], int] = {}
    for position in order:
        chunk, _ = chunks[int(rows[position])]
        first.setdefault((chunk.heading, *chunk.text.split()), position)
    return [
        Passage(
            **chunk.model_dump(),
            score=_rounded(scored.fused[position]),
            similarity=_rounded(scored.similarity[position], least=-1),
            nearest=_rounded(scored.nearest[position], least=-1),
            coverage=_rounded(scored.coverage[position]),
            quarantine=quarantine,
        )
        for position in list(first.values())[:k]
        for chunk, quarantine in [chunks[int(rows[position])]]
    ]


def _rounded(score: float, *, least: float = 0.0) -> float:
    return round(min(1.0, max(least, float(score))), 6)
