"""A kill, a full disk, two at once: the old document or the new one, and a sound file."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from knowledge import Details, Store, StoreError, add, near_duplicates
from knowledge.migrations import migrations
from knowledge.search import search
from tests.fixtures_knowledge import WordEmbedder

Write = Callable[[str, str | bytes], Path]
ENV = {**os.environ, "PYTHONPATH": str(Path.cwd())}

LIFE = """
import sys
from pathlib import Path
from knowledge import Store, add
from tests.fixtures_knowledge import WordEmbedder
store, path, embedder = Store(Path(sys.argv[1])), Path(sys.argv[2]), WordEmbedder()
text = {word: "# Page\\n\\n" + "\\n\\n".join(
    f"## Part {n}\\n\\n{f'{word if n % 2 else chr(115) * 3} ' * 30}" for n in range(120)
) for word in ("old", "new")}
def load(word):
    path.write_text(text[word])
    [progress] = add(store, [path], embedder)
    return progress.document.document_id
load("old")
print("ready", flush=True)
while True:
    document_id = load("new")
    store.undo(document_id)
    load("new")
    store.remove(document_id)
    store.undo(document_id)
    load("old")
"""


def sound(path: Path) -> None:
    """The file, the words beside the texts and what versions point at are whole."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        raw.execute("INSERT INTO chunks_fts (chunks_fts, rank) VALUES ('integrity-check', 1)")
        without = "SELECT count(*) FROM chunks LEFT JOIN vectors USING (row) WHERE vector IS NULL"
        assert raw.execute(without).fetchone() == (0,)
        named = "SELECT value FROM versions, json_each(versions.chunks)"
        lost = f"{named} EXCEPT SELECT id FROM chunks EXCEPT SELECT id FROM past_chunks"
        assert raw.execute(lost).fetchall() == []
        both = "SELECT id FROM chunks INTERSECT SELECT id FROM past_chunks"
        assert raw.execute(both).fetchall() == []


@pytest.mark.parametrize("after_s", [0.05, 0.2, 0.33, 0.47, 0.61])
def test_a_kill_leaves_one_version_whole(tmp_path: Path, after_s: float) -> None:
    path, page = tmp_path / "knowledge.db", tmp_path / "a.md"
    child = subprocess.Popen(
        [sys.executable, "-c", LIFE, str(path), str(page)], stdout=subprocess.PIPE, env=ENV
    )
    assert child.stdout
    assert child.stdout.readline() == b"ready\n"
    threading.Event().wait(after_s)
    child.send_signal(signal.SIGKILL)
    child.communicate()

    sound(path)
    with Store(path) as store:
        texts = [chunk.text for chunk in store.all_chunks()]
        assert len(texts) in (0, 120)  # 0: it had just been removed
        assert len({text.split()[0] for text in texts} - {"sss"}) <= 1
        words = store.match(["old", "new", "sss"])[0]
        assert len(words) == len(texts)
        if not texts:  # and a removal can be undone after a crash
            (document_id,) = store.removed_by_hand()
            assert store.undo(document_id).chunks == 120
    sound(path)


def test_two_processes_may_add_one_file_at_once(tmp_path: Path) -> None:
    path, page = tmp_path / "knowledge.db", tmp_path / "a.md"
    page.write_text("# Page\n\n" + "\n\n".join(f"## P{n}\n\n{'word ' * 30}" for n in range(40)))
    code = """
import sys
from pathlib import Path
from knowledge import Store, add
from tests.fixtures_knowledge import WordEmbedder
for progress in add(Store(Path(sys.argv[1])), [Path(sys.argv[2])], WordEmbedder()):
    sys.exit(progress.problem)
"""
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(page)], env=ENV)
        for _ in range(3)
    ]

    assert [child.wait() for child in children] == [0, 0, 0]
    sound(path)
    with Store(path) as store:
        [document] = store.documents()
        assert (document.version, document.chunks) == (1, 40)


