"""A turn whose steps are rows of a journal in the state file."""

import asyncio
import inspect
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from pydantic import TypeAdapter

from bot.errors import FlowChanged
from bot.messages import ThreadState
from bot.state import audit
from bot.state.store import Store
from bot.state.turn import Turn, returned_by

P = ParamSpec("P")
T = TypeVar("T")


class Entry(NamedTuple):
    """A row of the journal: what was done at place `n` of a turn, and what came of it."""

    turn: str
    n: int
    name: str
    kind: str
    result: str
    at: float
    seconds: float


def read(db: sqlite3.Connection, turn: str) -> list[Entry]:
    """What is remembered of a turn, in order."""
    rows = db.execute("select * from journal where turn = ? order by n", (turn,))
    return [Entry(*row) for row in rows]


def write(db: sqlite3.Connection, entry: Entry, actor: str) -> None:
    """Remember an entry, and put it in the audit."""
    db.execute("insert into journal values(?,?,?,?,?,?,?)", entry)
    audit.append(db, entry.at, entry.turn, actor, entry.name, entry.result)


class JournaledTurn(Turn):
    """A turn that remembers in the state file, and goes on from what it finds there.

    `acted` tells whether it has begun to act on the world.
    """

    def __init__(
        self,
        store: Store,
        turn_id: str,
        actor: str,
        state: ThreadState,
        past: list[Entry],
        start: int = 0,
    ) -> None:
        super().__init__(turn_id, state)
        self._store, self._actor, self._next = store, actor, start
        self._past = {entry.n: entry for entry in past}
        self.acted = any(entry.kind == "intent" for entry in past)

    async def _remember(
        self,
        name: str,
        kind: str,
        fn: Callable[P, Awaitable[T] | T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        n, self._next = self._next, self._next + 1
        result_type: TypeAdapter[T] = TypeAdapter(cast(Any, returned_by(fn)))
        if (entry := self._past.get(n)) is None:
            self.acted = self.acted or kind == "intent"
            at, clock = time.time(), time.perf_counter()
            value = await _call(fn, *args, **kwargs)
            result = result_type.dump_json(value).decode()
            entry = Entry(self.id, n, name, kind, result, at, time.perf_counter() - clock)
            await self._store(partial(write, entry=entry, actor=self._actor))
        elif entry.name != name:
            raise FlowChanged(f"{self.id}: step {n} was {entry.name}, the flow now says {name}")
        return result_type.validate_json(entry.result)


async def _call(fn: Callable[P, Awaitable[T] | T], *args: P.args, **kwargs: P.kwargs) -> T:
    if inspect.iscoroutinefunction(fn):
        return cast(T, await fn(*args, **kwargs))
    return cast(T, await asyncio.to_thread(fn, *args, **kwargs))
