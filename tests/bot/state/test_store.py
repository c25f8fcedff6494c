"""The state file: what is told is on disk, and a failure is told to those it concerns."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.errors import StateError
from bot.state.store import BATCH, BUSY_MS, Store
from tests.bot.state.helpers import damage, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "state.db"


@pytest.fixture
def store(path: Path) -> Generator[Store]:
    with Store(path) as opened:
        yield opened


def saved(path: Path) -> set[str]:
    """What another process sees."""
    with closing(sqlite3.connect(path)) as other:
        return {thread for (thread,) in other.execute("select id from threads")}


async def test_what_is_told_is_seen_by_another_connection(store: Store, path: Path) -> None:
    await store(save("a"))
    assert saved(path) == {"a"}


async def test_work_returns_its_result(store: Store) -> None:
    assert await store(lambda db: db.execute("select 6 * 7").fetchone()[0]) == 42


async def test_a_commit_reaches_the_disk_itself(store: Store) -> None:
    journal, synchronous = await store(
        lambda db: [
            db.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]
    )
    assert (journal, synchronous) == ("wal", 2)


@asynccontextmanager
async def busy_writer(store: Store) -> AsyncGenerator[None]:
    """Hold the writer, so that what is given to it meanwhile comes to it together."""
    held, go = threading.Event(), threading.Event()

    def hold(db: sqlite3.Connection) -> None:
        held.set()
        assert go.wait(10)

    holding = asyncio.ensure_future(store(hold))
    await asyncio.to_thread(held.wait, 10)
    yield
    await asyncio.sleep(0)  # what has been started has queued its work by now
    go.set()
    await holding


async def _commits_of(store: Store, units: int) -> int:
    """How many commits it takes when so many units of work have come together."""
    statements: list[str] = []
    await store(lambda db: db.set_trace_callback(statements.append))
    async with busy_writer(store):
        waiting = [asyncio.ensure_future(store(save(str(i)))) for i in range(units)]
    await asyncio.gather(*waiting)
    await store(lambda db: db.set_trace_callback(None))
    return statements.count("commit") - len(["to trace", "to hold"])


async def test_writers_that_arrive_together_share_a_commit(store: Store) -> None:
    assert await _commits_of(store, 50) == 1


async def test_a_batch_is_bounded(store: Store) -> None:
    assert await _commits_of(store, BATCH + 1) == 2


async def test_work_that_fails_undoes_itself_alone(store: Store, path: Path) -> None:
    def fail(db: sqlite3.Connection) -> None:
        save("half")(db)
        raise ValueError("mine")

    outcomes = await asyncio.gather(
        store(save("a")), store(fail), store(save("b")), return_exceptions=True
    )
    assert isinstance(outcomes[1], ValueError)
    assert saved(path) == {"a", "b"}


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("insert into threads values(null, '', 0)", sqlite3.IntegrityError),
        ("select ?", sqlite3.ProgrammingError),
        ("select * from nothing", StateError),
    ],
)
async def test_only_the_file_is_called_unavailable(
    store: Store, sql: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await store(lambda db: db.execute(sql))


async def test_a_damaged_page_is_told_to_those_who_need_it(path: Path) -> None:
    with Store(path) as store:
        await store(lambda db: [save(f"{i:04}", "x" * 500)(db) for i in range(200)])
    with Store(path) as store:
        damage(path)
        with pytest.raises(StateError, match="malformed"):
            await store(lambda db: db.execute("select * from threads").fetchall())


async def test_a_locked_file_fails_those_who_wait_in_time(store: Store, path: Path) -> None:
    clock = asyncio.get_running_loop().time
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        before = clock()
        with pytest.raises(StateError, match="locked"):
            await store(save("a"))
        assert clock() - before < 2 * BUSY_MS / 1000
        other.execute("rollback")
    await store(save("b"))
    assert saved(path) == {"b"}


async def test_a_full_disk_fails_those_who_wait_and_not_the_writer(
    store: Store, path: Path
) -> None:
    def fill(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("pragma page_count").fetchone()
        db.execute(f"pragma max_page_count = {pages + 2}")

    await store(fill)
    outcomes = await asyncio.gather(
        store(save("big", "x" * 100_000)),
        store(save("bigger", "x" * 200_000)),
        return_exceptions=True,
    )
    assert [str(outcome).endswith("disk is full") for outcome in outcomes] == [True, True]
    assert all(isinstance(outcome, StateError) for outcome in outcomes)
    await store(lambda db: db.execute("pragma max_page_count = 10000"))
    await store(save("big", "x" * 100_000))
    assert saved(path) == {"big"}


async def test_when_sqlite_rolls_everything_back_nobody_is_told_otherwise(
    store: Store, path: Path
) -> None:
    def lose(db: sqlite3.Connection) -> None:
        db.execute("rollback")  # what SQLite may do by itself when the disk is full
        raise sqlite3.OperationalError("disk I/O error")

    async with busy_writer(store):
        waiting = [asyncio.ensure_future(store(work)) for work in (save("a"), lose, save("b"))]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StateError] * 3
    assert saved(path) == set()
    await store(save("c"))
    assert saved(path) == {"c"}


async def test_work_that_meddles_with_the_transaction_is_undone(store: Store, path: Path) -> None:
    def meddle(db: sqlite3.Connection) -> None:
        save("a")(db)
        db.execute("release unit")

    with pytest.raises(StateError, match="no such savepoint"):
        await store(meddle)
    await store(save("b"))
    assert saved(path) == {"b"}


async def test_who_stops_waiting_does_not_disturb_the_others(store: Store, path: Path) -> None:
    impatient = asyncio.ensure_future(store(save("a")))
    await asyncio.sleep(0)
    impatient.cancel()
    await store(save("b"))
    assert saved(path) == {"a", "b"}


# --- closing --------------------------------------------------------------------------------------


async def test_closing_finishes_what_is_queued(path: Path) -> None:
    store = Store(path)
    queued = [asyncio.ensure_future(store(save(str(i)))) for i in range(20)]
    await asyncio.sleep(0)
    store.close()
    await asyncio.gather(*queued)
    assert len(saved(path)) == 20


async def test_who_comes_after_closing_is_told_so(path: Path) -> None:
    store = Store(path)
    store.close()
    store.close()
    with pytest.raises(StateError, match="closed"):
        await store(save("a"))


def test_a_loop_that_is_gone_does_not_stop_the_writer(store: Store, path: Path) -> None:
    held, go = threading.Event(), threading.Event()

    def hold(db: sqlite3.Connection) -> None:
        held.set()
        assert go.wait(10)

    async def leave() -> None:
        waiting = asyncio.ensure_future(store(hold))
        await asyncio.to_thread(held.wait, 10)
        waiting.cancel()

    asyncio.run(leave())
    go.set()

    async def write() -> None:
        await store(save("b"))

    asyncio.run(write())
    assert saved(path) == {"b"}
