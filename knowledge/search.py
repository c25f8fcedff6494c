"""Question in, passages out: by meaning and by words, one list. `score` says how they weigh."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from knowledge.documents import Passage
from knowledge.embed import Embedder, Vectors
from knowledge.errors import WrongModel
from knowledge.index import Rows
from knowledge.parts import nearest_part
from knowledge.scan import Candidates, Scan
from knowledge.score import FUSED, Scored, Scores, Weights, best_of, closer, score
from knowledge.store import Store

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
    queries = _queries(query)
    asked = _Asked(readers, k, include_quarantined, weights)
    name = embedder.name
    try:
        vectors = _embedded(store, embedder, name, queries)
        return _found(store, name, queries, vectors, asked)
    except WrongModel:
        if embedder.name == name:
            raise
    # Another model has taken over meanwhile; the embedder has followed it.
    vectors = _embedded(store, embedder, embedder.name, queries)
    return _found(store, embedder.name, queries, vectors, asked)


@dataclass(frozen=True)
class _Asked:
    """What a search is for, beside its words; as the arguments of `search`."""

    readers: frozenset[str]
    k: int
    include_quarantined: bool
    weights: Weights


def _embedded(store: Store, embedder: Embedder, name: str, queries: Sequence[str]) -> Vectors:
    store.require_model(name)
    return embedder.embed(queries)


def _found(
    store: Store, name: str, queries: Sequence[str], vectors: Vectors, asked: _Asked
) -> list[Passage]:
    k, weights = asked.k, asked.weights
    with store.reading():
        index = store.index()
        store.require_model(name, vectors.shape[1])
        allowed = index.readable(asked.readers, include_quarantined=asked.include_quarantined)
        if not queries or not allowed.any():
            return []
        scan = Scan(store, index, allowed)
        found = [
            scan.candidates(text, vector, weights)
            for text, vector in zip(queries, vectors, strict=True)
        ]
        at, scored = _gather(found, weights)
        best = np.argsort(-scored.fused, kind="stable")[: max(CLOSER, k)]
        rows = index.rows[at[best]]
        nearest = _nearest(store, rows, vectors) if weights.parts else scored.similarity[best]
        return _passages(store, rows, closer(scored, best, nearest, weights), k)


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

    return Scored(
        fused=spread(scored.fused),
        similarity=spread(scored.similarity),
        nearest=spread(scored.nearest),
        coverage=spread(scored.coverage),
    )


def _nearest(store: Store, rows: Rows, vectors: Vectors) -> Scores:
    """The cosine of the part of each chunk that is nearest to any of the queries, shape (n,)."""
    blobs = store.parts(rows.tolist())
    return np.max([nearest_part(blobs, vector) for vector in vectors], axis=0)


def _passages(store: Store, rows: Rows, scored: Scored, k: int) -> list[Passage]:
    """The best passages; of those with the very same text under the same headings the first."""
    order = [int(position) for position in np.argsort(-scored.fused, kind="stable")]
    first = list(islice(first_of_each(store.texts(rows.tolist()), order), k))
    chunks = store.chunks(rows[first].tolist())
    return [
        Passage(
            **chunk.model_dump(),
            score=_rounded(scored.fused[position]),
            similarity=_rounded(scored.similarity[position], least=-1),
            nearest=_rounded(scored.nearest[position], least=-1),
            coverage=_rounded(scored.coverage[position]),
            quarantine=quarantine,
        )
        for position in first
        for chunk, quarantine in [chunks[int(rows[position])]]
    ]


def first_of_each(texts: Sequence[tuple[str, str]], order: Sequence[int]) -> Iterator[int]:
    """The places, in order, whose heading and text no place before had."""
    seen: set[tuple[str, str]] = set()
    for position in order:
        heading, text = texts[position]
        said = heading, " ".join(text.split())
        if said not in seen:
            seen.add(said)
            yield position


def _rounded(score: float, *, least: float = 0.0) -> float:
    return round(min(1.0, max(least, float(score))), 6)
