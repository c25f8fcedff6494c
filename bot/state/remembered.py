"""What a thread remembers, in the file."""

import sqlite3
import time

from pydantic import ValidationError

from bot import log
from bot.messages.history import Entry, Said, ThreadState
from bot.messages.memory import Condensed, Overheard

HISTORY = 200
"""How many entries a thread remembers; older ones stay in the journal."""


def read(db: sqlite3.Connection, thread: str) -> ThreadState | None:
    """What a thread remembers; None if it cannot be read."""
    saved = db.execute("select state from threads where id = ?", (thread,)).fetchone()
    if saved is None:
        return ThreadState()
    try:
        return ThreadState.model_validate_json(saved[0])
    except ValidationError as error:  # another version wrote it
        log.error("thread.unreadable", error, thread_id=thread)
        return None


def save(db: sqlite3.Connection, thread: str, state: ThreadState) -> None:
    """Save it; the oldest entries of a long history go."""
    bounded = state.model_copy(update={"history": _newest(state.history)})
    row = (thread, bounded.model_dump_json(), time.time())
    db.execute("insert or replace into threads values(?,?,?)", row)


def _newest(history: list[Entry]) -> list[Entry]:
    """The last entries, from a person's message on: no result stands without its call.

    What is remembered in short of the time before stays in front.
    """
    if len(history) <= HISTORY:
        return history
    first = [entry for entry in history[:1] if isinstance(entry, Condensed | Overheard)]
    kept = history[-HISTORY:]
    asked = (i for i, entry in enumerate(kept) if isinstance(entry, Said) and entry.by == "person")
    return [*first, *kept[next(asked, 0) :]]
