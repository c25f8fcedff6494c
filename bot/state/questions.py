"""Messages that were asked before, for those who want them answered once more."""

import sqlite3
from functools import partial

from pydantic import TypeAdapter, ValidationError

from bot.messages.events import Aside, Choice, Event, Message
from bot.messages.history import Asked, Entry, Said, ThreadState
from bot.messages.replies import Reply
from bot.state import journal
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

    async def meant(self, choice: Choice) -> Message | None:
        """The question that a choice was offered for, with what was chosen; None if it was not."""
        return await self._store(partial(_meant, choice=choice))


def _meant(db: sqlite3.Connection, choice: Choice) -> Message | None:
    """Read it in our record: the button's value is only a key to it."""
    row = db.execute("select body, thread from inbox where id = ?", (choice.question,)).fetchone()
    if row is None or row[1] != choice.thread:
        return None
    said = [entry for entry in journal.read(db, choice.question) if entry.name == "still_readable"]
    choices = Reply.model_validate_json(said[-1].result).choices if said else ()
    if not 0 <= choice.number < len(choices):
        return None
    asked = _EVENT.validate_json(row[0])
    text = asked.text if isinstance(asked, Message) else ""
    return Message(
        id=choice.id,
        thread=choice.thread,
        place=choice.place,
        user=choice.user,
        text=f"{text} ({choices[choice.number]})".strip(),
        received_at=choice.received_at,
    )


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
