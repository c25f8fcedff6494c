from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import SentenceTransformerEmbedder
from knowledge.parts import from_codes, nearest_part, pooled, spans_of, to_codes


def test_parts_are_sentences_items_and_rows_of_some_size() -> None:
    head = "Leave > Paid\n"
    text = (
        f"{head}Every employee gets 27 days of leave a year. Yes. "
        "Ask your manager in the tool for leave.\n"
        "- five days ahead for up to four days\n- three months ahead for more than fifteen days"
    )

    assert [text[a:b].strip() for a, b in spans_of(text, len(head))] == [
        "Every employee gets 27 days of leave a year. Yes.",
        "Ask your manager in the tool for leave.",
        "- five days ahead for up to four days",
        "- three months ahead for more than fifteen days",
    ]


@given(st.text(max_size=400), st.integers(0, 40))
def test_no_word_is_left_out_of_the_parts(text: str, start: int) -> None:
    spans = spans_of(text, min(start, len(text)))

    inside = "".join(text[a:b] for a, b in spans)
    assert inside.split() == text[min(start, len(text)) :].split()
    assert all(a < b for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_a_parts_vector_is_the_mean_of_its_tokens_alone() -> None:
    tokens = np.array([[9, 9], [1, 0], [3, 0], [0, 2], [9, 9]], dtype=np.float32)
    offsets = np.array([[0, 0], [0, 4], [5, 9], [10, 14], [0, 0]])

    found = pooled(tokens, offsets, [(0, 10), (10, 14), (20, 30)])

    assert found[0].tolist() == [1, 0]
    assert found[1].tolist() == [0, 1]
    assert found[2] == pytest.approx(np.full(2, np.sqrt(0.5)), abs=0.1)  # no token: all of them
    assert pooled(tokens, offsets, []).shape == (0, 2)


def test_a_byte_a_number_keeps_the_cosine() -> None:
    vectors = np.random.default_rng(1).normal(size=(5, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    again = from_codes(to_codes(vectors), 384)

    assert again.shape == vectors.shape
    assert np.abs(again @ vectors.T - vectors @ vectors.T).max() < 0.01
    assert nearest_part([to_codes(vectors), None], vectors[3])[0] == pytest.approx(1, abs=0.01)
    assert np.isnan(nearest_part([None], vectors[3])[0])


def test_the_part_that_answers_is_nearer_than_the_whole(
    embedder: SentenceTransformerEmbedder,
) -> None:
    text = (
        "Offices\nReception keeps parcels for five days. Coffee is free for everybody here. "
        "A lost badge must be reported to reception on the day you notice. Desks are booked."
    )
    spans = spans_of(text, len("Offices\n"))

    [made] = embedder.embed_parts([text], [spans])
    [question] = embedder.embed(["I have lost my badge"])

    assert made.vector == pytest.approx(embedder.embed([text])[0], abs=1e-4)
    assert made.parts.shape == (len(spans), embedder.dimensions)
    assert np.linalg.norm(made.parts, axis=1) == pytest.approx(np.ones(len(spans)), abs=1e-5)
    assert text[slice(*spans[int(np.argmax(made.parts @ question))])].startswith("A lost badge")
    assert (made.parts @ question).max() > made.vector @ question
    assert embedder.embed_parts([], []) == []
