"""What people take back: turns that are stopped, messages that are deleted or edited."""

import sqlite3
import time
import uuid
from typing import NamedTuple

from bot.messages.events import Message, Stop
from bot.state import audit, inbox, ledger
from bot.state.inbox import EVENT, acted, end, stop_of


class Halted(NamedTuple):
    """What a press of the stop button meets.

    Attributes:
        allowed: It counts; a press that meets nothing is nothing to forbid.
        run: The run that is to end, empty if there is none.
    """

    allowed: bool = True
    run: str = ""


def halt(db: sqlite3.Connection, stop: Stop, *, admin: bool) -> Halted:
    """Take a press of the stop button: the turn under way in its thread never gets further.

    Whoever began the turn may stop it, and admins.
    """
    sql = """
        select id, user, run from inbox where thread = ? and state = 'open' and run != ''
        order by sent_at, seq limit 1
    """
    if (row := db.execute(sql, (stop.thread,)).fetchone()) is None:
        return Halted()
    turn, user, run = row
    if stop.user != user and not admin:
        return Halted(allowed=False)
    if inbox.add(db, stop.model_copy(update={"id": stop_of(turn)}), "stop"):
        end(db, stop_of(turn), "done")
        audit.append(db, time.time(), turn, stop.user, "stop", "{}")
    return Halted(run=run)


def go_on(db: sqlite3.Connection, turn: str) -> None:
    """Forget that a turn was stopped: somebody wants it tried again."""
    db.execute("delete from inbox where id = ?", (stop_of(turn),))


def withdraw(db: sqlite3.Connection, turn: str) -> str | None:
    """Drop an event that its author has deleted.

    Returns:
        The run that may not write any more, empty if there was none; None if nothing changed: the
        event has ended, was never here, or has begun to act on the world.
    """
    if (row := _changeable(db, turn)) is None:
        return None
    end(db, turn, "cancelled")
    return row[1]


def revise(db: sqlite3.Connection, turn: str, text: str) -> str | None:
    """Replace the text of a message, and forget all but the cost of what was done with the old one.

    Returns:
        As `withdraw`; None as well if the text is the same.
    """
    if (row := _changeable(db, turn)) is None:
        return None
    body, run = row
    message = EVENT.validate_json(body)
    if not isinstance(message, Message) or message.text == text:
        return None
    body = message.model_copy(update={"text": text}).model_dump_json()
    sql = "update inbox set body = ?, run = ?, attempts = 0, error = null, tokens = tokens + ?"
    nobody = run and uuid.uuid4().hex  # what an earlier run shows of the old text is still there
    db.execute(f"{sql} where id = ?", (body, nobody, ledger.tokens_of(db, turn), turn))
    db.execute("delete from journal where turn = ?", (turn,))
    return run


def _changeable(db: sqlite3.Connection, turn: str) -> tuple[str, str] | None:
    """Body and run of an open event; None once it has begun to act on the world."""
    sql = "select body, run from inbox where id = ? and state = 'open'"
    return None if acted(db, turn) else db.execute(sql, (turn,)).fetchone()
