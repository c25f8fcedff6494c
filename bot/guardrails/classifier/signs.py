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

_PER = 40
"""Words for which one sign counts in full; in longer windows it says less."""


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
