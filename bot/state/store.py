"""One SQLite file with one writer thread; writers that arrive together share one fsync."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

from bot.errors import StateError
from bot.state.schema import migrate

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]

BATCH = 256
"""At most this many units of work share a commit."""

BUSY_MS = 2_000
"""How long a commit waits for another process, in milliseconds. Slack wants its ack within 3 s."""


class Store:
    """Runs units of work against the file, each all-or-nothing, and tells when they are durable.

    A commit that fails (disk full, file locked) fails those who wait for it with `StateError`; the
    writer itself goes on, so the next commit may work.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            StateError: The file cannot be opened, or is not a sound database.
        """
        self.path = path
        self._queue: queue.SimpleQueue[tuple[Work, asyncio.Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL"):
                self._db.execute(f"pragma {pragma}")
            migrate(self._db)
            (sound,) = self._db.execute("pragma quick_check(1)").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise StateError(_unusable(path, error)) from error
        if sound != "ok":
            raise StateError(_unusable(path, sound))
        self._thread = threading.Thread(target=self._write, name="sluice-state", daemon=True)
        self._thread.start()

    async def __call__(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction and return its result once that is on disk.

        Raises:
            StateError: It was not committed; nothing of it has happened.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put((work, future))
        return await future

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued, then close the file."""
        self._queue.put(None)
        self._thread.join()
        self._db.close()

    def _write(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, last = [first], False
            while len(batch) < BATCH and not self._queue.empty():
                if (item := self._queue.get()) is None:
                    last = True
                    break
                batch.append(item)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[tuple[Work, asyncio.Future[Any]]]) -> None:
        outcomes: list[tuple[asyncio.Future[Any], Any, Exception | None]] = []
        try:
            self._db.execute("begin immediate")
            outcomes = [(future, *self._run(work)) for work, future in batch]
            self._db.execute("commit")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("rollback")
            failure = StateError(f"{self.path}: {error}")
            outcomes = [(future, None, failure) for _, future in batch]
        for outcome in outcomes:
            _tell(*outcome)

    def _run(self, work: Work) -> tuple[Any, Exception | None]:
        self._db.execute("savepoint unit")
        try:
            result, error = work(self._db), None
        except Exception as raised:
            if not self._db.in_transaction:  # SQLite itself rolled everything back, e.g. disk full
                raise sqlite3.OperationalError(str(raised)) from raised
            self._db.execute("rollback to unit")
            result, error = None, raised
        self._db.execute("release unit")
        if isinstance(error, sqlite3.Error):
            error = StateError(f"{self.path}: {error}")
        return result, error


def _tell(future: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    def settle() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    loop = future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)


def _unusable(path: Path, why: object) -> str:
    return (
        f"{path} cannot be used ({why}). Restore it from a backup, or move it and the files "
        "beside it (-wal, -shm) away to start with an empty one"
    )
