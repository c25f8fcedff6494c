from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from knowledge import Details, Store, WrongModel, add
from knowledge.embed import Embedded, Vectors
from knowledge.parts import Span
from knowledge.reembed import BATCH, Following, reembed, undo
from knowledge.search import search
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]


class _Other(WordEmbedder):
    """Another model, with vectors of another size."""

    name = "other"
    dimensions = 300


def make(name: str) -> WordEmbedder:
    assert name == "words"
    return WordEmbedder()


@pytest.fixture
def filled(store: Store, word_embedder: WordEmbedder, write: Write) -> Store:
    for number in range(BATCH + 8):
        path = write(f"{number}.md", f"# Page {number}\n\nThe word here is word{number}.")
        list(add(store, [path], word_embedder))
    return store


def first(store: Store, wanted: WordEmbedder, query: str) -> str:
    return search(store, Following(store, wanted, make), query)[0].title


def test_the_old_model_answers_until_the_new_one_has_every_chunk(filled: Store) -> None:
    wanted, seen = _Other(), list[tuple[str, int, str | None]]()

    for change in reembed(filled, wanted):
        seen.append((change.model, change.done, filled.model))
        assert first(filled, wanted, "word7") == "Page 7"

    assert seen == [("other", BATCH, "words"), ("other", BATCH + 8, "words")]
    assert (filled.model, filled.change()) == ("other", None)
    assert first(filled, wanted, "word7") == "Page 7"
    filled.require_model("other", 300)
    assert list(reembed(filled, wanted)) == []


def test_it_goes_on_where_it_was_stopped(filled: Store) -> None:
    next(reembed(filled, _Other()))
    wanted = _Other()

    with Store(filled.path) as again:
        list(reembed(again, wanted))

        assert len(wanted.texts) < 3 * (BATCH + 8)
        assert again.model == "other"
    assert first(filled, wanted, "word7") == "Page 7"  # as seen by the process that was there


def test_what_is_added_meanwhile_is_found_before_and_after(filled: Store, write: Write) -> None:
    wanted = _Other()
    change = reembed(filled, wanted)
    next(change)
    path = write("new.md", "# New\n\nThe word here is zebra.")
    [added] = add(filled, [path], Following(filled, wanted, make))
    assert added.outcome == "added"

    assert first(filled, wanted, "zebra") == "New"
    list(change)

    assert filled.model == "other"
    assert first(filled, wanted, "zebra") == "New"


class _Switching(WordEmbedder):
    """Lets the next model take over between the question's vector and the search."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store

    def embed(self, texts: Sequence[str]) -> Vectors:
        list(reembed(self.store, _Other()))
        return super().embed(texts)

    def embed_parts(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Embedded]:
        raise AssertionError("nothing is loaded by it")


def test_a_search_that_a_change_overtakes_is_made_again(filled: Store) -> None:
    following = Following(filled, _Other(), lambda _: _Switching(filled))

    assert search(filled, following, "word7")[0].title == "Page 7"
    assert filled.model == "other"


def test_a_third_model_starts_anew(filled: Store) -> None:
    next(reembed(filled, _Other()))
    third = _Other()
    third.name = "third"

    seen = [change.done for change in reembed(filled, third)]

    assert seen == [BATCH, BATCH + 8]
    assert filled.model == "third"


def test_a_version_by_the_model_before_can_be_brought_back(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("gate.md", "# Gate\n\nIt closes at nine.\n\n## Keys\n\nThey hang in the hall.")
    list(add(store, [path], word_embedder))
    write("gate.md", "# Gate\n\nIt closes at ten.\n\n## Keys\n\nThey hang in the hall.")
    [changed] = add(store, [path], word_embedder)
    assert changed.document
    list(reembed(store, _Other()))
    with pytest.raises(WrongModel):
        store.undo(changed.document.document_id)

    wanted = _Other()
    back = undo(store, wanted, changed.document.document_id, "U1")

    [chunk] = store.chunks_of(back.document_id)
    assert chunk.text.startswith("It closes at nine.")
    assert wanted.texts  # what was said then, and nothing else
    assert all("nine" in text or "hall" in text for text in wanted.texts)
    assert search(store, _Other(), "closes nine")[0].text == chunk.text


def test_vectors_of_a_model_that_is_not_in_use_any_more_are_not_kept(
    filled: Store, word_embedder: WordEmbedder
) -> None:
    [document, *_] = filled.documents()
    list(add(filled, [Path(document.source)], word_embedder, Details(title="Another")))
    list(reembed(filled, _Other()))
    waiting = filled.outdated(document.document_id)

    filled.renew("third", {one.row: one_vector() for one in waiting})

    assert filled.outdated(document.document_id) == waiting


def one_vector() -> Embedded:
    vector = WordEmbedder().embed(["a"])
    return Embedded(vector[0], vector)
