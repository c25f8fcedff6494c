"""Whether sources support a sentence: the measures, and the thresholds that were fitted to data."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from bot.grounding.claims import is_english, read
from bot.grounding.measures import measure
from bot.grounding.sources import Prepared, overlaps

AMOUNT, NAME, DENIAL, STRANGE, FAR = 0.29, 0.42, 0.24, 0.58, 0.6
"""The measures from which a sentence is not supported; fitted by `sluice eval grounding`."""

OPEN = 0.45
"""From here to STRANGE the words leave it open, and the distance in meaning decides."""

LOOKED_AT = 2
"""Units whose meaning is compared with a sentence's: those that share the most words with it."""

WHY = {
    "amount": "a number in it is not what its source says of this",
    "name": "a name in it is not what its source says of this",
    "denial": "its source says the opposite",
    "strange": "no source says it",
}


class Embedder(Protocol):
    """What `knowledge` embeds with."""

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, shape (len(texts), d)."""
        ...


class Support(NamedTuple):
    """How well a sentence is supported.

    Attributes:
        risk: From 1 on it is not.
        why: What speaks most against it, in words; empty where it is supported.
    """

    risk: float
    why: str = ""


class Judge:
    """Judges sentences, the same way every time; nothing it reads can persuade it.

    The meaning is only looked at where words leave it open, for that takes the longest by far.
    """

    def __init__(self, embedder: Embedder) -> None:
        def vector(text: str) -> npt.NDArray[np.float32]:
            return embedder.embed([text])[0]

        self._vector = lru_cache(maxsize=4096)(vector)

    def judge(self, sentence: str, prepared: Prepared) -> Support:
        """Judge a sentence by its sources.

        Of a sentence in another language than English, only its numbers are compared: its words
        stand in no English source, and capitals say other things there.
        """
        found = measure(sentence, prepared)
        risks = {"amount": found.amount / AMOUNT}
        if is_english(sentence):
            risks["name"] = found.name / NAME
            risks["denial"] = found.denial / DENIAL
            risks["strange"] = found.strange / STRANGE
            if max(risks.values()) < 1 and found.strange >= OPEN:
                risks["strange"] = max(risks["strange"], self._far(sentence, prepared) / FAR)
        worst = max(risks, key=risks.__getitem__)
        return Support(risks[worst], WHY[worst] if risks[worst] >= 1 else "")

    def _far(self, sentence: str, prepared: Prepared) -> float:
        """How far a sentence is from the nearest unit, 0 to 1, among those that share its words."""
        scores = overlaps(read(sentence), prepared)
        order = sorted(range(len(scores)), key=lambda at: -scores[at])[:LOOKED_AT]
        if not order:
            return 1.0
        own = self._vector(sentence)
        nearest = max(float(own @ self._vector(prepared.units[at].text)) for at in order)
        return min(1.0, max(0.0, 1 - nearest))
