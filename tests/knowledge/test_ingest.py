import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from knowledge import Details, Progress, Store, WrongModel, add, sync
from knowledge.search import search
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]


def outcomes(progress: Iterable[Progress]) -> dict[str, str]:
    return {Path(one.source).name: one.outcome for one in progress}


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    return tmp_path / "docs"


def test_a_folder_is_loaded_in_sorted_order_without_what_is_hidden(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    for name in ("b.md", "a.txt", "sub/c.html", ".hidden.md", ".git/d.md", "~$lock.md"):
        write(name, f"Text of {name}.")

    progress = list(add(store, [docs], word_embedder))

    assert [one.source for one in progress] == [
        str(docs / name) for name in ("a.txt", "b.md", "sub/c.html")
    ]
    assert {one.outcome for one in progress} == {"added"}
    assert [document.source for document in store.documents()] == [p.source for p in progress]


def test_a_bad_file_costs_a_line_and_the_rest_goes_on(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "Good.")
    write("b.md", b"%PDF-1.7")
    write("c.md", b"")
    write("d.png", b"\x89PNG")
    write("e.md", "Good too.")

    progress = {Path(one.source).name: one for one in add(store, [docs], word_embedder)}

    assert outcomes(progress.values()) == {
        "a.md": "added",
        "b.md": "failed",
        "c.md": "failed",
        "d.png": "skipped",
        "e.md": "added",
    }
    assert progress["b.md"].problem == ("it is a damaged PDF: open it, save it anew and add that")
    assert all(progress[name].problem for name in ("c.md", "d.png"))


def test_what_is_named_but_not_there_costs_a_line(
    store: Store, word_embedder: WordEmbedder, docs: Path
) -> None:
    paths = [docs / "missing.md", docs / "a\x00b.md", docs / "b\udcff.md"]

    progress = list(add(store, paths, word_embedder))

    assert [one.outcome for one in progress] == ["failed"] * 3
    assert [one.problem for one in progress] == [
        "there is no such file: check the path",
        "its path cannot be followed: rename it",
        "its path cannot be followed: rename it",
    ]


def test_a_folder_that_may_not_be_opened_costs_a_line(
    store: Store,
    word_embedder: WordEmbedder,
    write: Write,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Played, since the tests may run as root, who may open everything."""
    write("a.md", "Good.")
    (docs / "closed").mkdir()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)

    progress = list(add(store, [docs], word_embedder))

    assert [(Path(one.source).name, one.outcome) for one in progress] == [
        ("a.md", "added"),
        ("closed", "failed"),
    ]


def test_a_link_out_of_the_folder_is_not_followed(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text("The secret.")
    inside = write("a.md", "Fine.")
    (docs / "b.md").symlink_to(tmp_path / "secret.md")
    (docs / "c.md").symlink_to(inside)
    (docs / "d.md").symlink_to(docs / "d.md")

    assert outcomes(add(store, [docs], word_embedder)) == {
        "a.md": "added",
        "b.md": "failed",
        "c.md": "added",
        "d.md": "failed",
    }
    assert all("secret" not in chunk.text for chunk in store.all_chunks())


def test_an_unchanged_file_is_not_embedded_again(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "One thing.")
    list(add(store, [docs], word_embedder))
    word_embedder.texts.clear()

    assert outcomes(add(store, [docs], word_embedder)) == {"a.md": "unchanged"}
    assert outcomes(sync(store, word_embedder)) == {"a.md": "unchanged"}
    assert word_embedder.texts == []


def test_of_a_changed_file_only_the_changed_chunks_are_embedded(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    parts = [f"# {name}\n\n{f'{name} ' * 55}" for name in ("alpha", "beta", "gamma")]
    write("a.md", "\n\n".join(parts))
    list(add(store, [docs], word_embedder))
    word_embedder.texts.clear()
    write("a.md", "\n\n".join([parts[0], "# beta\n\nnew", parts[2]]))

    assert outcomes(add(store, [docs], word_embedder)) == {"a.md": "replaced"}
    assert [text.split()[-1] for text in word_embedder.texts] == ["new"]
    assert len(store.all_chunks()) == 3


def test_one_file_is_one_document_however_it_is_named(
    store: Store,
    word_embedder: WordEmbedder,
    write: Write,
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write("a.md", "One thing.")
    list(add(store, [path], word_embedder))
    monkeypatch.chdir(docs)

    assert outcomes(add(store, [Path("a.md"), Path("../docs/a.md")], word_embedder)) == {
        "a.md": "unchanged"
    }
    assert len(store.documents()) == 1


def test_equal_chunks_of_one_document_are_both_kept(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    same = "word " * 55
    list(add(store, [write("a.md", f"# H\n\n{same}\n\n# H\n\n{same}")], word_embedder))

    assert len({chunk.chunk_id for chunk in store.all_chunks()}) == 2


def test_chunks_the_guardrails_object_to_are_stored_but_held_back(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", f"# Page\n\n## Fine\n\n{'good ' * 55}\n\n## Poison\n\n{'evil ' * 55}")
    seen: list[str] = []

    def screen(text: str) -> str | None:
        seen.append(text)
        return "gives orders" if "evil" in text else None

    [progress] = add(store, [docs], word_embedder, screen=screen)

    assert progress.document
    assert (progress.document.chunks, progress.document.quarantined) == (2, 1)
    assert [text.split("\n")[:2] for text in seen] == [
        ["Page", "Page > Fine"],
        ["Page", "Page > Poison"],
    ]
    assert [p.quarantine for p in search(store, word_embedder, "evil")] == [None]
    [first, _] = search(store, word_embedder, "evil", include_quarantined=True)
    assert first.quarantine == "gives orders"


def test_sync_follows_the_files(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    for name in ("same.md", "changed.md", "gone.md", "broken.md"):
        write(name, f"Text of {name}.")
    list(add(store, [docs], word_embedder))
    write("changed.md", "Other text.")
    write("broken.md", b"\x00\x01")
    write("new.md", "New text.")
    (docs / "gone.md").unlink()

    assert outcomes(sync(store, word_embedder)) == {
        "same.md": "unchanged",
        "changed.md": "replaced",
        "gone.md": "removed",
        "broken.md": "failed",
        "new.md": "added",
    }
    assert [Path(document.source).name for document in store.documents()] == [
        "broken.md",  # the old text is better than none
        "changed.md",
        "new.md",
        "same.md",
    ]


def test_sync_works_from_another_folder_and_keeps_the_sources(
    store: Store,
    word_embedder: WordEmbedder,
    write: Write,
    docs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("sub/a.md", "One thing.")
    monkeypatch.chdir(tmp_path)
    list(add(store, [Path("docs")], word_embedder))
    monkeypatch.chdir("/")
    write("sub/b.md", "New thing.")

    progress = list(sync(store, word_embedder))

    assert [(one.source, one.outcome) for one in progress] == [
        ("docs/sub/a.md", "unchanged"),
        ("docs/sub/b.md", "added"),
    ]


def test_sync_removes_a_file_that_was_added_by_name(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("a.md", "One thing.")
    list(add(store, [path], word_embedder))
    path.unlink()

    assert outcomes(sync(store, word_embedder)) == {"a.md": "removed"}
    assert store.documents() == []


def test_sync_removes_nothing_when_the_whole_folder_is_gone(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "One thing.")
    lone = write("lone/b.md", "Another.")
    list(add(store, [docs / "a.md", lone], word_embedder))
    write("c.md", "Third.")
    list(add(store, [docs], word_embedder))
    docs.rename(docs.with_name("unmounted"))

    progress = list(sync(store, word_embedder))

    assert {one.outcome for one in progress} == {"failed"}
    assert all("is gone: bring it back" in (one.problem or "") for one in progress)
    assert len(store.documents()) == 3


def test_an_audience_stays_until_another_is_named(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("a.md", "One thing.")

    def audience_after(audience: tuple[str, ...] | None) -> tuple[str, ...]:
        [progress] = add(store, [path], word_embedder, Details(audience=audience))
        assert progress.document
        return progress.document.audience

    assert audience_after(("S02", "C01", "C01")) == ("C01", "S02")
    assert audience_after(None) == ("C01", "S02")
    path.write_text("Changed.")
    assert audience_after(None) == ("C01", "S02")
    assert audience_after(()) == ()


def test_a_new_file_in_a_restricted_folder_is_not_for_everyone(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "One thing.")
    list(add(store, [docs], word_embedder, Details(audience=["C01"])))
    write("b.md", "New thing.")

    assert outcomes(sync(store, word_embedder)) == {"a.md": "unchanged", "b.md": "added"}
    assert {document.audience for document in store.documents()} == {("C01",)}


def test_a_new_file_among_several_audiences_has_to_be_added_by_hand(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "One thing.")
    write("b.md", "Another thing.")
    [_, second] = add(store, [docs], word_embedder)
    assert second.document
    store.describe(second.document.document_id, audience=["C01"])
    write("c.md", "New thing.")

    assert outcomes(sync(store, word_embedder))["c.md"] == "failed"


def test_sync_of_a_folder_leaves_a_file_in_it_to_those_it_was_added_for(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "One thing.")
    secret = write("b.md", "Another thing.")
    list(add(store, [docs], word_embedder))
    write("b.md", "Another thing, for a few.")
    list(add(store, [secret], word_embedder, Details(audience=["C01"])))
    write("b.md", "A third thing, for a few.")

    assert [one.outcome for one in sync(store, word_embedder)] == ["unchanged", "replaced"]
    assert [document.audience for document in store.documents()] == [(), ("C01",)]


def test_a_file_that_cannot_be_read_any_more_is_still_restricted(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("a.md", "One thing.")
    list(add(store, [path], word_embedder))
    path.write_bytes(b"\x00")

    assert outcomes(add(store, [path], word_embedder, Details(audience=["C01"]))) == {
        "a.md": "failed"
    }
    assert store.documents()[0].audience == ("C01",)


def test_another_model_is_refused_before_anything_is_read(
    store: Store, word_embedder: WordEmbedder, write: Write, docs: Path
) -> None:
    write("a.md", "One thing.")
    list(add(store, [docs], word_embedder))
    other = WordEmbedder()
    other.name = "other"

    with pytest.raises(WrongModel):
        list(add(store, [docs], other))
    with pytest.raises(WrongModel):
        list(sync(store, other))
