"""Which chunks are worth a closer look for a query: by the signs of vectors, and by rare words.

Nothing here takes time by the number of chunks but the comparison of the codes. Of a common word
only samples of its chunks are read; which of the candidates hold it, their own terms say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from knowledge.codes import (
    FAR,
    Distances,
    agreement,
    distances,
    estimated_cosine,
    likely_cosine,
    nearest,
)
from knowledge.embed import Vector
from knowledge.index import Index, Mask, Rows, Sample
from knowledge.score import Scores, Signals, Weights, rarity, words_of
from knowledge.store import Store
from knowledge.terms import holding

READ = 250
"""How many vectors are read from the file, of up to ten thousand chunks; as many more for each ten
times as many chunks."""

WEIGHED = 4
"""Times `READ`: of how many of the nearest the signs are weighed."""

WORDY = 1_500
"""Of how many more that hold words."""

LISTED = 10_000
"""A word that more chunks hold than this is common: it is sampled."""

SAMPLES = 4
"""From how many places of the corpus a common word is sampled."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """The chunks to be scored for one query, by their positions in the index, and their signals."""

    at: Positions
    signals: Signals


@dataclass(frozen=True)
class _Word:
    """Where a word was found, and about how many of the chunks that may be read hold it.

    `listed` if these are all of them, else they are samples.
    """

    at: Positions
    count: float
    listed: bool


@dataclass(frozen=True)
class Scan:
    """One search over the chunks that may be read: `allowed`, shape (n,)."""

    store: Store
    index: Index
    allowed: Mask

    def candidates(self, query: str, vector: Vector, weights: Weights) -> Candidates:
        """Find the candidates for a query and look at each of them closely."""
        words = words_of(query)
        far = distances(self.index.codes, vector)
        far[~self.allowed] = FAR
        found = [self._word(word) for word in words]
        telling = rarity([one.count for one in found], self._total)
        at = self._likely(found, telling, far, vector, weights)
        bm25 = None
        if weights.bm25:
            at, bm25 = self._with_bm25(at, words)
        return Candidates(
            at,
            Signals(
                similarity=self._similarity(at, vector),
                held=self._held(at, words, found),
                rarity=telling,
                bm25=bm25,
            ),
        )

    def _likely(
        self,
        found: Sequence[_Word],
        telling: Scores,
        far: Distances,
        vector: Vector,
        weights: Weights,
    ) -> Positions:
        """The best by what can be told without reading them: their signs and the rarer words.

        First the signs are only counted; then those of the nearest, and of the chunks that hold
        words, are weighed.
        """
        decades = max(0.0, math.log10(max(1, len(far)) / 10_000))
        count = round(READ * (1 + decades))
        wordy, share = self._wordy(found, telling, far, len(vector), weights)
        among = self._marked(nearest(far, count * WEIGHED))
        among[wordy] = True
        at = np.flatnonzero(among)
        if len(at) <= count:
            return at
        whole = likely_cosine(agreement(self.index.codes, at, vector), vector)
        held = np.zeros(len(at))
        held[np.searchsorted(at, wordy)] = share
        likely = (weights.dense + weights.parts) * whole + weights.words * held
        return np.sort(at[np.argpartition(-likely, count)[:count]])

    def _similarity(self, at: Positions, vector: Vector) -> Scores:
        vectors = self.store.vectors(self.index.rows[at])
        return (vectors @ vector).astype(np.float64)

    def _held(self, at: Positions, words: Sequence[str], found: Sequence[_Word]) -> Mask:
        """Which of the words each candidate holds, shape (len(at), len(words))."""
        held = np.zeros((len(at), len(words)), dtype=bool)
        common = [number for number, one in enumerate(found) if not one.listed]
        for number, one in enumerate(found):
            if one.listed:
                held[:, number] = self._marked(one.at)[at]
        if common:
            terms = self.store.terms(self.index.rows[at])
            for number in common:
                held[:, number] = holding(terms, words[number])
        return held

    def _marked(self, at: Positions | npt.NDArray[np.int32]) -> Mask:
        """True at these positions, shape (n,): sets of positions are joined and met through it."""
        mark = np.zeros(len(self.index), dtype=bool)
        mark[at] = True
        return mark

    @cached_property
    def _total(self) -> int:
        return int(np.count_nonzero(self.allowed))

    def _word(self, word: str) -> _Word:
        if samples := self.index.samples.get(word):
            return self._sampled(samples)
        rows = self.store.holding(word, limit=LISTED)
        if len(rows) < LISTED:
            at = self._readable(rows)
            return _Word(at, len(at), listed=True)
        return self._sampled(self._sample(word, rows))

    def _sample(self, word: str, first: Rows) -> tuple[Sample, ...]:
        """Look at a common word in some places; the index remembers them, as it will come again."""
        begins = range(0, len(self.index), max(1, len(self.index) // SAMPLES))[1:SAMPLES]
        limit = LISTED // SAMPLES
        found = [(0, first)]
        for begin in begins:
            start = int(self.index.rows[begin])
            found.append((begin, self.store.holding(word, start=start, limit=limit)))
        samples = tuple(
            (begin, self.index.positions(rows).astype(np.int32)) for begin, rows in found
        )
        self.index.remember(word, samples)
        return samples

    def _sampled(self, samples: Sequence[Sample]) -> _Word:
        """Estimate from samples how many chunks hold a common word."""
        at = np.flatnonzero(
            self._marked(np.concatenate([places for _, places in samples])) & self.allowed
        )
        shares = [self._share(begin, places) for begin, places in samples if len(places)]
        return _Word(at, max(len(at), float(np.mean(shares)) * self._total), listed=False)

    def _share(self, begin: int, places: npt.NDArray[np.int32]) -> float:
        """The share of the readable chunks from one position to the last of the found ones."""
        readable = np.count_nonzero(self.allowed[begin : int(places[-1]) + 1])
        return np.count_nonzero(self.allowed[places]) / max(1, readable)

    def _readable(self, rows: Rows) -> Positions:
        at = self.index.positions(rows)
        return at[self.allowed[at]]

    def _wordy(
        self,
        found: Sequence[_Word],
        telling: Scores,
        far: Distances,
        dimensions: int,
        weights: Weights,
    ) -> tuple[Positions, Scores]:
        """The best of the chunks that were found by words, and the share of the words they hold."""
        shares = np.zeros(len(self.index), dtype=np.float32)
        for one, tells in zip(found, telling / max(1e-9, telling.sum()), strict=True):
            shares[one.at] += tells
        at = np.flatnonzero(shares > 0)
        share = shares[at].astype(np.float64)
        if len(at) <= WORDY:
            return at, share
        near = estimated_cosine(far[at], dimensions)
        likely = (weights.dense + weights.parts) * near + weights.words * share
        best = np.sort(np.argpartition(-likely, WORDY)[:WORDY])
        return at[best], share[best]

    def _with_bm25(self, at: Positions, words: Sequence[str]) -> tuple[Positions, Scores]:
        """Add the chunks that are best by BM25. For measuring: it reads every word's chunks."""
        if not words:
            return at, np.zeros(len(at))
        rows, scores = self.store.match(words)
        everywhere = np.zeros(len(self.index))
        everywhere[self.index.positions(rows)] = scores
        everywhere[~self.allowed] = 0
        best = np.argsort(-everywhere, kind="stable")[:READ]
        at = np.union1d(at, best[everywhere[best] > 0])
        return at, everywhere[at]
