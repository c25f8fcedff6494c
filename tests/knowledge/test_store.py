import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from knowledge import (
    EmptyIndex,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreError,
    UnknownDocument,
    WrongModel,
)
from knowledge.rows import File, NewChunk
from knowledge.sqlite import open_database


def file(name: str = "a.md", *audience: str, sha256: str = "0") -> File:
    return File(
        source=name,
        location=f"/docs/{name}",
        given=name,
        root=f"/docs/{name}",
        audience=audience,
        sha256=sha256,
    )


def chunk(text: str, quarantine: str | None = None) -> NewChunk:
    vector = np.zeros(4, dtype=np.float32)
    vector[len(text) % 4] = 1
    return NewChunk("Head", text, embedded=text, quarantine=quarantine, vector=vector)


def replace(store: Store, name: str, *texts: str) -> str:
    chunks = [chunk(text) for text in texts]
    return store.replace(file(name), "Title", chunks, model="m").document_id


def texts(store: Store) -> list[str]:
    return [chunk.text for chunk in store.all_chunks()]


def test_a_document_comes_back_as_it_was_stored(store: Store) -> None:
    stored = store.replace(
        file("a.md", "C01", "S02", sha256="abc"),
        "Leave",
        [chunk("one"), chunk("two", quarantine="looks like orders")],
        model="m",
    )

    assert store.documents() == [stored] == [store.document(stored.document_id)]
    assert (stored.title, stored.source, stored.sha256) == ("Leave", "a.md", "abc")
    assert (stored.audience, stored.chunks, stored.quarantined) == (("C01", "S02"), 2, 1)
    assert store.files() == [file("a.md", "C01", "S02", sha256="abc")]
    assert texts(store) == ["one", "two"]


def test_replacing_leaves_nothing_of_the_old_document(store: Store) -> None:
    replace(store, "a.md", "alpha", "beta")
    replace(store, "a.md", "gamma")

    assert texts(store) == ["gamma"]
    assert [len(store.match([word])[0]) for word in ("alpha", "beta", "gamma")] == [0, 0, 1]
    assert len(store.index().rows) == 1


@pytest.mark.parametrize(
    "word", ['a" OR "alpha', 'alpha"', "NEAR(alpha", "alpha*", "text:alpha", "\x00"]
)
def test_a_word_is_never_a_syntax(store: Store, word: str) -> None:
    replace(store, "a.md", "alpha beta alphabet")

    assert len(store.match([word, "gamma"])[0]) == len(store.holding(word)) <= 1


def test_words_are_found_in_any_form(store: Store) -> None:
    replace(store, "a.md", "booking rooms")
    replace(store, "b.md", "else")

    assert len(store.holding("Books")) == len(store.match(["room"])[0]) == 1


def test_removing_a_document_leaves_the_others(store: Store) -> None:
    gone = replace(store, "a.md", "alpha")
    replace(store, "b.md", "beta")

    assert store.remove(gone).source == "a.md"

    assert texts(store) == ["beta"]
    assert not len(store.match(["alpha"])[0])


def test_an_unknown_id_says_where_to_find_the_known_ones(store: Store) -> None:
    for ask in (store.document, store.remove):
        with pytest.raises(UnknownDocument, match="sluice kb list"):
            ask("nope")


def test_an_empty_store_says_how_to_fill_it(store: Store) -> None:
    with pytest.raises(EmptyIndex, match="sluice kb add"):
        store.index()


def test_vectors_survive_within_half_precision(store: Store) -> None:
    vector = np.array([0.6, 0.8, 0, 0], dtype=np.float32)
    store.replace(file(), "T", [NewChunk("", "x", "x", None, vector)], model="m")

    assert np.allclose(store.vectors(store.index().rows), [vector], atol=1e-3)
    assert store.vectors(store.index().rows).dtype == np.float32


def test_another_model_is_refused_until_the_store_is_empty(store: Store) -> None:
    only = replace(store, "a.md", "alpha")

    with pytest.raises(WrongModel, match=r"'m'.*'other'.*set the model back"):
        store.require_model("other")
    with pytest.raises(WrongModel):
        store.replace(file("b.md"), "T", [chunk("beta")], model="other")
    assert texts(store) == ["alpha"]

    store.remove(only)
    store.require_model("other")
    store.replace(file("b.md"), "T", [chunk("beta")], model="other")


def test_what_another_process_adds_is_seen_without_a_restart(store: Store) -> None:
    replace(store, "a.md", "alpha")
    assert len(store.index().rows) == 1

    with Store(store.path) as other:
        replace(other, "b.md", "beta")

    assert len(store.index().rows) == 2
    assert len(store.documents()) == 2


def test_the_index_is_read_again_only_after_a_change(store: Store) -> None:
    replace(store, "a.md", "alpha")

    first = store.index()
    assert store.index() is first
    replace(store, "a.md", "beta")
    assert store.index() is not first


