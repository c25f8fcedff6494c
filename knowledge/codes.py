"""Vectors as their signs: 48 bytes instead of 1,536, compared by counting the bits that differ.

The share of differing bits estimates the angle between two vectors. It says which few hundred
chunks are worth reading their vectors, not in which order they come.
"""

import math

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint64]
"""The signs of n vectors: shape (words, n), so that one word of all of them lies in a row."""

Distances = npt.NDArray[np.uint16]
"""How many signs differ, shape (n,)."""

BITS = 64

BLOCK = 16_384
"""Codes that are compared at a time: what is made on the way stays in the processor's cache."""

_SIGNS = 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32) - 1
"""The signs that a byte stands for, shape (256, 8)."""

FAR = np.uint16(0xFFFF)
"""The distance of what may not be found."""


def words_for(dimensions: int) -> int:
    """How many words the signs of a vector take."""
    return math.ceil(dimensions / BITS)


def codes_of(vectors: npt.NDArray[np.float32]) -> Codes:
    """Return the signs of vectors of shape (n, d)."""
    count, dimensions = vectors.shape
    packed = np.zeros((count, words_for(dimensions) * 8), dtype=np.uint8)
    signs = np.packbits(vectors > 0, axis=1)
    packed[:, : signs.shape[1]] = signs
    return np.ascontiguousarray(packed.view(np.uint64).T)


def distances(codes: Codes, query: npt.NDArray[np.float32]) -> Distances:
    """Count for every code how many signs differ from the query's, a vector of shape (d,)."""
    wanted = codes_of(query[None, :])[:, 0]
    total = np.zeros(codes.shape[1], dtype=np.uint16)
    for start in range(0, len(total), BLOCK):
        block = codes[:, start : start + BLOCK]
        part = total[start : start + BLOCK]
        for word, bits in zip(block, wanted, strict=True):
            part += np.bitwise_count(word ^ bits)
    return total


def nearest(found: Distances, count: int) -> npt.NDArray[np.int64]:
    """Return the positions of at least `count` nearest codes, if so many may be found.

    Those that are as far as the last one come along: among equals, nothing says which are better.
    """
    if count >= len(found):
        return np.flatnonzero(found != FAR)
    limit = min(_rough_limit(found, count), int(FAR) - 1)
    close = np.flatnonzero(found <= limit)
    while len(close) < count and limit < FAR - 1:
        limit = min(limit + 8 if len(close) else limit * 2 + 8, int(FAR) - 1)
        close = np.flatnonzero(found <= limit)
    if len(close) <= count:
        return close
    last = np.partition(found[close], count - 1)[count - 1]
    return close[found[close] <= last]


def _rough_limit(found: Distances, count: int) -> int:
    """A distance within which there are about twice as many as are wanted, from a sample."""
    sample = found[:: max(1, len(found) // 8192)]
    place = min(len(sample) - 1, 2 * count * len(sample) // len(found) + 4)
    return int(np.partition(sample, place)[place])


def estimated_cosine(found: Distances, dimensions: int) -> npt.NDArray[np.float64]:
    """The cosine that so many differing signs speak for."""
    return np.cos(np.pi * np.minimum(found, dimensions) / dimensions)


def agreement(
    codes: Codes, at: npt.NDArray[np.int64], query: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """The query's product with the signs of some vectors, shape (len(at),).

    It weighs each sign by how much it says of this query, so it tells near from nearer better than
    counting does, and takes longer.
    """
    packed = np.ascontiguousarray(codes[:, at].T).view(np.uint8)
    table = np.zeros(packed.shape[1] * 8, dtype=np.float32)
    table[: len(query)] = query
    byte = table.reshape(-1, 8) @ _SIGNS.T  # what each byte of a code adds, shape (bytes, 256)
    places = packed + np.arange(0, byte.size, 256, dtype=np.intp)
    return np.take(byte.ravel(), places).sum(axis=1)


def likely_cosine(
    agreed: npt.NDArray[np.float32], query: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """The cosine that an agreement speaks for, if a vector's numbers are as drawn by chance."""
    return agreed.astype(np.float64) * math.sqrt(math.pi / 2 / len(query))
