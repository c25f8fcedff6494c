"""Apologies that people have not got, because the process died under each: they are still owed."""

import sqlite3
from typing import NamedTuple

from bot.state.forgetting import FORGOTTEN

CALM = 3
"""How often an apology that is owed is begun again; the process dies under it no more than once
each time."""


class Debt(NamedTuple):
    """A turn that is open again, for its apology alone."""

    seq: int
    thread: str
    user: str


def note(db: sqlite3.Connection, turn: str, *, owed: bool) -> None:
    """Note whether the person of a turn that is given up has no apology yet."""
    sql = "update inbox set owed = coalesce(owed, ?)" if owed else "update inbox set owed = ?"
    db.execute(f"{sql} where id = ?", (CALM if owed else None, turn))


def take(db: sqlite3.Connection, surface: str, after: int, begun: int) -> Debt | None:
    """Open the first turn after `after` whose apology is owed; None if there is none.

    It counts as `begun` so often that nothing new is done in it.
    """
    sql = """
        update inbox set state = 'open', ended_at = null, attempts = ?, owed = owed - 1
        where seq = (
            select seq from inbox where owed > 0 and state = 'failed' and surface = ? and seq > ?
            and error != ? order by seq limit 1
        ) returning seq, thread, user
    """
    found = db.execute(sql, (begun, surface, after, FORGOTTEN)).fetchone()
    return Debt(*found) if found else None
