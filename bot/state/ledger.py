"""What each person and everybody has used today, counted from the inbox and the journal."""

import asyncio
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from bot.messages.task import Spent
from bot.state.store import Store

_TOKENS = """
    select user, total(json_extract(result, '$.usage.input_tokens'))
               + total(json_extract(result, '$.usage.output_tokens'))
    from journal join inbox on inbox.id = journal.turn
    where journal.name in ('reason', 'take_part', 'combine', 'compact')
"""
_TOKENS_BY = f"{_TOKENS} and seq >= ? and seq < ? and received_at >= ? group by user"
_TURNS_BY = """
    select user, total(kind in ('message', 'aside', 'choice', 'recap')),
           total(kind in ('message', 'aside', 'recap')), total(tokens)
    from (
        select user, tokens, json_extract(body, '$.kind') kind from inbox
        where seq >= ? and seq < ? and received_at >= ?
    ) group by user
"""
_FAILED = "select total(ended_at) from inbox where state = 'failed' and seq < ?"

Used = tuple[int, int, int]
"""Turns, those of them that count for everybody (a choice goes on with another's), and tokens."""


@dataclass(frozen=True)
class _Tally:
    """What each person used on a day, in the events from `first` on and before `upto`.

    `failed` tells those that had failed by then from others: they may be tried again.
    """

    day: float = 0.0
    first: int = 0
    upto: int = 0
    failed: float = 0.0
    used: Mapping[str, Used] = field(default_factory=dict[str, Used])


class Ledger:
    """Counts turns and tokens. A day begins at midnight UTC.

    Who asks while it is being counted gets the next count, together with all who have come by then:
    what a count costs does not grow with how many ask.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = _Tally()
        self._counting = asyncio.Lock()
        self._next: asyncio.Task[_Tally] | None = None

    async def spent(self, user: str) -> Spent:
        """What a person and everybody has used since midnight, the turn at hand included."""
        if self._next is None:
            self._next = asyncio.create_task(self._count())
        used = (await asyncio.shield(self._next)).used
        turns, _, tokens = used.get(user, (0, 0, 0))
        return Spent(
            turns=turns,
            tokens=tokens,
            all_turns=sum(shared for _, shared, _ in used.values()),
            all_tokens=sum(tokens for *_, tokens in used.values()),
        )

    async def _count(self) -> _Tally:
        async with self._counting:
            self._next = None
            midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            count = partial(_count_all, since=midnight.timestamp(), tally=self._kept)
            found, self._kept = await self._store(count)
            return found


def tokens_of(db: sqlite3.Connection, turn: str) -> int:
    """The tokens that the journal of a turn tells of."""
    _, tokens = db.execute(f"{_TOKENS} and inbox.id = ?", (turn,)).fetchone()
    return int(tokens)


def _count_all(db: sqlite3.Connection, since: float, tally: _Tally) -> tuple[_Tally, _Tally]:
    """The day's count, and what of it can be kept: before the oldest open turn nothing changes.

    Where a turn was tried again that had failed, the day is counted from its beginning. What was
    counted on an earlier day was received before this one.
    """
    end = int(_number(db, "select coalesce(max(seq), 0) + 1 from inbox"))
    edge = int(_number(db, "select coalesce(min(seq), ?) from inbox where state = 'open'", end))
    first = tally.first if tally.day == since else tally.upto
    if tally.day != since or tally.failed != _number(db, _FAILED, tally.upto):
        tally = _Tally(since, first, first)
    kept = _added(db, tally, max(edge, tally.upto))
    return _added(db, kept, end), kept


def _added(db: sqlite3.Connection, tally: _Tally, upto: int) -> _Tally:
    """A tally with the events before another one."""
    within, used = (tally.upto, upto, tally.day), dict(tally.used)
    tokens_by = ((user, 0, 0, tokens) for user, tokens in db.execute(_TOKENS_BY, within))
    for user, *more in (*db.execute(_TURNS_BY, within), *tokens_by):
        turns, shared, tokens = used.get(user, (0, 0, 0))
        used[user] = turns + int(more[0]), shared + int(more[1]), tokens + int(more[2])
    return _Tally(tally.day, tally.first, upto, _number(db, _FAILED, upto), used)


def _number(db: sqlite3.Connection, sql: str, *values: object) -> float:
    (number,) = db.execute(sql, values).fetchone()
    return number
