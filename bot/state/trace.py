"""What happened to a message, stage by stage, as the journal tells it."""

import sqlite3
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from bot.messages import Event
from bot.state import journal

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_NEWEST = "select id from inbox order by seq desc limit 1"


class TracedStep(BaseModel):
    """One step or effect of a turn; `result` is what it returned, as JSON."""

    model_config = ConfigDict(frozen=True)

    n: int
    name: str
    kind: Literal["step", "effect"]
    at: AwareDatetime
    seconds: float
    result: Any


class Related(BaseModel):
    """Another turn of the same thread: a click that went on, or the message it belongs to."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    event: Literal["message", "click"]


class Trace(BaseModel):
    """A turn as it happened. `seconds` is the time from its first to the end of its last step."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    event: Literal["message", "click"]
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
    sql = "select body, state, error, received_at, attempts from inbox where id = ?"
    if (row := db.execute(sql, (turn_id,)).fetchone()) is None:
        return None
    body, status, error, received_at, attempts = row
    event = _EVENT.validate_json(body)
    entries = [entry for entry in journal.read(db, turn_id) if entry.kind != "intent"]
    seconds = entries[-1].at + entries[-1].seconds - entries[0].at if entries else 0.0
    return Trace.model_validate(
        {
            "turn_id": turn_id,
            "event": event.kind,
            "status": status,
            "error": error,
            "received_at": received_at,
            "attempts": attempts,
            "seconds": seconds,
            "steps": tuple(map(_step, entries)),
            "related": tuple(_related(db, event)),
        }
    )


def _step(entry: journal.Entry) -> TracedStep:
    fields = {**entry._asdict(), "result": TypeAdapter(Any).validate_json(entry.result)}
    return TracedStep.model_validate(fields)


def _related(db: sqlite3.Connection, event: Event) -> list[Related]:
    sql = "select id, json_extract(body, '$.kind') from inbox where thread = ? and id != ?"
    rows = db.execute(f"{sql} order by seq desc limit 20", (event.thread, event.id))
    return [Related(turn_id=turn, event=kind) for turn, kind in rows]
