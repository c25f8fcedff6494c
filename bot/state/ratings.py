"""What people say of replies: events like any other, durable and in the audit."""

import sqlite3
from functools import partial
from typing import Literal

from bot.messages.events import Rating
from bot.messages.frozen import Frozen
from bot.state import known as record
from bot.state.store import Store


class Noted(Frozen):
    """What became of a rating; `refused` where it is of no reply that the person can have read."""

    outcome: Literal["noted", "refused"]
    good: bool


class Ratings:
    """Checks ratings against our own record: what a button carries is client data."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, rating: Rating) -> Noted:
        """Keep a rating, if it is of a reply in the conversation where the button was pressed."""
        found = await self._store(partial(_is_here, rating=rating))
        return Noted(outcome="noted" if found else "refused", good=rating.good)


def _is_here(db: sqlite3.Connection, rating: Rating) -> bool:
    known = record.find(db, rating.turn)
    if known is None:
        return False
    asked, pressed = known.event.place, rating.place
    if known.is_private and known.event.user != rating.user:
        return False
    return (asked.team, asked.channel) == (pressed.team, pressed.channel)
