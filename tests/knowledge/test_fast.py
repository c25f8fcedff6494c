"""ONNX Runtime runs the model: its vectors are those of torch, alone and in company."""

import numpy as np
import pytest

from knowledge.embed import SentenceTransformerEmbedder, find_default_model
from knowledge.fast import open_fast
from knowledge.parts import spans_of

TEXTS = [
    "How many weeks of parental leave do I get?",
    "Parental leave\nBoth parents get 20 weeks. It starts up to four weeks before the birth.",
    "Expenses > Travel\n| What | Limit |\n|---|---|\n| Hotel | 180 EUR |\n| Dinner | 45 EUR |",
    "INC-1042",
    "Was muss ich tun, wenn mein Laptop gestohlen wird? 盗まれたらどうする",
    "word " * 400,
]
LEAST = 0.99
"""Vectors that were made by one stay comparable to those of the other."""


@pytest.fixture(scope="module")
def fast() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="module")
def slow() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(fast=False)


def test_the_model_that_is_shipped_runs_without_torch() -> None:
    assert open_fast(find_default_model()) is not None


def test_it_gives_the_vectors_of_torch(
    fast: SentenceTransformerEmbedder, slow: SentenceTransformerEmbedder
) -> None:
    one, other = fast.embed(TEXTS), slow.embed(TEXTS)
    assert one.shape == other.shape == (len(TEXTS), 384)
    assert one.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1, atol=1e-5)
    assert (one * other).sum(axis=1).min() >= LEAST
    assert [fast.window, fast.dimensions] == [slow.window, slow.dimensions]
    assert [*map(fast.count_tokens, TEXTS)] == [*map(slow.count_tokens, TEXTS)]


def test_a_vector_does_not_depend_on_the_texts_beside_it(
    fast: SentenceTransformerEmbedder,
) -> None:
    together = fast.embed(TEXTS)
    alone = np.concatenate([fast.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_parts_of_a_text_are_those_of_torch(
    fast: SentenceTransformerEmbedder, slow: SentenceTransformerEmbedder
) -> None:
    spans = [spans_of(text) for text in TEXTS]
    for one, other in zip(
        fast.embed_parts(TEXTS, spans), slow.embed_parts(TEXTS, spans), strict=True
    ):
        assert one.parts.shape == other.parts.shape
        assert (one.parts * other.parts).sum(axis=1).min() >= LEAST
