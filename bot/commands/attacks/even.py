"""An embedder to which all texts are alike."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.embed import Embedded
from knowledge.parts import Span, apart


class EvenEmbedder:
    """Finds everything equally near: with all tools offered, routing does not help the bot.

    It has no weights, so there is nothing to load, and words stand in for tokens.
    """

    name = "even"
    dimensions = 2
    window = 256
    loaded = True

    def load(self) -> None:
        """There is nothing to load."""

    def count_tokens(self, text: str) -> int:
        """As many as there are words, and two."""
        return len(text.split()) + 2

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The same unit vector for every text."""
        return np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(texts), 1))

    def embed_parts(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        """Each text and its parts, one by one."""
        return apart(self.embed, texts, spans)