def test_a_reader_sees_one_state_while_another_process_writes(store: Store) -> None:
    replace(store, "a.md", "alpha")

    with Store(store.path) as other, store.reading():
        assert texts(store) == ["alpha"]
        replace(other, "a.md", "beta")
        assert texts(store) == ["alpha"]

    assert texts(store) == ["beta"]


def test_many_threads_use_one_store(store: Store) -> None:
    replace(store, "z.md", "zero")
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                replace(store, f"{number}.md", f"alpha {number} {turn}")
                index = store.index()
                assert len(index) == index.codes.shape[1] >= 2
                assert len(store.match(["alpha", "zero"])[0]) >= 2
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert sorted(texts(store)) == sorted(["zero", *(f"alpha {n} 9" for n in range(4))])


KILLED = """
import sys
from pathlib import Path
from tests.knowledge.test_store import chunk, file
from knowledge import Store
store = Store(Path(sys.argv[1]))
new = [chunk(f"new {number}") for number in range(300)]
print("ready", flush=True)
while True:
    store.replace(file("a.md"), "New", new, model="m")
    store.replace(file("a.md"), "Old", [chunk(f"old {number}") for number in range(300)], model="m")
"""


@pytest.mark.parametrize("after_s", [0.01, 0.03, 0.07, 0.13])
def test_a_kill_leaves_the_old_document_or_the_new_one(tmp_path: Path, after_s: float) -> None:
    path = tmp_path / "knowledge.db"
    with Store(path) as store:
        old = [chunk(f"old {number}") for number in range(300)]
        store.replace(file("a.md"), "Old", old, model="m")
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert child.stdout
    assert child.stdout.readline() == b"ready\n"
    threading.Event().wait(after_s)
    child.send_signal(signal.SIGKILL)
    child.communicate()

    with Store(path) as store:
        kinds = {text.split()[0] for text in texts(store)}
        assert len(kinds) == 1
        assert len(texts(store)) == 300
        assert len(store.match(kinds)[0]) == 300
        assert store.documents()[0].title.lower() == kinds.pop()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        raw.execute("INSERT INTO chunks_fts (chunks_fts) VALUES ('integrity-check')")


def test_a_change_that_fails_half_way_is_no_change(store: Store) -> None:
    replace(store, "a.md", "alpha")
    broken = NewChunk("H", "text", "text", None, vector=None)  # pyright: ignore[reportArgumentType]

    with pytest.raises(AttributeError):
        store.replace(file("a.md"), "T", [chunk("beta"), broken], model="m")

    assert texts(store) == ["alpha"]
    replace(store, "b.md", "the store still takes changes")


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "knowledge.db"
    path.write_bytes(b"this is not a database at all" * 100)

    with pytest.raises(StoreDamaged, match="is not a SQLite database: restore a copy"):
        Store(path)


def test_a_damaged_database_is_explained(store: Store) -> None:
    for number in range(50):
        replace(store, f"{number}.md", "word " * 500)
    store.close()
    with store.path.open("r+b") as raw:
        raw.seek(4096)
        raw.write(os.urandom(4096 * 20))

    def use() -> None:
        with Store(store.path) as damaged:
            damaged.all_chunks()
            damaged.match(["word"])

    with pytest.raises(StoreDamaged, match="move it away and add the documents again"):
        use()


def test_a_locked_database_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "knowledge.db"
    connection = open_database(path, busy_s=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other, closing(connection):
        other.execute("BEGIN IMMEDIATE")
        store = Store(path, busy_s=0.05)
        with store, pytest.raises(StoreBusy, match="locked by another process"):
            replace(store, "a.md", "alpha")


def test_a_full_disk_is_explained_and_loses_nothing(store: Store) -> None:
    replace(store, "a.md", "alpha")
    with store.reading():
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]  # pyright: ignore[reportPrivateUsage]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")  # pyright: ignore[reportPrivateUsage]

    with pytest.raises(StoreError, match="the disk is full, make room"):
        replace(store, "a.md", *(f"{number} " * 3000 for number in range(50)))

    assert texts(store) == ["alpha"]


@pytest.fixture
def a_file_as_folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("not a folder")
    return tmp_path / "file" / "knowledge.db"


def test_a_path_that_cannot_be_is_explained(a_file_as_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="check the path"):
        Store(a_file_as_folder)
    with pytest.raises(StoreError, match="cannot be opened: check the path"):
        Store(tmp_path)


def test_two_processes_may_make_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "knowledge.db"
    make = "import sys, pathlib, knowledge; knowledge.Store(pathlib.Path(sys.argv[1]))"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", make, str(path)],
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        )
        for _ in range(3)
    ]

    assert [child.wait() for child in children] == [0, 0, 0]
    with Store(path) as store:
        assert store.documents() == []
