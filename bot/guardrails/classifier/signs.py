"""Broad signs of an attack, as numbers."""

import re

import numpy as np
import numpy.typing as npt

from bot.guardrails.classifier.phrases import TURNS, WORDS

NAMES = (
    *WORDS,
    *TURNS,
    "known",
    "hidden",
    "capitals",
    "signs",
    "short",
    "long",
)
"""What the columns mean. The language is none of them: that would judge by it."""

_PATTERNS = tuple(re.compile(pattern) for pattern in (*WORDS.values(), *TURNS.values()))

_ENGLISH = frozenset(
    "the a an and or but if of to in on at by for from with without is are was were be been am do "
    "does did has have had can could will would should may might must not no yes this that these "
    "those it its i you he she we they me my your his her our their us them what which who when "
    "where why how all any some there here then than so as about into out up down over after "
    "before please only just now".split()
)
_LETTERS = re.compile(r"[^\W\d_]+")

_PER = 40
"""Words for which one sign counts in full; in longer windows it says less."""


def english(key: str) -> float:
    """How English a text is, from 0 to 1: its letters, and its small words."""
    words = _LETTERS.findall(key)
    if not words:
        return 0.5
    letters = sum(len(word) for word in words)
    plain = sum(len(word) for word in words if word.isascii()) / letters
    small = sum(word in _ENGLISH for word in words) / len(words)
    return plain**2 * min(1.0, 0.25 + 4 * small) if len(words) > 3 else plain**2


def signs(text: str, key: str, known: float, hidden: bool) -> npt.NDArray[np.float32]:
    """Return a number from 0 to 1 for each of `NAMES`; counts of words level off at three."""
    words = max(1, key.count(" ") + 1)
    counts = [len(pattern.findall(key)) for pattern in _PATTERNS]
    found = [min(3.0, count) / 3 * min(1.0, (_PER / words) ** 0.5) for count in counts]
    letters = max(1, sum(letter.isalpha() for letter in text))
    found += [
        known,
        float(hidden),
        sum(letter.isupper() for letter in text) / letters,
        min(1.0, sum(not (c.isalnum() or c.isspace()) for c in text) / max(1, len(text)) * 4),
        1 / words**0.5,
        min(1.0, words / 400),
    ]
    return np.array(found, dtype=np.float32)
