"""What each person and everybody has used today, counted from the inbox and the journal."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.messages.task import Spent
from bot.state.store import Store

_TURNS = """
    select count(*) from inbox
    where user = ? and received_at >= ?
      and json_extract(body, '$.kind') in ('message', 'aside', 'choice', 'recap')
"""
_FORGOTTEN = "select total(tokens) from inbox where user = ? and received_at >= ?"
_TOKENS = """
    select total(json_extract(result, '$.usage.input_tokens'))
         + total(json_extract(result, '$.usage.output_tokens'))
    from journal join inbox on inbox.id = journal.turn
    where journal.name in ('reason', 'take_part', 'combine', 'compact')
"""
_ALL_TURNS = """
    select count(*) from inbox where seq >= ? and seq < ? and received_at >= ?
    and json_extract(body, '$.kind') in ('message', 'aside', 'recap')
"""
_ALL_TOKENS = f"{_TOKENS} and seq >= ? and seq < ? and received_at >= ?"
_ALL_FORGOTTEN = "select total(tokens) from inbox where seq >= ? and seq < ? and received_at >= ?"


@dataclass(frozen=True)
class _Tally:
    """What everybody used on a day, in the events before `upto`."""

    day: float = 0.0
    upto: int = 0
    turns: int = 0
    tokens: int = 0


class Ledger:
    """Counts turns and tokens. A day begins at midnight UTC."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tally = _Tally()

    async def spent(self, user: str) -> Spent:
        """What a person and everybody has used since midnight, the turn at hand included."""
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        count = partial(_count, user=user, since=midnight.timestamp(), tally=self._tally)
        spent, self._tally = await self._store(count)
        return spent


def tokens_of(db: sqlite3.Connection, turn: str) -> int:
    """The tokens that the journal of a turn tells of."""
    return _number(db, f"{_TOKENS} and inbox.id = ?", turn)


def _count(db: sqlite3.Connection, user: str, since: float, tally: _Tally) -> tuple[Spent, _Tally]:
    tokens = _number(db, f"{_TOKENS} and inbox.user = ? and inbox.received_at >= ?", user, since)
    everybody, kept = _count_all(db, since, tally)
    spent = Spent(
        turns=_number(db, _TURNS, user, since),
        tokens=tokens + _number(db, _FORGOTTEN, user, since),
        all_turns=everybody.turns,
        all_tokens=everybody.tokens,
    )
    return spent, kept


def _count_all(db: sqlite3.Connection, since: float, tally: _Tally) -> tuple[_Tally, _Tally]:
    """The day's total, and what of it can be kept: before the oldest open turn nothing changes.

    What was counted on an earlier day was received before this one, so `upto` stays.
    """
    end = _number(db, "select coalesce(max(seq), 0) + 1 from inbox")
    edge = _number(db, "select coalesce(min(seq), ?) from inbox where state = 'open'", end)
    start = tally if tally.day == since else _Tally(since, tally.upto)
    kept = _added(db, start, max(edge, start.upto))
    return _added(db, kept, end), kept


def _added(db: sqlite3.Connection, tally: _Tally, upto: int) -> _Tally:
    """A tally with the events before another one."""
    within = (tally.upto, upto, tally.day)
    turns = _number(db, _ALL_TURNS, *within)
    tokens = _number(db, _ALL_TOKENS, *within) + _number(db, _ALL_FORGOTTEN, *within)
    return _Tally(tally.day, upto, tally.turns + turns, tally.tokens + tokens)


def _number(db: sqlite3.Connection, sql: str, *values: object) -> int:
    (number,) = db.execute(sql, values).fetchone()
    return int(number)