def test_a_document_may_be_removed_and_brought_back_while_it_is_searched(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    [kept] = add(store, [write("kept.md", "# Kept\n\nalpha")], word_embedder)
    [gone] = add(store, [write("gone.md", "# Gone\n\nalpha beta")], word_embedder)
    assert kept.document
    assert gone.document
    failures: list[BaseException] = []
    stop = threading.Event()

    def look() -> None:
        try:
            while not stop.is_set():
                found = search(store, WordEmbedder(), "alpha", k=5)
                assert {p.title for p in found} in ({"Kept"}, {"Kept", "Gone"})
                assert near_duplicates(store, kept.document.document_id) == []  # pyright: ignore[reportOptionalMemberAccess]
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    with Store(store.path) as other:
        for _ in range(30):
            other.remove(gone.document.document_id)
            other.undo(gone.document.document_id)
    stop.set()
    thread.join()

    assert not failures
    sound(store.path)


def test_a_document_that_is_removed_while_it_is_loaded_costs_a_line(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("a.md", "# A\n\nalpha")
    [first] = add(store, [path], word_embedder)
    assert first.document
    document_id = first.document.document_id

    loading = add(store, [write("0.md", "# 0\n\nzero"), path], word_embedder, Details(owner="U01"))
    next(loading)
    store.remove(document_id)

    assert next(loading).problem == "it was removed while it was loaded: add it again"


def test_a_full_disk_stops_an_undo_and_loses_nothing(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    def text(word: str) -> str:
        return "\n\n".join(f"# {word}{n}\n\n{f'{word}{n} ' * 30}" for n in range(200))

    path = write("a.md", text("alpha"))
    list(add(store, [path], word_embedder))
    path.write_text(text("beta"))
    [progress] = add(store, [path], word_embedder)
    assert progress.document
    document_id, before = progress.document.document_id, store.all_chunks()
    connection = store._connection  # pyright: ignore[reportPrivateUsage]
    connection.execute("VACUUM")  # nothing free is left in the file
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="the disk is full, make room"):
        store.undo(document_id)

    assert store.all_chunks() == before
    connection.execute("PRAGMA max_page_count = 1000000")
    assert store.undo(document_id).version == 1
    sound(store.path)


def test_a_file_of_an_older_schema_is_brought_up_to_date(
    tmp_path: Path, word_embedder: WordEmbedder, write: Write
) -> None:
    """Made by the schema as it was before documents had versions."""
    path, page = tmp_path / "old.db", write("a.md", "# Page\n\nalpha")
    with closing(sqlite3.connect(path)) as raw:
        later = [one.name for one in migrations.pending(Database(raw)) if one.name > "m005"]
        migrations.apply(Database(raw), stop_before=later)
        raw.commit()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(
            "INSERT INTO documents VALUES (?, 'Page', 'a.md', ?, 'a.md', ?, '[\"C01\"]', 'x', ?)",
            ("0123456789ab", str(page), str(page), "2026-11-01T00:00:00+00:00"),
        )
        raw.execute(
            "INSERT INTO chunks VALUES (7, '0123456789ab-aaaaaaaaaaaa-0', '0123456789ab', 0,"
            " 'Page', 'Page', 'alpha', NULL)"
        )
        vector = word_embedder.embed(["alpha"])[0].astype("<f2").tobytes()
        raw.execute("INSERT INTO vectors VALUES (7, ?)", (vector,))
        raw.execute("INSERT INTO meta VALUES ('model', 'words'), ('dimensions', '256')")

    with Store(path) as store:
        [document] = store.documents()
        assert (document.version, document.owner, document.expires_at) == (1, "", None)
        assert document.audience == ("C01",)
        [found] = search(store, word_embedder, "alpha", readers=frozenset({"C01"}))
        assert found.text == "alpha"
        store.remove(document.document_id)
        assert store.undo(document.document_id) == document
    sound(path)
