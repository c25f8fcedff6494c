"""What administration asks of the place where admins are."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from bot.messages.events import Errand, Place, Posted
from bot.messages.requester import Requester
from bot.office.notices import Notice, Sheet


@dataclass(frozen=True)
class Download:
    """A file that somebody shared; `link` is where people find it."""

    name: str
    data: bytes
    link: str


class Office(Protocol):
    """Where admins give orders and read what came of them.

    `tell` acts on the world and is called as an effect; its `key` lets `find` tell after a crash
    whether it was said. `retell` and `replace` change nothing when they are done again.
    """

    async def identify(self, user: str, place: Place) -> Requester:
        """Look a person up. Who cannot be looked up is a guest."""
        ...

    async def dm_of(self, user: str, place: Place) -> Place:
        """The direct messages with a person.

        Raises:
            SurfaceError: There are none, and none could be opened.
        """
        ...

    async def tell(self, place: Place, key: str, notice: Notice | Sheet) -> Posted:
        """Tell a person something.

        Raises:
            SurfaceError: It was refused.
        """
        ...

    async def find(self, place: Place, key: str, said: Notice | Sheet) -> Posted | None:
        """Where something told under `key` stands; None if it was not told."""
        ...

    def pages(self, sheet: Sheet) -> tuple[Sheet, ...]:
        """The same sheet in as many pieces as the place needs, in order."""
        ...

    async def retell(self, posted: Posted, notice: Notice | Sheet) -> None:
        """Tell something else in place of what was told. Best effort."""
        ...

    async def show_end(self, posted: Posted, said: Notice | Sheet) -> bool:
        """The same where it matters that it is read; False if what was told is gone.

        Raises:
            SurfaceError: The place could not be reached.
        """
        ...

    async def replace(self, place: Place, posted: Posted, notice: Notice) -> None:
        """The same for a message in which a button was pressed, be it private. Best effort."""
        ...

    async def download(self, file_id: str) -> Download:
        """Get a file that somebody shared.

        Raises:
            SurfaceError: It is gone, too large, or not where files of this place are.
        """
        ...

    async def names(self, ids: Set[str]) -> dict[str, str]:
        """What people and user groups are called; who cannot be looked up is left out."""
        ...

    def ask_value(self, errand: Errand, at: int, about: str) -> str:
        """What the button carries that opens the form for a proposed source."""
        ...
