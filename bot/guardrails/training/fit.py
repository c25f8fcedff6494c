"""What is learned from a table: n-grams, vectors, and the sum of all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from bot.guardrails.classifier.grams import BUCKETS
from bot.guardrails.classifier.weights import Linear
from bot.guardrails.training.table import Table
from bot.guardrails.training.telling import by_group, evened, telling

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Layers = tuple[Floats, Floats, Floats, Floats]

GRAMS_C, SUM_C = 1.0, 0.3
"""How much is believed of the data; of 0.2, 1 and 10, 1 was best for n-grams."""

WIDTH, ROUNDS, BATCH, DECAY, DROPPED = 24, 12, 256, 1e-3, 0.3
DOUBTFUL = {"cse_injection": 0.5, "cse_injection_multi": 0.4, "hinglish": 0.5, "asb_goals": 0.2}
"""Sources whose attacks often are attacks only beside a certain system prompt or task."""

LEAST, ENGLISH = 0.01, 0.3
"""The weight over the mean at which a row counts; how English a text is whose vector does."""

SCALE = 8.0
"""What vectors are multiplied by, so that their numbers are about one."""


@dataclass(frozen=True)
class GramWeights:
    """A weight a bucket, shape (BUCKETS,), and what is added."""

    weights: npt.NDArray[np.float64]
    bias: float


def fit_grams(data: Table, rows: Mask, shares: Floats, *, wary: bool = False) -> GramWeights:
    """Learn what n-grams say.

    Args:
        data: Texts.
        rows: Those that are learned from.
        shares: How much of each row is learned from: how English it is, or how little.
        wary: Believe most what tells attacks from harmless texts in many groups.
    """
    model: Any = LogisticRegression(C=GRAMS_C, max_iter=60, tol=1e-3)
    weights, used = _counting(data, rows, shares)
    counts, attack = data.grams[used], data.attack[used]
    factors = np.ones(BUCKETS)
    if wary:
        weights = by_group(weights, data, used)
        factors = telling(counts, attack, weights)
    # Buckets that no row has would get nothing: leaving them out makes a small table fast.
    seen = np.flatnonzero(counts.getnnz(axis=0))
    model.fit(counts[:, seen] @ sparse.diags(factors[seen]), attack, sample_weight=weights)
    learned = np.zeros(BUCKETS)
    learned[seen] = model.coef_[0] * factors[seen]
    return GramWeights(learned, float(model.intercept_[0]))


def said_by_grams(data: Table, learned: GramWeights) -> Floats:
    """What n-grams say of each row."""
    return (data.grams @ learned.weights + learned.bias).astype(np.float32)


def fit_sum(features: Floats, data: Table, rows: Mask, shares: Floats) -> Linear:
    """Learn how to add up what each part says."""
    weights, used = _counting(data, rows, shares)
    model: Any = LogisticRegression(C=SUM_C, max_iter=400)
    model.fit(features[used], data.attack[used], sample_weight=weights)
    return Linear(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def _counting(data: Table, rows: Mask, shares: Floats) -> tuple[npt.NDArray[np.floating], Mask]:
    """How much rows count, and which count at all."""
    weights = np.zeros(len(rows))
    weights[rows] = row_weights(data, rows, shares)
    used = weights > LEAST * weights[rows].mean()
    return weights[used], used


def row_weights(data: Table, rows: Mask, shares: Floats) -> npt.NDArray[np.floating]:
    """Each source counts by the root of its size, attacks as much as harmless texts.

    In each language attacks count no more than what is harmless, else its words would count as an
    attack's.
    """
    windows = np.bincount(data.owner, minlength=len(data.texts))
    names = np.array([one.source for one in data.texts])[data.owner]
    weights = windows[data.owner] ** -0.5 * shares
    for label in (False, True):
        some = rows & (data.attack == label)
        for name in set(names[some]):
            of_it = some & (names == name)
            weights[of_it] /= max(1e-9, weights[of_it].sum()) ** 0.5
            weights[of_it] *= DOUBTFUL.get(name, 1.0) if label else 1.0
    _balance(weights, data, rows)
    return evened(weights[rows], data.attack[rows])


def _balance(weights: npt.NDArray[np.floating], data: Table, rows: Mask) -> None:
    languages = np.array([one.lang for one in data.texts])[data.owner]
    for language in set(languages) - {"en"}:
        some = rows & (languages == language)
        attacks, harmless = (
            weights[some & (data.attack == label)].sum() for label in (True, False)
        )
        if attacks > harmless > 0:
            weights[some & data.attack] *= harmless / attacks


def fit_vectors(data: Table, texts: Mask, seed: int) -> Layers:
    """Learn a small network over the vectors of texts: Adam, dropout, a fixed order."""
    chance = np.random.default_rng(seed)
    inputs = (_vectors(data)[texts] * SCALE).astype(np.float32)
    truth = np.array([one.attack for one in data.texts], dtype=np.float32)[texts]
    chosen = _drawing(data, texts)
    steps = ROUNDS * max(1, len(inputs) // BATCH)
    size = inputs.shape[1]
    layers = [
        chance.normal(0, size**-0.5, (size, WIDTH)),
        np.zeros(WIDTH),
        chance.normal(0, WIDTH**-0.5, WIDTH),
        np.zeros(1),
    ]
    adam = _Adam([layer.astype(np.float32) for layer in layers], steps)
    for batch in np.searchsorted(chosen, chance.random((steps, BATCH))):
        adam.step(_slopes(adam.layers, inputs[batch], truth[batch], chance))
    first, shift, last, bias = adam.layers
    return first * np.float32(SCALE), shift, last, bias


def said_by_vectors(data: Table, layers: Layers) -> Floats:
    """What the vectors say of each row: that of its text."""
    first, shift, last, bias = layers
    logits = np.maximum(_vectors(data) @ first + shift, 0) @ last + bias[0]
    return logits[data.owner].astype(np.float32)


def mostly_english(data: Table) -> Mask:
    """Texts of which a window is English enough for the model of the vectors, shape (texts,)."""
    share = np.zeros(len(data.texts), dtype=np.float32)
    np.maximum.at(share, data.owner, data.gate)
    return share >= ENGLISH


def _vectors(data: Table) -> Floats:
    if data.vectors is None:
        raise ValueError("a table without vectors")
    return data.vectors


def _drawing(data: Table, texts: Mask) -> npt.NDArray[np.float64]:
    """Cumulative chances by which texts are drawn: like `row_weights`, for texts."""
    names = [(one.source, one.attack) for one in data.texts]
    sizes: dict[tuple[str, bool], int] = {}
    for name, used in zip(names, texts, strict=True):
        sizes[name] = sizes.get(name, 0) + bool(used)
    weights = np.array([sizes[name] ** -0.5 if sizes[name] else 0.0 for name in names])[texts]
    guilty = np.array([attack for _, attack in names])[texts]
    for label in (False, True):
        weights[guilty == label] /= max(1e-9, weights[guilty == label].sum())
    total = np.cumsum(weights)
    return total / total[-1]


def _slopes(
    layers: list[Floats], x: Floats, y: Floats, chance: np.random.Generator
) -> list[Floats]:
    first, shift, last, bias = layers
    inner = x @ first + shift
    kept = (chance.random(inner.shape, dtype=np.float32) > DROPPED) / np.float32(1 - DROPPED)
    active = np.maximum(inner, 0) * kept
    wrong = (1 / (1 + np.exp(-(active @ last + bias[0]))) - y) / len(x)
    back = np.outer(wrong, last) * kept * (inner > 0)
    slopes = [
        x.T @ back + DECAY * first,
        back.sum(axis=0),
        active.T @ wrong + DECAY * last,
        np.array([wrong.sum()]),
    ]
    return [slope.astype(np.float32) for slope in slopes]


class _Adam:
    """Steps of falling length, each number by what its slopes were."""

    def __init__(self, layers: list[Floats], steps: int) -> None:
        self.layers, self._steps, self._done = layers, steps, 0
        self._mean = [np.zeros_like(layer) for layer in layers]
        self._square = [np.zeros_like(layer) for layer in layers]

    def step(self, slopes: list[Floats]) -> None:
        self._done += 1
        length = 3e-3 * (1 - self._done / (self._steps + 1))
        for n, slope in enumerate(slopes):
            self._mean[n] = (0.9 * self._mean[n] + 0.1 * slope).astype(np.float32)
            square = 0.999 * self._square[n] + 0.001 * slope**2
            self._square[n] = square.astype(np.float32)
            mean = self._mean[n] / (1 - 0.9**self._done)
            square = self._square[n] / (1 - 0.999**self._done)
            moved = self.layers[n] - length * mean / (np.sqrt(square) + 1e-8)
            self.layers[n] = moved.astype(np.float32)
