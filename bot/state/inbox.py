"""The inbox: every event from the moment it is taken until its turn has ended."""

import sqlite3
import time
import uuid
from typing import Literal, NamedTuple

from pydantic import TypeAdapter, ValidationError

from bot import log
from bot.messages.events import Click, Event, Message
from bot.messages.history import ThreadState
from bot.state import debts, journal, remembered
from bot.state.journal import APOLOGY_AT, Superseded

ATTEMPTS = 3
"""A turn that fails, or takes the process with it, this often without getting further is parked."""

Beside = Literal["anybody", "suspects", "nobody"]
"""Beside whom a suspect would run."""

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Suspect(Exception):
    """The process has died under every attempt at this event but the last.

    Perhaps it was the event that killed it, perhaps another that ran beside it. Run alone, only the
    culprit is blamed for the next death; run with other suspects, nobody is.
    """


class Started(NamedTuple):
    """All that a turn needs to run, or to go on.

    Attributes:
        attempts: How often it was begun without getting further, this time included.
        state: What its thread remembers; None if it cannot be read.
        past: What its journal holds.
        failed: Why its last attempt failed, by the error's name.
        first: No earlier run can have left anything in the world.
        halted: A person has stopped it.
    """

    event: Event
    run: str
    attempts: int
    state: ThreadState | None
    past: list[journal.Entry]
    failed: str | None = None
    first: bool = False
    halted: bool = False


def add(db: sqlite3.Connection, event: Event, surface: str) -> bool:
    """Take an event; False if it is here already, which changes nothing."""
    body, now = event.model_dump_json(), time.time()
    row = (event.id, event.thread, surface, event.user, body, now, _sent_at(event))
    columns = "id, thread, surface, user, body, received_at, sent_at"
    sql = f"insert into inbox({columns}) values(?,?,?,?,?,?,?) on conflict(id) do nothing"
    return db.execute(sql, row).rowcount > 0


def open_threads(db: sqlite3.Connection, surface: str) -> list[tuple[str, str]]:
    """Threads with something left to do and who waits there, the longest waiting first."""
    sql = "select thread, user, min(seq) from inbox where state = 'open' and surface = ?"
    rows = db.execute(f"{sql} group by thread order by min(seq)", (surface,))
    return [(thread, user) for thread, user, _ in rows]


def knows(db: sqlite3.Connection, thread: str) -> bool:
    """Whether the bot is part of a thread: it has answered, or is about to answer, in it."""
    sql = "select 1 from inbox where thread = ? and state != 'cancelled' limit 1"
    return db.execute(sql, (thread,)).fetchone() is not None


def recent_threads(db: sqlite3.Connection, surface: str, since: float) -> list[str]:
    """Threads in which something was received after a time."""
    sql = "select distinct thread from inbox where surface = ? and received_at > ?"
    return [thread for (thread,) in db.execute(sql, (surface, since))]


def just_given_up(db: sqlite3.Connection, surface: str, since: float) -> list[str]:
    """Threads with a turn that ended after a time without an answer."""
    sql = """
        select distinct thread from inbox
        where state in ('failed', 'cancelled') and surface = ? and ended_at > ?
    """
    return [thread for (thread,) in db.execute(sql, (surface, since))]


def caught_up(db: sqlite3.Connection) -> float | None:
    """Up to when nothing was missed, in seconds since the epoch; None: nobody has looked yet."""
    row = db.execute("select at from marks where name = 'caught_up'").fetchone()
    return row[0] if row else None


def mark_caught_up(db: sqlite3.Connection, at: float) -> None:
    """Note that nothing was missed up to a time."""
    db.execute("insert or replace into marks values('caught_up', ?)", (at,))


def start_next(
    db: sqlite3.Connection, thread: str, surface: str, beside: Beside = "nobody"
) -> Started | None:
    """Begin or go on with a thread's oldest open event; the attempt counts from now on.

    What is a suspect may run beside nobody that is one too, or beside others; then its attempt does
    not count.

    From now on no earlier run of it may write. The oldest is the one that was written first; but
    what has begun goes on before what came in late.

    Raises:
        Suspect: It is one, and would run beside anybody.
    """
    while row := _next(db, thread, surface):
        turn, body, attempts, failed, before = row
        suspect = attempts == ATTEMPTS - 1 and failed is None
        if suspect and beside == "anybody":
            raise Suspect(turn)
        attempts += 0 if suspect and beside == "suspects" else 1
        try:
            event = EVENT.validate_json(body)
        except ValidationError as error:  # another version wrote it; nobody knows whom to tell
            log.error("event.unreadable", error, turn=turn)
            end(db, turn, "failed", type(error).__name__)
            continue
        run = uuid.uuid4().hex
        sql = "update inbox set run = ?, attempts = ?, error = null where id = ?"
        db.execute(sql, (run, attempts, turn))
        state, past = remembered.read(db, thread), journal.read(db, turn)
        halted = _is_halted(db, turn)
        return Started(event, run, attempts, state, past, failed, not before, halted)
    return None


