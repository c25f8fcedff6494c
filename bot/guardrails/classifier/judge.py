"""Scores of texts by the classifier's weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bot.guardrails.classifier.grams import Grams, grams, said_once
from bot.guardrails.classifier.language import english
from bot.guardrails.classifier.signs import signs
from bot.guardrails.classifier.weights import Floats, Head
from bot.guardrails.classifier.windows import Span, windows
from bot.guardrails.normalise import Layer

Embed = Callable[[str], Floats]
"""The vector of a text, as retrieval makes it: shape (384,), of length 1."""

VECTOR_CHARS = 900
"""Characters of a message whose vector is asked for: about what the model reads."""

LONGEST = 6_000
"""Characters of a text judged at most by each call."""

Some = TypeVar("Some", float, npt.NDArray[np.floating])


@dataclass(frozen=True)
class Judgement:
    """How much a text looks like an attack, 0 to 1, and which stretch of it does most."""

    score: float
    span: Span


@dataclass(frozen=True)
class Features:
    """What is known of one window.

    Attributes:
        grams: What its n-grams say, as English; `foreign` what they say in other languages.
        english: How English it is, 0 to 1.
    """

    span: Span
    grams: float
    foreign: float
    english: float
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
        seen = np.float32(head.seen(embed(layer.text[:VECTOR_CHARS])))
        said = [head.full(np.append(row(one.grams, one), seen)) for one in found]
        kind = "full"
    else:
        said, kind = [head.sharp(row(one.grams, one)) for one in found], "sharp"
    other = [head.foreign.total(row(one.foreign, one)) for one in found]
    sums = [blended(*each) for each in zip(said, other, (o.english for o in found), strict=True)]
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


def row(grams: float, one: Features) -> Floats:
    """The features as the sums take them: n-grams first."""
    return np.append(np.float32(grams), one.signs)


def features(
    layer: Layer, span: Span, head: Head, read: Grams, known: float, hidden: bool
) -> Features:
    """Look at one window."""
    a, b = span
    key = layer.key[a:b]
    buckets = said_once(read.buckets[read.within(a, b)])
    sums = [float(w[buckets].sum(dtype=np.float64)) for w in (head.grams, head.foreign.grams)]
    said, other = (total / max(1, len(buckets)) ** 0.5 for total in sums)
    return Features(
        span,
        said + head.bias,
        other + head.foreign.bias,
        english(key),
        signs(layer.text[a:b], key, known, hidden),
    )


def blended(said: Some, other: Some, share: Some) -> Some:
    """What is said of a text as English and as another language, by how English it is.

    The model of the vectors is an English one, and what English n-grams say of another language is
    noise: noise must not make an attack of a harmless question.
    """
    return share * said + (1 - share) * other


def _read(layer: Layer, head: Head) -> list[tuple[Span, Grams]]:
    key = layer.key
    read = grams(key)
    return [(span, read) for span in spans(key, head.windows) if key[slice(*span)].strip()]
