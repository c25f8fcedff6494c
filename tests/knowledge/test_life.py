"""What becomes of a document: versions, undo, removal, the second look, expiry."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge import (
    AudienceUnclear,
    Details,
    Document,
    NothingToUndo,
    Store,
    UnknownDocument,
    WrongModel,
    add,
    sync,
)
from knowledge.search import search
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]


def page(**sections: str) -> str:
    """A page whose sections are chunks of their own."""
    parts = [f"## {name}\n\n{f'{text} ' * 24}" for name, text in sections.items()]
    return "\n\n".join(["# Page", *parts])


class Shelf:
    """One file and the store it is loaded to."""

    def __init__(self, store: Store, embedder: WordEmbedder, path: Path) -> None:
        self.store, self.embedder, self.path = store, embedder, path
        self.screened: list[str] = []

    def load(self, text: str, **options: Any) -> Document:
        self.path.write_text(text)
        self.embedder.texts.clear()
        self.screened.clear()
        [progress] = add(
            self.store,
            [self.path],
            self.embedder,
            Details(**options),
            screen=self._screen,
        )
        assert progress.document, progress.problem
        return progress.document

    def sync(self) -> str:
        [progress] = sync(self.store, self.embedder, screen=self._screen)
        return progress.outcome

    def _screen(self, text: str) -> str | None:
        self.screened.append(text)
        return "gives orders" if "evil" in text else None

    @property
    def words(self) -> list[str]:
        return [chunk.text.split()[0] for chunk in self.store.all_chunks()]

    @property
    def rows(self) -> dict[str, int]:
        index = self.store.index()
        chunks = self.store.chunks([int(row) for row in index.rows])
        return {chunk.text.split()[0]: row for row, (chunk, _) in chunks.items()}


@pytest.fixture
def shelf(store: Store, word_embedder: WordEmbedder, write: Write) -> Shelf:
    return Shelf(store, word_embedder, write("a.md", ""))


def test_unchanged_chunks_keep_their_rows_and_are_not_screened_again(shelf: Shelf) -> None:
    first = shelf.load(page(a="alpha", b="beta", c="gamma"))
    before = shelf.rows

    second = shelf.load(page(c="gamma", n="nu", a="alpha"))

    assert shelf.words == ["gamma", "nu", "alpha"]
    assert {word: shelf.rows[word] for word in ("alpha", "gamma")} == {
        word: before[word] for word in ("alpha", "gamma")
    }
    assert [text.split()[-1] for text in shelf.screened] == ["nu"]
    assert [text.split()[-1] for text in shelf.embedder.texts] == ["nu"]
    assert (first.version, second.version) == (1, 2)


def test_undo_brings_the_version_before_back_without_embedding(shelf: Shelf) -> None:
    shelf.load(page(a="alpha", b="beta"), by="U01")
    shelf.load(page(a="alpha", n="nu"), by="U02")
    vectors = shelf.store.vectors_of(shelf.store.documents()[0].document_id)
    shelf.embedder.texts.clear()

    document = shelf.store.undo(shelf.store.documents()[0].document_id, "U03")

    assert (document.version, document.added_by) == (1, "U01")
    assert shelf.words == ["alpha", "beta"]
    assert shelf.embedder.texts == []
    assert shelf.store.vectors_of(document.document_id).keys() == vectors.keys()
    found = search(shelf.store, shelf.embedder, "beta", k=1)
    assert "beta" in found[0].text
    assert not len(shelf.store.holding("nu"))
    assert [
        (v.version, v.ended, v.ended_by) for v in shelf.store.versions(document.document_id)
    ] == [
        (1, "", ""),
        (2, "undone", "U03"),
    ]


def test_undo_goes_back_step_by_step_and_forward_to_a_number(shelf: Shelf) -> None:
    for word in ("alpha", "beta", "gamma"):
        document = shelf.load(page(a=word))

    back = [shelf.store.undo(document.document_id).version for _ in range(2)]
    assert (back, shelf.words) == ([2, 1], ["alpha"])
    with pytest.raises(NothingToUndo, match="kb versions"):
        shelf.store.undo(document.document_id)
    assert shelf.store.undo(document.document_id, to=3).version == 3
    assert shelf.words == ["gamma"]


def test_a_version_after_an_undo_is_undone_to_the_one_it_replaced(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    document = shelf.load(page(a="beta"))
    shelf.store.undo(document.document_id)

    assert shelf.load(page(a="gamma")).version == 3
    shelf.store.undo(document.document_id)

    assert shelf.words == ["alpha"]


def test_a_sync_leaves_what_was_undone_until_the_file_changes(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    document = shelf.load(page(a="beta"))
    shelf.store.undo(document.document_id)

    assert (shelf.sync(), shelf.words) == ("unchanged", ["alpha"])
    shelf.path.write_text(page(a="gamma"))
    assert (shelf.sync(), shelf.words) == ("replaced", ["gamma"])


def test_adding_what_was_undone_loads_it(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    shelf.store.undo(shelf.load(page(a="beta")).document_id)

    assert shelf.load(page(a="beta")).version == 3
    assert shelf.words == ["beta"]


def test_a_removal_is_undone(shelf: Shelf) -> None:
    document = shelf.load(page(a="alpha", b="beta"), audience=["C01"], owner="U09")
    shelf.store.remove(document.document_id, "U01")
    assert shelf.store.documents() == []
    assert shelf.words == []
    shelf.embedder.texts.clear()

    back = shelf.store.undo(document.document_id)

    assert back == document
    assert shelf.words == ["alpha", "beta"]
    assert shelf.embedder.texts == []


def test_a_file_that_is_gone_can_be_kept(shelf: Shelf) -> None:
    document = shelf.load(page(a="alpha"))
    shelf.path.unlink()
    assert shelf.sync() == "removed"

    shelf.store.undo(document.document_id)

    assert shelf.sync() == "unchanged"
    assert shelf.words == ["alpha"]


def test_what_an_admin_removed_stays_removed_when_its_folder_is_synced(
    shelf: Shelf, write: Write
) -> None:
    write("b.md", "Other.")
    list(add(shelf.store, [shelf.path.parent], shelf.embedder))
    document = shelf.load(page(a="alpha"))
    shelf.store.remove(document.document_id)

    outcomes = {Path(p.source).name: p.outcome for p in sync(shelf.store, shelf.embedder)}

    assert outcomes == {"a.md": "skipped", "b.md": "unchanged"}
    assert shelf.load(page(a="alpha")).version == 2
    assert sorted(shelf.words) == ["Other.", "alpha"]


def test_forgetting_leaves_nothing_to_undo(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    document = shelf.load(page(a="beta"))

    shelf.store.forget(document.document_id)

    with pytest.raises(NothingToUndo):
        shelf.store.undo(document.document_id)
    with pytest.raises(UnknownDocument):
        shelf.store.forget(document.document_id)
    with closing(sqlite3.connect(shelf.store.path)) as raw:
        for table in ("documents", "chunks", "vectors", "versions", "past_chunks"):
            assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_only_so_many_versions_are_kept(
    tmp_path: Path, word_embedder: WordEmbedder, write: Write
) -> None:
    with Store(tmp_path / "few.db", versions=2) as store:
        shelf = Shelf(store, word_embedder, write("a.md", ""))
        *_, document = [shelf.load(page(a=f"word{number}")) for number in range(5)]
        assert [v.version for v in store.versions(document.document_id)] == [5, 4, 3]
        with closing(sqlite3.connect(store.path)) as raw:
            assert raw.execute("SELECT count(*) FROM past_chunks").fetchone() == (2,)
        store.undo(document.document_id)
        store.undo(document.document_id)
        with pytest.raises(NothingToUndo):
            store.undo(document.document_id)


def test_a_removed_document_is_kept_for_a_while_only(shelf: Shelf, write: Write) -> None:
    document = shelf.load(page(a="alpha"))
    shelf.store.remove(document.document_id)
    with closing(sqlite3.connect(shelf.store.path)) as raw, raw:
        long_ago = (datetime.now(UTC) - timedelta(days=31)).isoformat()
        raw.execute("UPDATE removals SET removed_at = ?", (long_ago,))

    list(add(shelf.store, [write("b.md", "Other.")], shelf.embedder))

    with pytest.raises(NothingToUndo):
        shelf.store.undo(document.document_id)


@pytest.mark.parametrize(
    ("then", "now", "after"),
    [
        ([], [], ()),
        (["C01"], [], ("C01",)),
        ([], ["C01"], ("C01",)),
        (["C01", "C02"], ["C02", "C03"], ("C02",)),
    ],
)
def test_undo_never_widens_the_audience(
    shelf: Shelf, then: list[str], now: list[str], after: tuple[str, ...]
) -> None:
    shelf.load(page(a="alpha"), audience=then)
    document = shelf.load(page(a="beta"))
    shelf.store.describe(document.document_id, audience=now)

    assert shelf.store.undo(document.document_id).audience == after
    assert shelf.store.undo(document.document_id, to=2).audience == after


def test_undo_to_nobody_asks_who_may_read_it(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"), audience=["C01"])
    document = shelf.load(page(a="beta"))
    shelf.store.describe(document.document_id, audience=["C02"])

    with pytest.raises(AudienceUnclear, match="was for C01, and the document is for C02 now"):
        shelf.store.undo(document.document_id)
    assert shelf.words == ["beta"]
    assert shelf.store.undo(document.document_id, audience=["C03"]).audience == ("C03",)


def test_a_text_for_few_that_was_replaced_by_one_for_all_stays_for_few(shelf: Shelf) -> None:
    shelf.load(page(a="salaries"), audience=["C01"])
    document = shelf.load(page(a="summary"), audience=[])
    assert document.audience == ()

    assert shelf.store.undo(document.document_id).audience == ("C01",)


def test_a_version_of_another_model_is_not_brought_back(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    document = shelf.load(page(a="beta"))
    with closing(sqlite3.connect(shelf.store.path)) as raw, raw:
        raw.execute("UPDATE meta SET value = 'other' WHERE key = 'model'")

    with pytest.raises(WrongModel, match="load the file again"):
        shelf.store.undo(document.document_id)
    assert shelf.words == ["beta"]


def test_what_is_held_back_can_be_looked_at_and_let_go(shelf: Shelf) -> None:
    document = shelf.load(page(a="alpha", e="evil"))

    [held] = shelf.store.quarantined()
    assert (held.reason, held.heading, held.document_id) == (
        "gives orders",
        "Page > e",
        document.document_id,
    )
    assert search(shelf.store, shelf.embedder, "evil", k=1)[0].text.startswith("alpha")

    assert shelf.store.release(document.document_id, by="U01") == [held]

    assert shelf.store.quarantined() == []
    assert search(shelf.store, shelf.embedder, "evil", k=1)[0].text.startswith("evil")
    [released] = shelf.store.released(document.document_id)
    assert (released.released_by, released.reason) == ("U01", "gives orders")


def test_what_was_let_go_stays_so_until_its_text_changes(shelf: Shelf) -> None:
    document = shelf.load(page(a="alpha", e="evil"))
    shelf.store.release(document.document_id, by="U01")

    assert shelf.load(page(b="beta", e="evil")).quarantined == 0
    assert shelf.load(page(b="beta")).quarantined == 0
    assert shelf.load(page(b="beta", e="evil")).quarantined == 0  # the same text once more
    assert shelf.load(page(b="beta", e="evil deeds")).quarantined == 1


def test_a_text_that_changed_after_the_look_is_not_let_go(shelf: Shelf) -> None:
    document = shelf.load(page(a="alpha", e="evil"))
    seen = [held.digest for held in shelf.store.quarantined()]
    shelf.load(page(a="alpha", e="evil deeds"))

    assert shelf.store.release(document.document_id, by="U01", digests=seen) == []
    assert len(shelf.store.quarantined()) == 1


def test_one_chunk_is_let_go_by_its_id(shelf: Shelf) -> None:
    shelf.load(page(e="evil", f="evil deeds"))
    first, second = shelf.store.quarantined()

    assert shelf.store.release(second.chunk_id, by="U01") == [second]
    assert shelf.store.quarantined() == [first]


def test_undo_leaves_held_back_what_was(shelf: Shelf) -> None:
    document = shelf.load(page(e="evil"))
    shelf.load(page(a="alpha"))

    assert shelf.store.undo(document.document_id).quarantined == 1


def test_details_are_kept_when_a_document_is_loaded_again(shelf: Shelf) -> None:
    until = datetime(2027, 1, 1, tzinfo=UTC)
    shelf.load(page(a="alpha"), title="Given", owner="U01", expires_at=until, by="U02")

    again = shelf.load(page(a="beta"))

    assert (again.title, again.owner, again.expires_at, again.added_by) == (
        "Given",
        "U01",
        until,
        "",
    )
    assert {chunk.title for chunk in shelf.store.all_chunks()} == {"Given"}


def test_details_of_a_document_are_changed_without_its_text(shelf: Shelf) -> None:
    document = shelf.load(page(a="alpha", e="evil"))
    shelf.store.release(document.document_id, by="U01")
    rows = shelf.rows

    described = shelf.store.describe(document.document_id, title="Rhubarb", owner="U01")

    assert (described.title, described.owner, described.version) == ("Rhubarb", "U01", 1)
    assert shelf.rows == rows
    assert len(shelf.store.holding("rhubarb")) == 2
    assert not len(shelf.store.holding("a.md"))
    shelf.load(page(b="beta"))
    assert shelf.load(page(b="beta", e="evil")).quarantined == 0  # let go under the old title
    with pytest.raises(UnknownDocument):
        shelf.store.describe("nope", title="x")


def test_adding_an_unchanged_file_with_details_changes_only_those(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    again = shelf.load(page(a="alpha"), owner="U01", title="Given")

    assert (again.owner, again.title, again.version) == ("U01", "Given", 1)
    assert shelf.embedder.texts == []


def test_expired_documents_are_listed_and_their_passages_marked(shelf: Shelf) -> None:
    until = datetime(2026, 1, 1, tzinfo=UTC)
    document = shelf.load(page(a="alpha"), expires_at=until)

    assert shelf.store.expired(until - timedelta(seconds=1)) == []
    assert shelf.store.expired(until) == [document]
    assert search(shelf.store, shelf.embedder, "alpha")[0].expires_at == until

    shelf.store.describe(document.document_id, expires_at=None)
    assert shelf.store.expired(until) == []


def test_loading_the_same_twice_at_once_makes_one_version(shelf: Shelf) -> None:
    shelf.load(page(a="alpha"))
    shelf.path.write_text(page(a="beta"))
    with Store(shelf.store.path) as other:
        loading = add(
            other,
            [shelf.path],
            shelf.embedder,
            screen=lambda _: shelf.load(page(a="beta")) and None,
        )
        [progress] = loading

    assert progress.document
    assert progress.document.version == 2
    assert len(shelf.store.versions(progress.document.document_id)) == 2
