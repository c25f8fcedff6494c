"""The embedder, and the vectors it has made."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Unit vectors, one a row: shape (n, d)."""


class Embedder(Protocol):
    """Turns texts to unit vectors."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32, shape (n, d), each row of length 1."""
        ...


class Memory:
    """Vectors of pieces seen before: questions come back to the same pages."""

    def __init__(self, embedder: Embedder, size: int = 4_000) -> None:
        self._embedder = embedder
        self._size = size
        self._known: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts, those that are new in one go. Half a surrogate pair is no text."""
        texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        new = list(dict.fromkeys(text for text in texts if text not in found))
        if new:
            found |= dict(zip(new, self._embedder.embed(new), strict=True))
        with self._lock:
            for text in texts:
                self._known[text] = found[text]
                self._known.move_to_end(text)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts])
