"""Letters and words of a text as numbers of buckets, so that no dictionary has to be kept."""

import re
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BUCKETS_LOG2 = 18
BUCKETS = 1 << BUCKETS_LOG2

LETTERS = (3, 4, 5)
"""How many letters go together, spaces and signs among them."""

DENSE = (1, 2)
"""How many more go together where a letter is a syllable or a word: kana, Han, Hangul."""

WORDS = (1, 2, 3)
"""How many words go together."""

REPEATED = 0.5
"""A stretch repeats itself if this part of its runs, or less, are different ones."""

_MARKS = r"\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
"""Signs for vowels that belong to a word, and are no letters by themselves."""

_TOKEN = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*|\d+|[^\w\s]+")
_FIRST_DENSE, _LAST_DENSE = 0x3040, 0xD7A3
_DIGITS = re.compile(r"\d")
_SPACE = re.compile(r"\s")
_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0x100000001B3)
_FOLD = np.uint64(29)
_SHIFT = np.uint64(64 - BUCKETS_LOG2)

Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grams:
    """The runs of letters and of words of a text.

    Attributes:
        buckets: Shape (n,), in the order of `starts`.
        starts: Where each begins in the text, shape (n,).
    """

    buckets: npt.NDArray[np.int64]
    starts: Places

    def within(self, start: int, end: int) -> slice:
        """Those that begin in a stretch of the text."""
        a, b = np.searchsorted(self.starts, (start, end))
        return slice(int(a), int(b))


def grams(key: str) -> Grams:
    """Return the grams of a text in small letters. Spaces in a row count as one, digits as 0."""
    plain = _SPACE.sub(" ", _DIGITS.sub("0", key))
    letters = np.frombuffer(plain.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    space = letters == ord(" ")
    kept = np.flatnonzero(~(space & np.concatenate(([True], space[:-1]))))
    found = [(_hashed(letters[kept], size, 1), kept) for size in LETTERS]
    dense = (letters[kept] >= _FIRST_DENSE) & (letters[kept] <= _LAST_DENSE)
    found += [_in_dense(_hashed(letters[kept], size, 3), kept, dense, size) for size in DENSE]
    tokens = list(_TOKEN.finditer(plain))
    words = np.array([zlib.crc32(t[0].encode("utf-8", "replace")) for t in tokens], np.uint64)
    places = np.array([t.start() for t in tokens], dtype=np.int64)
    found += [(_hashed(words, size, 2), places) for size in WORDS]
    starts = np.concatenate([where[: len(hashes)] for hashes, where in found])
    buckets = np.concatenate([hashes for hashes, _ in found])
    order = np.argsort(starts, kind="stable")
    return Grams(buckets[order].astype(np.int64), starts[order])


def said_once(buckets: Places) -> Places:
    """The buckets of a stretch; where it says the same over and over, each of them once.

    Else thirty times "no" would be thirty times what one is.
    """
    once = np.unique(buckets)
    return once if len(once) < REPEATED * len(buckets) else buckets


def _in_dense(
    hashes: Hashes, places: Places, dense: npt.NDArray[np.bool_], size: int
) -> tuple[Hashes, Places]:
    """Those runs whose letters are all of a script without spaces, and where they begin."""
    count = len(hashes)
    every = np.logical_and.reduce([dense[at : at + count] for at in range(size)])
    return hashes[every], places[:count][every]


def _hashed(items: Hashes, size: int, kind: int) -> Hashes:
    """The bucket of every run of so many items."""
    count = max(0, len(items) - size + 1)
    total = np.full(count, kind * 31 + size, dtype=np.uint64)
    for place in range(size):
        total = (total ^ items[place : place + count]) * _STEP
        total ^= total >> _FOLD
    return (total * _MIX) >> _SHIFT
