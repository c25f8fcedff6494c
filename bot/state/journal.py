"""A turn whose steps are rows of a journal in the state file."""

import asyncio
import inspect
import sqlite3
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple, ParamSpec, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from bot.errors import FlowChanged
from bot.messages.history import ThreadState
from bot.state import audit
from bot.state.order import Order
from bot.state.store import Store
from bot.state.turn import Turn

P = ParamSpec("P")
T = TypeVar("T")

APOLOGY_AT = 1_000_000
"""Where an apology stands in the journal, apart from the steps of the flow that failed."""


class Superseded(Exception):
    """This run may not write any more: its event was edited, deleted or started again."""


class CutShort(Exception):
    """The process died under every attempt at what comes next, so it is not done again."""


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


def is_acting(db: sqlite3.Connection, turn: str) -> bool:
    """Whether the last thing a turn did was to begin an effect, and nobody knows its end."""
    last = "select kind from journal where turn = ? and n < ? order by n desc limit 1"
    return db.execute(last, (turn, APOLOGY_AT)).fetchone() == ("intent",)


def is_performing(db: sqlite3.Connection, turn: str) -> bool:
    """Whether the last thing a turn did was to begin a call that acts, and nobody knows its end."""
    last = "select name from journal where turn = ? and n < ? order by n desc limit 1"
    return db.execute(last, (turn, APOLOGY_AT)).fetchone() == ("perform?",)


def write(db: sqlite3.Connection, entry: Entry, run: str, actor: str) -> None:
    """Remember an entry, and put it in the audit. A turn that gets further has its attempts anew.

    Raises:
        Superseded: The turn does not belong to this run any more.
    """
    sql = "select attempts from inbox where id = ? and run = ? and state = 'open'"
    if (row := db.execute(sql, (entry.turn, run)).fetchone()) is None:
        raise Superseded(entry.turn)
    if row[0] > 1 and entry.n < APOLOGY_AT:
        db.execute("update inbox set attempts = 1 where id = ?", (entry.turn,))
    db.execute("insert into journal values(?,?,?,?,?,?,?)", entry)
    audit.append(db, entry.at, entry.turn, actor, entry.name, entry.result)


class JournaledTurn(Turn):
    """A turn that remembers in the state file, and goes on from what it finds there.

    With `only_look` it does nothing new, except to look up an effect that was begun.
    """

    def __init__(
        self,
        store: Store,
        turn_id: str,
        run: str,
        actor: str,
        state: ThreadState,
        past: list[Entry],
        start: int = 0,
        *,
        only_look: bool = False,
        settle_s: float = 0.0,
        first: bool = False,
        order: Order | None = None,
    ) -> None:
        super().__init__(turn_id, state, run, settle_s, first=first)
        self._order = order or Order()
        self._number = self._order.number()
        self._store, self._actor, self._next = store, actor, start
        self._only_look = only_look
        self._past = {entry.n: entry for entry in past}

    async def _remember(
        self,
        name: str,
        kind: str,
        returns: Any,
        fn: Callable[P, Awaitable[T] | T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        n, self._next = self._next, self._next + 1
        result_type: TypeAdapter[T] = _adapter(returns)
        if (entry := self._past.get(n)) is not None:
            return self._recalled(entry, name, result_type)
        if kind != "effect":
            self._before_acting()
        async with self._order.step(self._number):
            at, clock = time.time(), time.perf_counter()
            result = result_type.dump_json(await _call(fn, *args, **kwargs)).decode()
            value = result_type.validate_json(result)  # what cannot be read again is not remembered
            entry = Entry(self.id, n, name, kind, result, at, time.perf_counter() - clock)
            await self._store(partial(write, entry=entry, run=self._run, actor=self._actor))
        return value

    def _before_acting(self) -> None:
        if self._only_look:
            raise CutShort(self.id)

    def _recalled(self, entry: Entry, name: str, result_type: TypeAdapter[T]) -> T:
        where = f"{self.id}: step {entry.n}"
        if entry.name != name:
            raise FlowChanged(f"{where} was {entry.name}, the flow now says {name}")
        try:
            return result_type.validate_json(entry.result)
        except ValidationError as error:
            raise FlowChanged(f"{where}, {name}, now returns another type") from error


@lru_cache(maxsize=256)
def _adapter(returns: Any) -> TypeAdapter[Any]:
    """Building one takes longer than all else that a step costs."""
    return TypeAdapter(returns)


async def _call(fn: Callable[P, Awaitable[T] | T], *args: P.args, **kwargs: P.kwargs) -> T:
    if inspect.iscoroutinefunction(fn):
        return cast(T, await fn(*args, **kwargs))
    return cast(T, await asyncio.to_thread(fn, *args, **kwargs))
