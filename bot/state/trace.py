"""What happened to a message, stage by stage, as the journal tells it."""

import sqlite3
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic_core import from_json

from bot.messages.events import Kind
from bot.state import journal

_NEWEST = "select id from inbox where surface != 'stop' order by seq desc limit 1"
_TURN = """
    select id, thread, json_extract(body, '$.kind'), state, error, received_at, attempts
    from inbox where id = ?
"""
_RELATED = """
    select id, json_extract(body, '$.kind') from inbox
    where thread = ? and id != ? order by seq desc limit 20
"""


class TracedStep(BaseModel):
    """One step or effect of a turn; `result` is what it returned, as JSON.

    An `intent` is an effect that nobody knows the end of.
    """

    model_config = ConfigDict(frozen=True)

    n: int
    name: str
    kind: Literal["step", "intent", "effect"]
    at: AwareDatetime
    seconds: float
    result: Any


class Related(BaseModel):
    """Another turn of the same thread: a click that went on, or the message it belongs to."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    event: Kind


class Trace(BaseModel):
    """A turn as it happened. `seconds` is the time from its first to the end of its last step."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    event: Kind
    status: Literal["open", "done", "failed", "cancelled"]
    error: str | None
    received_at: AwareDatetime
    attempts: int
    seconds: float
    steps: tuple[TracedStep, ...]
    related: tuple[Related, ...]


def trace(db: sqlite3.Connection, turn_id: str) -> Trace | None:
    """Read a turn; `last` is the newest one. None if there is no such turn."""
    if turn_id == "last":
        turn_id = next((row[0] for row in db.execute(_NEWEST)), "")
    if (row := db.execute(_TURN, (turn_id,)).fetchone()) is None:
        return None
    turn_id, thread, event, status, error, received_at, attempts = row
    entries = _told(journal.read(db, turn_id), status)
    return Trace.model_validate(
        {
            "turn_id": turn_id,
            "event": event,
            "status": status,
            "error": error,
            "received_at": received_at,
            "attempts": attempts,
            "seconds": _seconds(entries),
            "steps": tuple(map(_step, entries)),
            "related": tuple(_related(db, turn_id, thread)),
        }
    )


def _told(entries: list[journal.Entry], status: str) -> list[journal.Entry]:
    """The entries that say something: an intent only where its effect will never follow."""
    effects = {entry.n for entry in entries if entry.kind == "effect"}
    return [
        entry
        for entry in entries
        if entry.kind != "intent" or (status == "failed" and entry.n + 1 not in effects)
    ]


def _seconds(entries: list[journal.Entry]) -> float:
    """From the first to the end of the last; 0 where the clock was put back in between."""
    return max(0.0, entries[-1].at + entries[-1].seconds - entries[0].at) if entries else 0.0


def _step(entry: journal.Entry) -> TracedStep:
    return TracedStep.model_validate({**entry._asdict(), "result": from_json(entry.result)})


def _related(db: sqlite3.Connection, turn_id: str, thread: str) -> list[Related]:
    rows = db.execute(_RELATED, (thread, turn_id))
    return [Related(turn_id=other, event=kind) for other, kind in rows]
