"""Opening the state file: what it is refused for, and how it comes to the newest schema."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StateError
from bot.state.schema import MIGRATIONS, migrate
from bot.state.store import Store
from tests.bot.state.helpers import damage, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "state.db"


async def test_a_damaged_file_is_refused_with_what_to_do(path: Path) -> None:
    with Store(path) as store:
        await store(lambda db: [save(f"{i:04}", "x" * 500)(db) for i in range(200)])
    damage(path)
    with pytest.raises(StateError, match=r"(?s)state.db cannot be used .*restore it from a backup"):
        Store(path)


def test_what_is_no_database_is_refused_with_what_to_do(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("A shopping list, and not a short one: " + "milk, " * 500)
    with pytest.raises(StateError, match=r"not a database.*restore it from a backup"):
        Store(path)
    assert path.read_text().startswith("A shopping list")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="folder that can be written to"):
        Store(tmp_path / "file" / "home" / "state.db")


def test_a_folder_in_the_place_of_the_file_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StateError, match=r"unable to open.*folder that can be written to"):
        Store(path)


def test_a_file_that_another_process_holds_is_not_called_damaged(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        with pytest.raises(StateError, match=r"locked.*stop that one first"):
            Store(path)


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    Store(path).close()
    newer = len(MIGRATIONS) + 1
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"pragma user_version = {newer}")
    with pytest.raises(StateError, match=rf"newer version of Sluice.*schema {newer}.*upgrade"):
        Store(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("pragma user_version").fetchone() == (newer,)


def test_a_file_is_brought_to_the_newest_schema_once(path: Path) -> None:
    Store(path).close()
    more = (*MIGRATIONS, ("create table later(x integer) strict",))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, more)
        migrate(db, more)
        assert db.execute("select count(*) from later").fetchone() == (0,)
        assert db.execute("pragma user_version").fetchone() == (len(more),)


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    Store(path).close()
    broken = ("create table later(x integer) strict", "create table later(x integer) strict")
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as db,
        pytest.raises(sqlite3.OperationalError, match="already exists"),
    ):
        migrate(db, (*MIGRATIONS, broken))
    with Store(path), closing(sqlite3.connect(path)) as other:
        tables = {name for (name,) in other.execute("select name from sqlite_master")}
        assert "later" not in tables
        assert other.execute("pragma user_version").fetchone() == (len(MIGRATIONS),)


def test_a_database_of_something_else_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table inbox(mail)")
    with pytest.raises(StateError, match=r"already exists.*no state file of Sluice"):
        Store(path)


def test_processes_that_start_together_agree_on_the_schema(tmp_path: Path) -> None:
    for attempt in range(5):
        paths = [tmp_path / f"{attempt}.db"] * 8
        with ThreadPoolExecutor(8) as pool:
            for opened in pool.map(Store, paths):
                opened.close()
