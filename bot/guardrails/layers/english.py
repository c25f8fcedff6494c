"""How English a reading is: what decides between two ways to read the same letters.

Each word costs what its place in a list by frequency says, as a code would give short signs to
common words; letters that are no word cost more with every letter. The cheaper reading is taken.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from math import log
from typing import NamedTuple

from bot.guardrails.layers.words import WORDS

_LIST = ("data", "english.txt")
_TOLD_PLACE = 3_000
"""The place at most of a word that attacks are made of: the list is of books and articles."""

_FIRST = 20
_UNKNOWN, _UNKNOWN_LETTER = 9.0, 3.2
"""Letters by chance cost the logarithm of 26 each; that they are a word at all costs once more."""

STRANGE = -4.0
"""What a word counts that is none in either reading: chance must not add up in other languages."""

_DROP = 30.0
"""What two honest words lose where they are read otherwise."""

LONGEST = 18
"""Letters of the longest word that is looked for."""


@cache
def words() -> dict[str, float]:
    """Return the known words with their costs, the cheapest first: natural logarithms."""
    listed = files("bot.guardrails").joinpath(*_LIST).read_text(encoding="ascii").split()
    places = {word: place for place, word in enumerate(listed)}
    for word in sorted(WORDS):
        places[word] = min(places.get(word, _TOLD_PLACE), _TOLD_PLACE)
    total = log(len(places))
    found = {word: log((place + _FIRST) * total) for word, place in places.items()}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def cost(word: str) -> float:
    """Return how unlikely a word in small letters is, as a natural logarithm."""
    return words().get(word, _unknown(len(word)))


def parted(letters: str) -> list[str]:
    """Cut letters that were run together into the cheapest row of words; their case stays."""
    low, known = letters.lower(), words()
    costs, cuts = [0.0], [0]
    for end in range(1, len(low) + 1):
        best, cut = min(
            (costs[start] + known.get(low[start:end], _unknown(end - start)), start)
            for start in range(max(0, end - LONGEST), end)
        )
        costs.append(best)
        cuts.append(cut)
    row = [letters[a:b] for a, b in _pairs(cuts)]
    return [part for n, word in enumerate(row) for part in _apart(row[n - 1 : n], word)]


def _apart(before: list[str], word: str) -> list[str]:
    """Return the one word that is two after another: nobody is told "you area"."""
    split = word.lower() == "area" and [part.lower() for part in before] == ["you"]
    return [word[:3], word[3:]] if split else [word]


def _unknown(size: int) -> float:
    return _UNKNOWN + _UNKNOWN_LETTER * size


def _pairs(cuts: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    end = len(cuts) - 1
    while end:
        found.append((cuts[end], end))
        end = cuts[end]
    return found[::-1]


class Read(NamedTuple):
    """A word, where it stands, and by how much another reading of it is cheaper."""

    start: int
    end: int
    gain: float


def better(read: Sequence[Read], least: float) -> list[tuple[int, int]]:
    """Return the stretches that another reading makes cheaper, by at least so much in all.

    A stretch goes as far as its sum is highest, over names and numbers inside it and around it, and
    ends where the words after it lose `_DROP`: what they hide themselves is another stretch.
    """
    found: list[tuple[int, int]] = []
    total, best, first, last = 0.0, 0.0, 0, 0
    for at, one in enumerate(read):
        if total <= max(0.0, best - _DROP):
            if best >= least:
                found.append(_widened(read, first, last))
            total, best, first = 0.0, 0.0, at
        total += one.gain
        if total > best:
            best, last = total, at
    return [*found, _widened(read, first, last)] if best >= least else found


def _widened(read: Sequence[Read], first: int, last: int) -> tuple[int, int]:
    """Add what is a word in neither reading: a name does not tell what was done to it."""
    while first and read[first - 1].gain in (0.0, STRANGE):
        first -= 1
    while last + 1 < len(read) and read[last + 1].gain in (0.0, STRANGE):
        last += 1
    return read[first].start, read[last].end