def attempt_failed(db: sqlite3.Connection, turn: str, run: str, error: str) -> int:
    """Note why an attempt failed; the turn stays open.

    Returns:
        How often it was begun since it last got further.

    Raises:
        Superseded: The turn does not belong to this run any more.
    """
    sql = "update inbox set error = ? where id = ? and run = ? and state = 'open'"
    row = db.execute(f"{sql} returning attempts", (error, turn, run)).fetchone()
    if row is None:
        raise Superseded(turn)
    return row[0]


def give_back(db: sqlite3.Connection, turn: str, run: str) -> None:
    """Do not count an attempt that was cut short through no fault of the event."""
    sql = "update inbox set attempts = max(attempts - 1, 0), error = coalesce(error, 'Stopped')"
    db.execute(f"{sql} where id = ? and run = ? and state = 'open'", (turn, run))


def finish(db: sqlite3.Connection, event: Event, run: str, state: ThreadState) -> None:
    """Save the thread's state with the end of the turn.

    Raises:
        Superseded: The turn does not belong to this run any more.
    """
    end(db, event.id, "done", run=run)
    remembered.save(db, event.thread, state)


def park(db: sqlite3.Connection, event: Event, run: str, error: str, *, owed: bool = False) -> None:
    """Give up on an event; it stays here for an admin to see, and the thread as it was before.

    A call that it had approved is spent if it has begun to act: nobody can tell whether it ran.
    With `owed` the person has no apology yet, and is to get it.

    Raises:
        Superseded: The turn does not belong to this run any more.
    """
    end(db, event.id, "failed", error, run=run)
    debts.note(db, event.id, owed=owed)
    state = remembered.read(db, event.thread)
    if state is None:  # nobody can read it; without it the thread can go on
        remembered.save(db, event.thread, ThreadState())
    elif (
        isinstance(event, Click)
        and event.call_id in state.pending
        and acted(db, event.id, APOLOGY_AT)
    ):
        del state.pending[event.call_id]
        remembered.save(db, event.thread, state)


def stop_of(turn: str) -> str:
    """The id of the press that stops a turn."""
    return f"stop:{turn}"


def _is_halted(db: sqlite3.Connection, turn: str) -> bool:
    sql = "select 1 from inbox where id = ?"
    return db.execute(sql, (stop_of(turn),)).fetchone() is not None


def _next(
    db: sqlite3.Connection, thread: str, surface: str
) -> tuple[str, str, int, str | None, str] | None:
    sql = """
        select id, body, attempts, error, run from inbox
        where thread = ? and surface = ? and state = 'open'
        order by run = '', sent_at, seq limit 1
    """
    return db.execute(sql, (thread, surface)).fetchone()


def _sent_at(event: Event) -> float:
    """When an event came to be, by Slack's clock where that is known: ours may jump."""
    sent = event.sent_at if isinstance(event, Message | Click) else None
    return (sent or event.received_at).timestamp()


def acted(db: sqlite3.Connection, turn: str, before: int = 2 * APOLOGY_AT) -> bool:
    """Whether a turn has begun to act on the world; an apology is an act, too."""
    sql = "select 1 from journal where turn = ? and kind = 'intent' and n < ?"
    return db.execute(sql, (turn, before)).fetchone() is not None


def end(
    db: sqlite3.Connection,
    turn: str,
    state: str,
    error: str | None = None,
    *,
    run: str | None = None,
) -> None:
    """End an open turn; with `run`, only if it is that run's.

    Raises:
        Superseded: It is not.
    """
    sql = "update inbox set state = ?, error = ?, ended_at = ? where id = ? and state = 'open'"
    values = (state, error, time.time(), turn, run)
    if db.execute(f"{sql} and run = coalesce(?, run)", values).rowcount == 0:
        raise Superseded(turn)
