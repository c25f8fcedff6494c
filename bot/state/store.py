"""One SQLite file with one writer thread; writers that arrive together share one fsync."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from bot.errors import StateError
from bot.state.schema import migrate

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]
Outcome = tuple[asyncio.Future[Any], Any, Exception | None]

BATCH = 256
"""At most this many units of work share a commit."""

BUSY_MS = 1_000
"""How long a commit waits for another process, in milliseconds.

Who arrives meanwhile waits for that commit and for their own; Slack wants its ack within 3 s.
"""

_PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",  # what is forgotten is overwritten, in the file as well
)

_TO_EMPTY, _EMPTIED = "the log is to be emptied", "the log is empty"

_DAMAGED = (
    "restore it from a backup, or move it and the files beside it (-wal, -shm) away to start with "
    "an empty one"
)
_ADVICE = {
    sqlite3.SQLITE_BUSY: "another process holds it: stop that one first",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_ERROR: "it is no state file of Sluice: set SLUICE_HOME to a folder of its own",
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_ELSE = "check that SLUICE_HOME is a folder that can be written to"


class Store:
    """Runs units of work against the file, each all-or-nothing, and tells when they are durable.

    A commit that fails (disk full, file locked) fails those who wait for it with `StateError`; the
    writer itself goes on, so the next commit may work.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            StateError: The file cannot be opened, is not a sound database, or is too new.
        """
        self.path = path
        self._queue: queue.SimpleQueue[tuple[Work, asyncio.Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._gate = threading.Lock()
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = _open(path)
        except (sqlite3.Error, OSError) as error:
            raise StateError(f"{path} cannot be used ({error}): {_advice(error)}") from error
        except StateError as error:
            raise StateError(f"{path} cannot be used: {error}") from error
        self._thread = threading.Thread(target=self._write, name="sluice-state", daemon=True)
        self._thread.start()

    async def __call__(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction and return its result once that is on disk.

        What `work` itself raises is raised here, and undoes `work` alone.

        Raises:
            StateError: It was not committed; nothing of it has happened.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._gate:
            if self._closed:
                raise StateError(f"{self.path}: closed")
            self._queue.put((work, future))
        return await future

    async def scrub(self) -> bool:
        """Empty the log, so that no file holds what was deleted: in the other it is overwritten.

        Returns:
            False where another process reads just now: the log keeps it until the next time.

        Raises:
            StateError: The file cannot be used.
        """
        return await self(_scrub) == _EMPTIED

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is queued, then close the file; whoever comes later gets a `StateError`."""
        with self._gate:
            self._closed = True
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
        outcomes: list[Outcome] = []
        try:
            self._db.execute("begin immediate")
            outcomes = [(future, *self._run(work)) for work, future in batch]
            self._db.execute("commit")
            outcomes = [(f, self._emptied() if r == _TO_EMPTY else r, e) for f, r, e in outcomes]
        except sqlite3.Error as error:
            self._roll_back()
            failure = StateError(f"{self.path}: {error}")
            outcomes = [(future, None, failure) for _, future in batch]
        _tell(outcomes)

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
        if error and _is_unavailable(error):
            error = StateError(f"{self.path}: {error}")
        return result, error

    def _emptied(self) -> str:
        """Write the log back and cut it; that can only be done between transactions."""
        (busy, *_) = self._db.execute("pragma wal_checkpoint(truncate)").fetchone()
        return _TO_EMPTY if busy else _EMPTIED

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            with suppress(sqlite3.Error):  # the next commit finds it open, and tries again
                self._db.execute("rollback")


def _scrub(db: sqlite3.Connection) -> str:  # noqa: ARG001 - a unit of work takes the file
    return _TO_EMPTY


def _is_busy(error: BaseException) -> bool:
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: BaseException) -> int:
    """SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF


@retry(  # SQLite does not wait by itself while another process makes the same new file a WAL one
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(BUSY_MS / 1000),
    wait=wait_fixed(0.05),
    reraise=True,
)
def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in _PRAGMAS:
            db.execute(f"pragma {pragma}")
        (sound,) = db.execute("pragma quick_check(1)").fetchone()
        if sound != "ok":
            raise sqlite3.DatabaseError(sound)
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _advice(error: Exception) -> str:
    if type(error) is sqlite3.DatabaseError:
        return _DAMAGED
    return _ADVICE.get(_code(error), _ELSE)


def _is_unavailable(error: Exception) -> bool:
    """Whether the file is to blame; else the unit of work is, and would fail again."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError


def _tell(outcomes: list[Outcome]) -> None:
    for loop in {future.get_loop() for future, *_ in outcomes}:
        mine = [outcome for outcome in outcomes if outcome[0].get_loop() is loop]
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, mine)


def _settle(outcomes: list[Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
