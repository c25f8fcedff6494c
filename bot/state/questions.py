"""Messages that were asked before, for those who want them answered once more."""

import sqlite3
from functools import partial

from pydantic import TypeAdapter, ValidationError

from bot.messages import Aside, Asked, Entry, Event, Message, Said, ThreadState
from bot.state.store import Store

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Questions:
    """Finds what was asked, in our own record."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, aside: Aside) -> Asked | None:
        """The message that a person wants answered privately; None if they did not ask it."""
        asked = await self._store(partial(_asked, turn=aside.question))
        return asked if asked and asked.message.user == aside.user else None


def _asked(db: sqlite3.Connection, turn: str) -> Asked | None:
    row = db.execute("select body, thread from inbox where id = ?", (turn,)).fetchone()
    if row is None:
        return None
    message = _EVENT.validate_json(row[0])
    if not isinstance(message, Message):
        return None
    saved = db.execute("select state from threads where id = ?", (row[1],)).fetchone()
    return Asked(message=message, history=_before(message, saved[0] if saved else "{}"))


def _before(message: Message, state: str) -> tuple[Entry, ...]:
    """What was said in the thread before a message; nothing if that cannot be read any more."""
    try:
        history = ThreadState.model_validate_json(state).history
    except ValidationError:
        return ()
    for at in reversed(range(len(history))):
        entry = history[at]
        if isinstance(entry, Said) and (entry.user, entry.text) == (message.user, message.text):
            return tuple(history[:at])
    return ()
