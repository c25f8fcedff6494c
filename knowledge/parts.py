"""The parts of a chunk, each with a vector of its own: small enough to find, in a chunk to answer.

One sentence that answers is lost in the mean of a whole chunk. A part's vector is the mean of its
tokens as the model read them in the chunk, title and headings included, so that it costs no second
reading and "it" still means what the sentence before said.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.embed import Embedded, Vector, Vectors

Span = tuple[int, int]
"""Where a part begins and ends in its text."""

MIN_CHARS = 30
"""A shorter part goes with the one before it: alone it says too little."""

_END = re.compile(r"(?<=[.!?…:])\s+|(?<=[\u3002\uff01\uff1f])|\n+")
_SCALE = 127


def spans_of(text: str, start: int = 0) -> list[Span]:
    """Return the sentences, list items and rows of a text from `start` on, small ones together."""
    ends = [match.end() for match in _END.finditer(text, start)]
    spans: list[Span] = []
    for a, b in zip([start, *ends], [*ends, len(text)], strict=True):
        if spans and min(len(text[a:b].strip()), spans[-1][1] - spans[-1][0]) < MIN_CHARS:
            spans[-1] = (spans[-1][0], b)
        elif text[a:b].strip():
            spans.append((a, b))
    return spans


def pooled(tokens: Vectors, offsets: npt.NDArray[np.int64], spans: Sequence[Span]) -> Vectors:
    """Return the mean of each part's tokens at length 1, shape (m, d).

    Args:
        tokens: What the model made of each token, shape (t, d).
        offsets: Where each stands in the text, shape (t, 2); empty for those the model adds.
        spans: The parts. One without a token gets the mean of all.
    """
    starts, ends = offsets[:, 0], offsets[:, 1]
    real = ends > starts
    inside = [real & (starts < b) & (ends > a) for a, b in spans]
    means = [tokens[one if one.any() else slice(None)].mean(axis=0) for one in inside]
    found = np.array(means, dtype=np.float32).reshape(len(means), tokens.shape[1])
    lengths = np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
    return (found / lengths).astype(np.float32)


def apart(
    embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str], spans: Sequence[Sequence[Span]]
) -> list[Embedded]:
    """Embed texts and their parts one by one, for a model that tells nothing of its tokens."""
    whole = embed(texts)
    parts = [embed([text[a:b] for a, b in some]) for text, some in zip(texts, spans, strict=True)]
    return [Embedded(vector, some) for vector, some in zip(whole, parts, strict=True)]


def to_codes(parts: Vectors) -> bytes:
    """Return vectors in a byte a number, which moves a cosine by a thousandth."""
    return np.rint(parts * _SCALE).astype(np.int8).tobytes()


def from_codes(blob: bytes | None, dimensions: int) -> Vectors:
    """Return the vectors of parts again, shape (m, d); none for a chunk without."""
    codes = np.frombuffer(blob or b"", dtype=np.int8).astype(np.float32)
    return (codes.reshape(-1, dimensions) / _SCALE).astype(np.float32)


def nearest_part(blobs: Sequence[bytes | None], vector: Vector) -> npt.NDArray[np.float64]:
    """Return the cosine of the part of each chunk that is nearest to a query; nan without parts."""
    found = np.full(len(blobs), np.nan)
    some = [place for place, blob in enumerate(blobs) if blob]
    if some:
        counts = [len(blobs[place] or b"") // len(vector) for place in some]
        joined = from_codes(b"".join(blobs[place] or b"" for place in some), len(vector))
        found[some] = np.maximum.reduceat(joined @ vector, np.cumsum([0, *counts[:-1]]))
    return found
