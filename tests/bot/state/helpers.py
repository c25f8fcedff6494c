"""Small flows, their events and their world, for the tests of the state file and its engine."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.messages.events import Click, Event, Message, Place
from bot.messages.history import ThreadState
from bot.state import inbox
from bot.state.engine import Engine
from bot.state.journal import JournaledTurn
from bot.state.runs import Flow
from bot.state.store import Store
from bot.state.turn import Turn

ADA, BEN = "U01ADA", "U01BEN"


def message(
    ts: str = "1.0",
    *,
    root: str = "",
    text: str = "Hello",
    user: str = ADA,
    channel: str = "C01ASKIT",
    sent_at: float | None = None,
) -> Message:
    """A message in #ask-it; without `root` it begins a thread of its own."""
    place = Place(team="T01LARK", channel=channel, root=root or ts, user=user)
    return Message(
        id=f"T01LARK:{channel}:{ts}",
        thread=f"T01LARK:{channel}:{place.root}",
        place=place,
        user=user,
        text=text,
        received_at=datetime.now(UTC),
        sent_at=None if sent_at is None else datetime.fromtimestamp(sent_at, UTC),
    )


def click(call_id: str, root: str = "1.0", *, user: str = ADA) -> Click:
    """A press of Approve in the thread of `message(root)`."""
    asked = message(root)
    return Click(
        id=f"click:{root}:{call_id}:{user}",
        thread=asked.thread,
        place=asked.place,
        user=user,
        call_id=call_id,
        digest="d",
        approve=True,
        received_at=datetime.now(UTC),
    )


class Apologies:
    """An apology as the bot has it: one effect, that can be looked up. Counts what was said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    async def __call__(self, turn: Turn, event: Event, error: Exception) -> None:
        await turn.effect(self.say, event.id, type(error).__name__, lookup=self.find)

    async def say(self, turn_id: str, error: str) -> str:
        self.said.append((turn_id, error))
        return error

    async def find(self, turn_id: str, error: str) -> str | None:
        return error if (turn_id, error) in self.said else None

    @property
    def errors(self) -> list[str]:
        return [error for _, error in self.said]


class Failing:
    """A flow that raises what it is given, one after the other, and then ends well."""

    def __init__(self, *errors: Exception) -> None:
        self.times: list[float] = []
        self._errors = list(errors)

    async def __call__(self, turn: Turn, event: Event) -> None:
        self.times.append(asyncio.get_running_loop().time())
        if self._errors:
            raise self._errors.pop(0)


@asynccontextmanager
async def running(
    home: Path,
    flow: Flow,
    apologies: Apologies | None = None,
    *,
    running: int = 64,
    retry_after_s: Sequence[float] = (0.001, 0.002),
) -> AsyncGenerator[Engine]:
    """An engine at work on the state file of a home; what it leaves is there for the next."""
    sorry = apologies or Apologies()
    with Store(home / "state.db") as store:
        engine = Engine(
            store, flow, sorry, running=running, retry_after_s=retry_after_s, settle_s=0.0
        )
        await engine.start()
        try:
            async with asyncio.timeout(30):
                yield engine
        finally:
            await engine.stop(grace_s=0)


async def answered(home: Path, flow: Flow, *events: Event, **options: Any) -> None:
    """Run an engine until all events, and all that an earlier one has left, are at their end."""
    async with running(home, flow, **options) as engine:
        for event in events:
            await engine.submit(event)
        await engine.idle()


async def turn_of(store: Store, event: Event | None = None) -> JournaledTurn:
    """Begin a turn, or go on with it as after a crash."""
    event = event or message()
    await store(partial(inbox.add, event=event, surface="slack"))
    started = await store(partial(inbox.start_next, thread=event.thread, surface="slack"))
    assert started
    state = started.state or ThreadState()
    return JournaledTurn(store, event.id, started.run, event.user, state, started.past)


def rows(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a process that is not the engine finds in the state file."""
    with closing(sqlite3.connect(home / "state.db")) as db:
        return db.execute(sql, values).fetchall()


def status(home: Path, event: Event) -> tuple[Any, ...]:
    """State, attempts and error of an event, as they are on disk."""
    (row,) = rows(home, "select state, attempts, error from inbox where id = ?", event.id)
    return row


def save(thread: str, state: str = "{}") -> Callable[[sqlite3.Connection], object]:
    """A unit of work: one row."""
    return lambda db: db.execute("insert into threads values(?,?,0)", (thread, state))


def damage(path: Path) -> None:
    """Overwrite the page on which the threads begin."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
        (page,) = db.execute("select rootpage from sqlite_master where name = 'threads'").fetchone()
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)
