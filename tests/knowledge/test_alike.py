"""Near-duplicates are found by what documents say, whatever they are called."""

import shutil
from pathlib import Path

import pytest

from knowledge import Store, UnknownDocument, add, near_duplicates
from tests.fixtures_knowledge import HANDBOOK, WordEmbedder

PAGES = HANDBOOK / "hr"


@pytest.fixture
def shelf(tmp_path: Path, store: Store, word_embedder: WordEmbedder) -> Path:
    shutil.copytree(PAGES, tmp_path / "hr")
    list(add(store, [tmp_path / "hr"], word_embedder))
    return tmp_path / "hr"


def load(store: Store, embedder: WordEmbedder, path: Path, text: str) -> str:
    path.write_text(text)
    [progress] = add(store, [path], embedder)
    assert progress.document
    return progress.document.document_id


def test_pages_about_the_same_matter_are_no_duplicates(shelf: Path, store: Store) -> None:
    for document in store.documents():
        assert near_duplicates(store, document.document_id) == []


def test_a_copy_with_edits_is_found_from_both_sides(
    shelf: Path, store: Store, word_embedder: WordEmbedder
) -> None:
    text = (shelf / "annual-leave.md").read_text()
    edited = text.replace("27", "28").replace("Asking for leave", "How to ask")
    copy = load(store, word_embedder, shelf / "holidays.md", f"# Holidays\n\nNew.\n\n{edited}")

    [alike] = near_duplicates(store, copy)

    assert Path(alike.document.source).name == "annual-leave.md"
    assert 0.75 < alike.share < 1
    [back] = near_duplicates(store, alike.document.document_id)
    assert back.document.document_id == copy


def test_the_share_is_that_of_the_document_asked_about(
    shelf: Path, store: Store, word_embedder: WordEmbedder
) -> None:
    text = (shelf / "annual-leave.md").read_text()
    part = load(store, word_embedder, shelf / "part.md", text[: len(text) // 3])

    [alike] = near_duplicates(store, part)

    assert alike.share > 0.9
    whole = alike.document.document_id
    assert near_duplicates(store, whole) == []  # a third of it is not most of it
    [third] = near_duplicates(store, whole, share=0.2)
    assert 0.2 < third.share < 0.5


def test_a_rewritten_page_is_none(shelf: Path, store: Store, word_embedder: WordEmbedder) -> None:
    words = (shelf / "annual-leave.md").read_text().split()
    turned = " ".join(reversed(words))

    assert near_duplicates(store, load(store, word_embedder, shelf / "new.md", turned)) == []


def test_an_unknown_document_is_named(store: Store) -> None:
    with pytest.raises(UnknownDocument):
        near_duplicates(store, "nope")
