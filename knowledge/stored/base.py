"""The file under a store: one connection, whole changes, and one state seen while reading."""

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from knowledge.errors import WrongModel
from knowledge.index import Index
from knowledge.sqlite import BUSY_S, explained, open_database

VERSIONS = 10
"""How many earlier versions of a document are kept."""


class StoreFile:
    """The knowledge base in one SQLite file; see `knowledge.store.Store`."""

    def __init__(self, path: Path, *, busy_s: float = BUSY_S, versions: int = VERSIONS) -> None:
        self.path = path
        self._most_versions = versions
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._connection = open_database(path, busy_s=busy_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def reading(self) -> Generator[None]:
        """See one state of the file, whatever is written meanwhile."""
        with self._lock, explained(self.path):
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.rollback()

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """Make one change, all of it or nothing. Every change gets a new revision."""
        with self._lock, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._set_meta("revision", str(self._revision() + 1))
                self._connection.execute("COMMIT")
            finally:
                self._connection.rollback()  # does nothing after the commit

    def _all(self, sql: str, *parameters: object) -> list[sqlite3.Row]:
        cursor = self._connection.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, parameters).fetchall()

    def _meta(self, key: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def _set_meta(self, key: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _revision(self) -> int:
        return int(self._meta("revision") or 0)

    def _check_model(self, model: str, dimensions: int | None) -> None:
        found, size = self._meta("model"), self._meta("dimensions")
        same = found == model and dimensions in {None, int(size or 0)}
        if found and not same and self._all("SELECT 1 FROM documents LIMIT 1"):
            raise WrongModel(
                f"{self.path} was built with the embedding model {found!r} ({size} dimensions), and"
                f" now it is {model!r} ({dimensions or 'unknown'}): set the model back, or move the"
                " file away and add the documents again"
            )
