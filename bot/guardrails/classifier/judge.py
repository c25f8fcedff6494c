"""Scores of texts by the classifier's weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.guardrails.classifier.grams import Grams, grams
from bot.guardrails.classifier.signs import english, signs
from bot.guardrails.classifier.weights import Floats, Head
from bot.guardrails.classifier.windows import Span, windows
from bot.guardrails.normalise import Layer

Embed = Callable[[str], Floats]
"""The vector of a text, as retrieval makes it: shape (384,), of length 1."""

VECTOR_CHARS = 900
"""Characters of a message whose vector is asked for: about what the model reads."""

LONGEST = 6_000
"""Characters of a text judged at most by each call."""


UNKNOWN = -1.0
"""The logit of what n-grams and vectors cannot judge: rather harmless than not."""


@dataclass(frozen=True)
class Judgement:
    """How much a text looks like an attack, 0 to 1, and which stretch of it does most."""

    score: float
    span: Span


@dataclass(frozen=True)
class Features:
    """What is known of one window: what its n-grams say, and its signs."""

    span: Span
    grams: float
    signs: Floats


def judge(layer: Layer, head: Head, known: float, hidden: bool, embed: Embed | None) -> Judgement:
    """Judge a layer of a text window by window; the worst counts.

    Args:
        layer: The canonical text, or one that was hidden in it.
        head: What was learned of texts of its origin.
        known: What `known_attacks` says of the text, 0 to 1.
        hidden: Whether something was hidden in it.
        embed: Gives vectors; None where they are another model's, or for data.
    """
    found = [features(layer, span, head, read, known, hidden) for span, read in _read(layer, head)]
    if embed is not None and head.full is not None:
        said = head.seen(embed(layer.text[:VECTOR_CHARS]))
        keys = [layer.key[slice(*one.span)] for one in found]
        seen = [np.float32(gated(said, key)) for key in keys]
        sums = [head.full(np.append(row(one), v)) for one, v in zip(found, seen, strict=True)]
        kind = "full"
    else:
        sums, kind = [head.sharp(row(one)) for one in found], "sharp"
    if not sums:
        return Judgement(0.0, (0, 0))
    best = int(np.argmax(sums))
    table = head.scores[kind]
    return Judgement(float(np.interp(sums[best], table[:, 0], table[:, 1])), found[best].span)


def spans(key: str, sizes: Sequence[int]) -> list[Span]:
    """The windows of a text of each size, once; one that fits is judged whole."""
    found: dict[Span, None] = {}
    for size in sizes:
        found |= dict.fromkeys([(0, len(key))] if len(key) <= size else windows(key, size))
    return list(found)


def row(one: Features) -> Floats:
    """The features as the sums take them: n-grams first."""
    return np.append(np.float32(one.grams), one.signs)


def features(
    layer: Layer, span: Span, head: Head, read: Grams, known: float, hidden: bool
) -> Features:
    """Look at one window."""
    a, b = span
    key = layer.key[a:b]
    buckets = read.buckets[read.within(a, b)]
    total = float(head.grams[buckets].sum(dtype=np.float64))
    logit = total / max(1, len(buckets)) ** 0.5 + head.bias
    return Features(span, gated(logit, key), signs(layer.text[a:b], key, known, hidden))


def gated(logit: float, key: str) -> float:
    """What n-grams or a vector say, as far as the text is English; for the rest it is harmless.

    The model of the vectors is an English one, and n-grams of another language are mostly new:
    what they say of it is noise, and noise must not make an attack of a harmless question.
    """
    share = english(key)
    return share * logit + (1 - share) * min(logit, UNKNOWN)


def _read(layer: Layer, head: Head) -> list[tuple[Span, Grams]]:
    key = layer.key
    read = grams(key)
    return [(span, read) for span in spans(key, head.windows) if key[slice(*span)].strip()]
