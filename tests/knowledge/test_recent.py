from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from knowledge.recent import KEPT, Remembering, one_vector
from tests.fakes.embedder import HashEmbedder


class Counting(HashEmbedder):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += texts
        return super().embed(texts)


def test_a_single_text_is_embedded_once_and_many_each_time() -> None:
    inside = Counting()
    embedder = Remembering(inside)
    first, again = embedder.embed(["leave"]), embedder.embed(["leave"])
    assert np.array_equal(first, again)
    assert np.array_equal(one_vector(embedder)("leave"), first[0])
    assert inside.asked == ["leave"]
    embedder.embed(["leave", "travel"])
    assert inside.asked == ["leave", "leave", "travel"]


def test_only_the_last_texts_are_remembered() -> None:
    inside = Counting()
    embedder = Remembering(inside)
    for number in range(KEPT + 1):
        embedder.embed([str(number)])
    embedder.embed(["0"])
    assert inside.asked.count("0") == 2


def test_all_else_is_the_embedders_own() -> None:
    embedder = Remembering(HashEmbedder())
    embedder.load()
    assert (embedder.name, embedder.loaded) == ("hash", True)
    assert (embedder.dimensions, embedder.window) == (256, 256)
    assert embedder.count_tokens("a b") == 4
    assert len(embedder.embed_parts(["a b"], [[(0, 1)]])[0].parts) == 1
