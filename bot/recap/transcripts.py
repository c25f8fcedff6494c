"""What a summary asks of the place where people talk."""

from collections.abc import AsyncGenerator
from typing import Literal, NamedTuple, Protocol

from bot.messages.events import Place, Recap
from bot.messages.minutes import Position, Written

Admission = Literal["admitted", "not_a_member", "bot_not_in"]


class Room(NamedTuple):
    """Whether a conversation may be read for a person, and what it is called."""

    admission: Admission
    name: str = ""


class Transcripts(Protocol):
    """Reads conversations."""

    async def enter(self, user: str, place: Place) -> Room:
        """Look up, afresh, whether a person is in a conversation and we are; unknown is no.

        Raises:
            SurfaceError: The place could not be reached.
        """
        ...

    def read(
        self, asked: Recap, since: str, position: Position
    ) -> AsyncGenerator[tuple[Written, Position]]:
        """The messages from a position on, each with the position behind it.

        A channel is read backwards from its newest message to `since`, each message before the
        replies of its thread; a thread is read forwards.

        Raises:
            SurfaceError: The conversation cannot be read.
        """
        ...

    def link(self, place: Place, ts: str, root: str) -> str:
        """The address of a message; empty if nobody knows it."""
        ...
