"""Question in, passages out: by meaning and by words, one list. `score` says how they weigh."""

import math
from collections.abc import Sequence

import numpy as np

from knowledge.documents import Passage
from knowledge.embed import Embedder
from knowledge.index import Rows
from knowledge.scan import Candidates, Scan
from knowledge.score import FUSED, Scored, Scores, Weights, best_of, score
from knowledge.store import Store

MAX_QUERY_CHARS = 2_000
"""More than the embedder reads; a pasted log must not become a search for every word in it."""

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
        scan = Scan(store, index, allowed)
        found = [
            scan.candidates(text, vector, weights)
            for text, vector in zip(queries, vectors, strict=True)
        ]
        at, scored = _gather(found, weights)
        return _passages(store, index.rows[at], scored, k)


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


def _queries(query: str | Sequence[str]) -> list[str]:
    """The queries that hold something, each as far as the embedder reads."""
    queries = [query] if isinstance(query, str) else query
    cut = (text[:MAX_QUERY_CHARS].encode("utf-8", "replace").decode() for text in queries)
    clean = (" ".join(text.replace("\x00", " ").split()) for text in cut)
    return [text for text in dict.fromkeys(clean) if text]


def _gather(found: Sequence[Candidates], weights: Weights) -> tuple[Rows, Scored]:
    """Every candidate of any query, with its best scores over those that found it."""
    scored = [score(one.signals, weights) for one in found]
    if len(found) == 1:
        return found[0].at, scored[0]
    at = np.unique(np.concatenate([one.at for one in found]))
    return at, best_of(
        [
            _spread(one, np.searchsorted(at, c.at), len(at))
            for c, one in zip(found, scored, strict=True)
        ]
    )


def _spread(scored: Scored, places: Rows, count: int) -> Scored:
    """The scores of some of `count` candidates, and less than any for the others."""

    def spread(scores: Scores) -> Scores:
        wide = np.full(count, -1.0)
        wide[places] = scores
        return wide

    return Scored(spread(scored.fused), spread(scored.similarity), spread(scored.coverage))


def _passages(store: Store, rows: Rows, scored: Scored, k: int) -> list[Passage]:
    order = [int(position) for position in np.argsort(-scored.fused, kind="stable")[:k]]
    chunks = store.chunks([int(rows[position]) for position in order])
    return [
        Passage(
            **chunk.model_dump(),
            score=_rounded(scored.fused[position]),
            similarity=_rounded(scored.similarity[position], least=-1),
            coverage=_rounded(scored.coverage[position]),
            quarantine=quarantine,
        )
        for position, (chunk, quarantine) in zip(
            order, (chunks[int(rows[position])] for position in order), strict=True
        )
    ]


def _rounded(score: float, *, least: float = 0.0) -> float:
    return round(min(1.0, max(least, float(score))), 6)
