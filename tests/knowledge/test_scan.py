"""Candidates of a corpus in which every word is common, held against looking at every chunk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from knowledge import Store, add, scan
from knowledge.scan import Scan
from knowledge.score import FUSED
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def filled(store: Store, word_embedder: WordEmbedder, write: Write) -> Store:
    sections = [
        f"## Part {n}\n\nThe gate of part{n} is {'red' if n % 3 else 'blue'}." for n in range(90)
    ]
    text = "\n\n".join(
        section + " It closes at nine in the evening, as ever. " * 3 for section in sections
    )
    list(add(store, [write("gates.md", f"# Gates\n\n{text}")], word_embedder))
    return store


def candidates(store: Store, query: str, allowed: np.ndarray | None = None) -> scan.Candidates:
    index = store.index()
    mask = np.ones(len(index), dtype=bool) if allowed is None else allowed
    vector = WordEmbedder().embed([query])[0]
    with store.reading():
        return Scan(store, index, mask).candidates(query, vector, FUSED)


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the corpus were a hundred times as large."""
    for name, most in (("READ", 5), ("WORDY", 5), ("LISTED", 8)):
        monkeypatch.setattr(scan, name, most)


def test_of_a_common_word_each_candidate_tells_itself_whether_it_holds_it(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch)
    found = candidates(filled, "blue gate part7")
    texts = filled.texts(filled.index().rows[found.at].tolist())

    held = [[word in text.lower() for word in ("blue", "gate", "part7")] for _, text in texts]

    assert found.signals.held.tolist() == held
    assert any("part7 " in text for _, text in texts)


def test_the_share_of_a_common_word_is_estimated_from_samples(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = candidates(filled, "gate part7").signals.rarity
    few(monkeypatch)

    found = candidates(filled, "gate part7").signals.rarity

    assert found == pytest.approx(exact, abs=0.35)
    assert found[0] < found[1]


def test_samples_are_remembered_until_the_file_changes(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch)
    first = candidates(filled, "gate")
    index = filled.index()
    assert list(index.samples) == ["gate"]

    assert (candidates(filled, "gate").at == first.at).all()
    filled.describe(filled.documents()[0].document_id, owner="U1")

    assert filled.index() is not index
    assert not filled.index().samples


def test_what_may_not_be_read_is_no_candidate_and_counts_for_nothing(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch)
    allowed = np.zeros(len(filled.index()), dtype=bool)
    allowed[::9] = True

    found = candidates(filled, "blue gate", allowed)

    assert allowed[found.at].all()
    assert len(found.at)
