"""A turn of ours, found by its id, with whom it was for."""

import sqlite3
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from bot.messages.events import Event
from bot.state.trace import Trace, trace

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Known(NamedTuple):
    """A turn in our record: what began it, and what happened."""

    event: Event
    trace: Trace

    @property
    def is_private(self) -> bool:
        """Whether its reply was for the one who asked alone."""
        replies = (step.result for step in self.trace.steps if step.name == "still_readable")
        return self.event.place.private or any(reply["private"] for reply in replies)


def find(db: sqlite3.Connection, turn: str) -> Known | None:
    """Look a turn up; None if there is none, or if it cannot be read any more."""
    row = db.execute("select body from inbox where id = ?", (turn,)).fetchone()
    found = trace(db, turn) if row else None
    if row is None or found is None:
        return None
    try:
        return Known(_EVENT.validate_json(row[0]), found)
    except ValidationError:
        return None
