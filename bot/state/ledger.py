"""What each person has used today, counted from the inbox and the journal."""

import sqlite3
from datetime import UTC, datetime
from functools import partial

from bot.messages import Spent
from bot.state.store import Store

_TURNS = """
    select count(*) from inbox
    where user = ? and received_at >= ?
      and json_extract(body, '$.kind') in ('message', 'aside', 'choice')
"""
_FORGOTTEN = "select total(tokens) from inbox where user = ? and received_at >= ?"
_TOKENS = """
    select total(json_extract(result, '$.usage.input_tokens'))
         + total(json_extract(result, '$.usage.output_tokens'))
    from journal join inbox on inbox.id = journal.turn
    where journal.name = 'reason'
"""


class Ledger:
    """Counts turns and tokens. A day begins at midnight UTC."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def spent(self, user: str) -> Spent:
        """What a person has used since midnight, the turn at hand included."""
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return await self._store(partial(_count, user=user, since=midnight.timestamp()))


def tokens_of(db: sqlite3.Connection, turn: str) -> int:
    """The tokens that the journal of a turn tells of."""
    return _number(db, f"{_TOKENS} and inbox.id = ?", turn)


def _count(db: sqlite3.Connection, user: str, since: float) -> Spent:
    tokens = _number(db, f"{_TOKENS} and inbox.user = ? and inbox.received_at >= ?", user, since)
    return Spent(
        turns=_number(db, _TURNS, user, since),
        tokens=tokens + _number(db, _FORGOTTEN, user, since),
    )


def _number(db: sqlite3.Connection, sql: str, *values: object) -> int:
    (number,) = db.execute(sql, values).fetchone()
    return int(number)
