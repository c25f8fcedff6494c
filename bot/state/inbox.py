"""The inbox: every event from the moment it is taken until its turn has ended."""

import sqlite3
import time
from typing import NamedTuple

from pydantic import TypeAdapter

from bot.messages import Click, Event, Message, ThreadState
from bot.state import journal

HISTORY = 200
"""How many entries a thread remembers; older ones stay in the journal."""

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Started(NamedTuple):
    """All that a turn needs to run, or to go on."""

    event: Event
    attempts: int
    state: ThreadState
    past: list[journal.Entry]


def add(db: sqlite3.Connection, event: Event, surface: str) -> bool:
    """Take an event; False if it is here already, which changes nothing."""
    row = (event.id, event.thread, surface, event.user, event.model_dump_json(), time.time())
    sql = "insert or ignore into inbox(id, thread, surface, user, body, received_at)"
    return db.execute(f"{sql} values(?,?,?,?,?,?)", row).rowcount > 0


def open_threads(db: sqlite3.Connection, surface: str) -> list[str]:
    """Threads with something left to do."""
    sql = "select distinct thread from inbox where state = 'open' and surface = ?"
    return [thread for (thread,) in db.execute(sql, (surface,))]


def knows(db: sqlite3.Connection, thread: str) -> bool:
    """Whether the bot is part of a thread: it has answered, or is about to answer, in it."""
    sql = "select 1 from inbox where thread = ? and state != 'cancelled' limit 1"
    return db.execute(sql, (thread,)).fetchone() is not None


def start_next(db: sqlite3.Connection, thread: str) -> Started | None:
    """Begin or go on with a thread's oldest open event; the attempt counts from now on."""
    sql = "select id, body, attempts from inbox where thread = ? and state = 'open' order by seq"
    if (row := db.execute(f"{sql} limit 1", (thread,)).fetchone()) is None:
        return None
    turn, body, attempts = row
    db.execute("update inbox set attempts = attempts + 1 where id = ?", (turn,))
    saved = db.execute("select state from threads where id = ?", (thread,)).fetchone()
    state = ThreadState.model_validate_json(saved[0]) if saved else ThreadState()
    return Started(_EVENT.validate_json(body), attempts + 1, state, journal.read(db, turn))


def finish(db: sqlite3.Connection, event: Event, state: ThreadState) -> None:
    """Save the thread's state with the end of the turn."""
    _save(db, event.thread, state)
    _end(db, event.id, "done")


def park(db: sqlite3.Connection, event: Event, state: ThreadState, error: str) -> None:
    """Give up on an event; it stays here for an admin to see.

    A call that was approved by it is spent: nobody can tell whether it ran.
    """
    if isinstance(event, Click):
        state.pending.pop(event.call_id, None)
    _save(db, event.thread, state)
    _end(db, event.id, "failed", error)


def withdraw(db: sqlite3.Connection, turn: str) -> bool:
    """Drop an event that its author has deleted; False if it has ended or was never here."""
    return _end(db, turn, "cancelled")


def revise(db: sqlite3.Connection, turn: str, text: str) -> bool:
    """Replace the text of an open message and forget what was done with the old one.

    Returns:
        False if it has been answered, or the text is the same.
    """
    sql = "select body from inbox where id = ? and state = 'open'"
    if (row := db.execute(sql, (turn,)).fetchone()) is None:
        return False
    message = Message.model_validate_json(row[0])
    if message.text == text:
        return False
    body = message.model_copy(update={"text": text}).model_dump_json()
    db.execute("update inbox set body = ?, attempts = 0 where id = ?", (body, turn))
    db.execute("delete from journal where turn = ?", (turn,))
    return True


def _save(db: sqlite3.Connection, thread: str, state: ThreadState) -> None:
    del state.history[:-HISTORY]
    row = (thread, state.model_dump_json(), time.time())
    db.execute("insert or replace into threads values(?,?,?)", row)


def _end(db: sqlite3.Connection, turn: str, state: str, error: str | None = None) -> bool:
    sql = "update inbox set state = ?, error = ?, ended_at = ? where id = ? and state = 'open'"
    return db.execute(sql, (state, error, time.time(), turn)).rowcount > 0
