"""From texts to weights: learn, measure on what was held out, set the scores, learn from all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.guardrails.classifier.judge import blended
from bot.guardrails.classifier.weights import Foreign, Head, HeadName, Linear, Weights
from bot.guardrails.training import fit
from bot.guardrails.training.languages import in_other_languages
from bot.guardrails.training.table import EmbedMany, Table, table
from bot.guardrails.training.texts import Text, alike, drawn, own

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

WINDOWS: Mapping[HeadName, tuple[int, ...]] = {"people": (700,), "data": (320, 140)}
"""Characters judged at a time: an instruction in a document is a sentence or two."""

WARY: frozenset[HeadName] = frozenset({"data"})
"""Heads whose n-grams are learned warily: what is put into documents comes in few forms."""

FOLDS = 5
SEED = 7

MEANING = (
    (0.5, 0.02),
    (0.1, 0.1),
    (0.03, 0.2),
    (0.01, 0.3),
    (0.005, 0.4),
    (0.0015, 0.6),
    (0.0004, 0.75),
)
"""Which share of ordinary harmless texts reaches which score, each source counting alike."""

ORDINARY = 0.01
ROOM: Mapping[HeadName, float] = {"people": 0.02, "data": 0.01}
"""Shares of harmless texts, ordinary English ones and any in other languages, that are to reach the
same sum; of the latter most are look-alikes of our own. In documents fewer, else they set the bar.
"""

LOOK_ALIKES = 0.25
"""What look-alikes count in that: there are more of them here than at work."""

STRANGE = frozenset({"awesome_prompts", "gpteacher_roleplay"})
"""Role play that nobody asks of a bot at work; it is learned from, and sets no score."""


@dataclass(frozen=True)
class Held:
    """What the classifier said of texts whose group it had not seen, by kind of sum."""

    texts: Sequence[Text]
    sums: Mapping[str, Scores]
    scores: Mapping[str, Scores]


@dataclass(frozen=True)
class Trained:
    """Weights, and what was measured on the way."""

    weights: Weights
    held: Mapping[HeadName, Held]


def train(texts: Sequence[Text], embed: EmbedMany, model: str, seed: int = SEED) -> Trained:
    """Make the weights. The same texts and the same seed give the same numbers."""
    made = [*own(seed, texts), *in_other_languages(seed, texts)]
    chosen = drawn([*made, *texts], seed)
    heads: dict[HeadName, Head] = {}
    held: dict[HeadName, Held] = {}
    for name in WINDOWS:
        some = [one for one in chosen if one.of_data == (name == "data")]
        seen = table(some, WINDOWS[name], embed if name == "people" else None)
        heads[name], held[name] = learn(seen, name, seed)
    return Trained(Weights(heads, model), held)


def learn(data: Table, name: HeadName, seed: int = SEED) -> tuple[Head, Held]:
    """Learn one head, and measure it on what is held out in turn."""
    folds, wary = folds_of(data.texts), name in WARY
    parts = _held_out(data, folds, seed, wary=wary)
    everything = np.ones(len(data.owner), dtype=bool)
    shares = {kind: 1 - data.gate if kind == "foreign" else data.gate for kind in parts}
    said = {kind: _summed(data, parts[kind], folds, shares[kind]) for kind in parts}
    linear = {kind: fit.fit_sum(parts[kind], data, everything, shares[kind]) for kind in parts}
    other, total = said.pop("foreign"), linear.pop("foreign")
    more = room(data, said["sharp"], other, ROOM[name])
    sums = {kind: data.worst(blended(said[kind], other + more, data.gate)) for kind in said}
    scores = {kind: meaning(sums[kind], data.texts) for kind in sums}
    grams = fit.fit_grams(data, everything, data.gate, wary=wary)
    foreign = fit.fit_grams(data, everything, 1 - data.gate)
    head = Head(
        windows=WINDOWS[name],
        grams=grams.weights.astype(np.float16),
        bias=grams.bias,
        vectors=_vectors(data, np.ones(len(data.texts), dtype=bool), seed),
        sharp=linear["sharp"],
        full=linear.get("full"),
        foreign=Foreign(
            foreign.weights.astype(np.float16),
            foreign.bias,
            Linear(total.weights, total.bias + more),
        ),
        scores=scores,
    )
    told = {kind: np.interp(sums[kind], scores[kind][:, 0], scores[kind][:, 1]) for kind in sums}
    return head, Held(data.texts, sums, told)


def room(data: Table, english: Scores, other: Scores, part: float) -> float:
    """What to add in other languages, so that harmless texts reach the same as in English.

    More tells an attack in English, signs and vectors, so sums are higher there.
    """
    texts = data.texts
    plain = [not (t.attack or t.look_alike or t.source in STRANGE) for t in texts]
    ours = np.array([one.lang == "en" for one in texts])
    weights = _alike(texts, np.array(plain) & ours, most=200)
    bar = _reached_by(data.worst(english), weights, ORDINARY)
    weights = _alike(texts, np.array([not one.attack for one in texts]) & ~ours, most=50)
    return bar - _reached_by(data.worst(other), weights, part)


def _alike(texts: Sequence[Text], some: npt.NDArray[np.bool_], most: int) -> Scores:
    """Weights of some texts by which each source counts alike, if it has `most` of them."""
    names = np.array([one.source for one in texts])
    weights = np.zeros(len(texts))
    for name in set(names[some]):
        of_it = some & (names == name)
        weights[of_it] = min(1.0, of_it.sum() / most) / of_it.sum()
    return weights


def _reached_by(sums: Scores, weights: Scores, part: float) -> float:
    """The sum that a part of texts reaches."""
    order = np.argsort(-sums, kind="stable")
    share = np.cumsum(weights[order]) / max(1e-9, weights.sum())
    return float(sums[order][min(len(order) - 1, int(np.searchsorted(share, part)))])


def folds_of(texts: Sequence[Text]) -> npt.NDArray[np.int64]:
    """A fold for each text: groups stay whole, and every fold gets attacks and harmless texts."""
    size: dict[tuple[bool, str], int] = {}
    for one in texts:
        key = one.attack, one.group
        size[key] = size.get(key, 0) + 1
    fold: dict[str, int] = {}
    filled = np.zeros((2, FOLDS))
    for (attack, group), count in sorted(size.items(), key=lambda item: (-item[1], item[0])):
        if group not in fold:
            fold[group] = int(filled[int(attack)].argmin())
        filled[int(attack), fold[group]] += count
    return np.array([fold[one.group] for one in texts])


def _held_out(
    data: Table, folds: npt.NDArray[np.int64], seed: int, *, wary: bool
) -> dict[str, Floats]:
    """What n-grams, and vectors, say of rows that they were not learned from, with the signs."""
    grams = np.zeros(len(data.owner), dtype=np.float32)
    foreign, vectors = np.zeros_like(grams), np.zeros_like(grams)
    for fold in range(FOLDS):
        out = folds == fold
        used = ~out & ~copies_of(out, data.texts)
        rows, held = used[data.owner], out[data.owner]
        grams[held] = fit.said_by_grams(data, fit.fit_grams(data, rows, data.gate, wary=wary))[held]
        foreign[held] = fit.said_by_grams(data, fit.fit_grams(data, rows, 1 - data.gate))[held]
        if (layers := _vectors(data, used, seed)) is not None:
            vectors[held] = fit.said_by_vectors(data, layers)[held]
    sharp, other = (
        np.column_stack([said, data.signs]).astype(np.float32) for said in (grams, foreign)
    )
    if data.vectors is None:
        return {"sharp": sharp, "foreign": other}
    full = np.column_stack([sharp, vectors]).astype(np.float32)
    return {"sharp": sharp, "full": full, "foreign": other}


def _vectors(data: Table, used: npt.NDArray[np.bool_], seed: int) -> fit.Layers | None:
    if data.vectors is None:
        return None
    return fit.fit_vectors(data, used & fit.mostly_english(data), seed)


def copies_of(held: npt.NDArray[np.bool_], texts: Sequence[Text]) -> npt.NDArray[np.bool_]:
    """Which texts begin like one that is held out, or end with an attack that is one, whole."""
    starts = np.array([hash_of(one) for one in texts])
    ends = np.array([_end(one) if one.attack else "" for one in texts])
    whole = np.array([one.attack and not one.payload for one in texts])
    return np.isin(starts, starts[held]) | np.isin(ends, ends[held & whole])


def hash_of(one: Text) -> str:
    """What texts of one making have in common: their first words."""
    return alike(one.text)[:60]


def _end(attack: Text) -> str:
    """How an attack ends, backwards: its goal, whatever introduces it."""
    return alike((attack.payload or attack.text)[::-1])[:40]


def _summed(data: Table, features: Floats, folds: npt.NDArray[np.int64], shares: Floats) -> Scores:
    """The sum of each row, by sums learned from the other folds."""
    sums = np.zeros(len(data.owner))
    for fold in range(FOLDS):
        held = (folds == fold)[data.owner]
        linear = fit.fit_sum(features, data, ~held, shares)
        sums[held] = features[held] @ linear.weights + linear.bias
    return sums


def _ours(one: Text) -> bool:
    """Whether it is of our own in another language: those are many, and `room` is for them."""
    return one.look_alike and one.lang != "en"


def meaning(sums: Scores, texts: Sequence[Text]) -> Floats:
    """Which sum is which score: pairs, rising, shape (n, 2)."""
    harmless = np.array([not (t.attack or t.source in STRANGE or _ours(t)) for t in texts])
    weights = _alike(texts, harmless, most=200)
    weights[[one.look_alike for one in texts]] *= LOOK_ALIKES
    order = np.argsort(-sums[harmless])
    falling, share = sums[harmless][order], np.cumsum(weights[harmless][order])
    share /= share[-1]
    knots = [(float(falling[-1]) - 10.0, 0.0)]
    for part, score in MEANING:
        at = float(falling[min(len(falling) - 1, int(np.searchsorted(share, part)))])
        knots.append((max(at, knots[-1][0] + 0.05), score))
    knots += [(knots[-1][0] + 2.0, 0.9), (knots[-1][0] + 12.0, 1.0)]
    return np.array(knots, dtype=np.float32)
