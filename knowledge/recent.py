"""A text that several ask for in one turn is embedded once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from knowledge.embed import Embedded, Embedder, Vector, Vectors

KEPT = 64
"""Texts whose vectors are remembered: the messages of the turns under way."""


class Loads(Embedder, Protocol):
    """An embedding model that takes its time to load."""

    @property
    def loaded(self) -> bool: ...

    def load(self) -> None: ...


class Remembering:
    """The same as the embedder inside; single texts are remembered for a while. Thread-safe."""

    def __init__(self, inside: Loads) -> None:
        self.inside, self.name = inside, inside.name
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def dimensions(self) -> int:
        return self.inside.dimensions

    @property
    def window(self) -> int:
        return self.inside.window

    @property
    def loaded(self) -> bool:
        return self.inside.loaded

    def load(self) -> None:
        self.inside.load()

    def count_tokens(self, text: str) -> int:
        return self.inside.count_tokens(text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        if len(texts) != 1:
            return self.inside.embed(texts)
        with self._lock:
            known = self._vectors.get(texts[0])
        if known is None:
            known = self.inside.embed(texts)[0]
            with self._lock:
                self._vectors[texts[0]] = known
                while len(self._vectors) > KEPT:
                    self._vectors.popitem(last=False)
        return np.array([known])

    def embed_parts(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Embedded]:
        return self.inside.embed_parts(texts, spans)


def one_vector(embedder: Embedder) -> Callable[[str], Vector]:
    """What gives the vector of one text."""
    return lambda text: embedder.embed([text])[0]
