"""An embedder with no weights: texts are near when they share words. Deterministic and instant."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.commands.attacks.even import EvenEmbedder

_COMMON = frozenset("a an and are do for how i in is it my of on the to what when who".split())


class HashEmbedder(EvenEmbedder):
    """A bag of hashed words."""

    name = "hash"
    dimensions = 256

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors = np.full((len(texts), self.dimensions), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                if word not in _COMMON:
                    digest = hashlib.sha256(word.rstrip("s").encode()).digest()
                    vectors[row, digest[0]] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
