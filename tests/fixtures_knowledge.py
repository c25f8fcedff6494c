"""Fixtures over the knowledge base, for every test that needs one.

`embedder` is the real model; what does not depend on its judgement takes `word_embedder`, which
needs no torch.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge import SentenceTransformerEmbedder, Store, add
from knowledge.embed import Embedded, Vectors
from knowledge.parts import Span, apart


class WordEmbedder:
    """Texts are near when they share words. Counts a word as a token, and two for the ends."""

    name = "words"
    dimensions = 256

    def __init__(self, window: int = 64) -> None:
        self.window = window
        self.texts: list[str] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return self._vectors(texts)

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode()) % self.dimensions] += 1
            vectors[row, 0] += 0.1  # no text is without a direction
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_parts(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        self.texts.extend(texts)
        return apart(self._vectors, texts, spans)


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The real model, loaded once for all tests."""
    embedder = SentenceTransformerEmbedder()
    embedder.load()
    return embedder


HANDBOOK = Path("bot/demo/handbook")


@pytest.fixture(scope="session")
def handbook(
    tmp_path_factory: pytest.TempPathFactory, embedder: SentenceTransformerEmbedder
) -> Iterator[Store]:
    """The demo's handbook, loaded by the real model. For reading: all tests share it."""
    with Store(tmp_path_factory.mktemp("handbook") / "knowledge.db") as store:
        list(add(store, [HANDBOOK], embedder))
        yield store


@pytest.fixture
def word_embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "knowledge.db") as store:
        yield store


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file below a folder of this test's own, and return its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
