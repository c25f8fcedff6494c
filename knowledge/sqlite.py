"""Opening SQLite, and saying in plain words what is wrong with it."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import StoreBusy, StoreDamaged, StoreError

CACHE_KIB = 32 * 1024
"""Pages of the file that are kept in memory, in KiB; a search touches a few hundred."""

MAPPED_BYTES = 2**40
"""How much of the file may be mapped into memory, in bytes: reading a row costs no call then. What
is mapped is the system's cache, which it takes back when it needs the room. SQLite writes as ever.
"""

BUSY_S = 10.0
"""How long a write waits for another process, in seconds."""

_ADVICE: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_NOTADB: (
        StoreDamaged,
        "is not a SQLite database: restore a copy, or move it away and add the documents again",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreDamaged,
        "is damaged: restore a copy, or move it away and add the documents again",
    ),
    sqlite3.SQLITE_BUSY: (
        StoreBusy,
        f"has been locked by another process for {BUSY_S:.0f} s: wait for it, or end it",
    ),
    sqlite3.SQLITE_FULL: (StoreError, "cannot grow: the disk is full, make room"),
    sqlite3.SQLITE_READONLY: (
        StoreError,
        "may not be written: check the permissions of the file and its folder",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreError,
        "cannot be opened: check the path, and the permissions of its folder",
    ),
    sqlite3.SQLITE_IOERR: (StoreError, "cannot be read or written: check the disk"),
}


def open_database(path: Path, *, busy_s: float = BUSY_S) -> sqlite3.Connection:
    """Open the file, make it if there is none, and bring its schema up to date.

    Raises:
        StoreError: It cannot be used; the text says what to do.
    """
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the folder {path.parent} cannot be made ({type(error).__name__}): check the path"
            ) from error
        # Transactions are opened by hand, and a lock keeps threads apart.
        connection = sqlite3.connect(
            path, timeout=busy_s, check_same_thread=False, isolation_level=None
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
            _migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _migrate(connection: sqlite3.Connection) -> None:
    """Apply what is pending, in one transaction, so that two processes do not both do it."""
    from sqlite_utils import Database  # takes 0.1 s to import

    from knowledge.migrations import migrations

    database = Database(connection)
    if not migrations.pending(database):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(database)
        connection.execute("COMMIT")
    finally:
        connection.rollback()


@contextmanager
def explained(path: Path) -> Generator[None]:
    """Turn an error of SQLite into one that says what is wrong with the file and what to do."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a mistake of ours, not of the file
    except sqlite3.DatabaseError as error:
        primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
        kind, advice = _ADVICE.get(
            primary, (StoreError, f"cannot be used ({getattr(error, 'sqlite_errorname', '?')})")
        )
        raise kind(f"the knowledge base {path} {advice}") from error
