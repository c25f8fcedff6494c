"""A change of model inside one transaction: what is kept, what is dropped, when it takes over."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge import Store, add
from knowledge.change import Change
from knowledge.embed import Embedded
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]


def made(rows: Sequence[int], size: int = 300) -> dict[int, Embedded]:
    vector = np.ones(size, dtype=np.float32) / np.sqrt(np.float32(size))
    return {row: Embedded(vector, vector[None]) for row in rows}


@pytest.fixture
def filled(store: Store, word_embedder: WordEmbedder, write: Write) -> Store:
    for name in ("a", "b", "c"):
        list(add(store, [write(f"{name}.md", f"# {name}\n\nText of {name}.")], word_embedder))
    return store


def test_without_a_change_there_is_nothing_to_tell(filled: Store) -> None:
    assert filled.change() is None
    assert not filled.switch("other")
    filled.prepare("other", made([1]))
    assert filled.change() is None


def test_it_takes_over_only_with_every_chunk(filled: Store) -> None:
    rows = [one.row for one in filled.waiting("other", 10)]
    filled.prepare("other", made(rows[:2]))

    assert filled.change() == Change("other", 2, 3)
    assert not filled.switch("other")
    assert [one.row for one in filled.waiting("other", 10)] == rows[2:]

    filled.prepare("other", made(rows[2:]))
    assert not filled.switch("third")
    assert filled.switch("other")
    assert (filled.model, filled.change()) == ("other", None)
    assert filled.vectors(np.array(rows)).shape == (3, 300)


def test_what_was_made_for_another_model_is_dropped(filled: Store) -> None:
    rows = [one.row for one in filled.waiting("other", 10)]
    filled.prepare("other", made(rows))

    assert len(filled.waiting("third", 10)) == 3
    filled.prepare("other", made(rows))

    assert filled.change() == Change("third", 0, 3)


def test_of_a_chunk_that_is_gone_meanwhile_nothing_is_kept(filled: Store) -> None:
    rows = [one.row for one in filled.waiting("other", 10)]
    filled.remove(filled.documents()[0].document_id)

    filled.prepare("other", made(rows))

    assert filled.change() == Change("other", 2, 2)
    assert filled.switch("other")
