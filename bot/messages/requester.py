"""Who asks."""

from typing import Literal

from pydantic import Field

from bot.messages.events import Place
from bot.messages.frozen import Frozen
from tools.spec import Caller


class Requester(Frozen):
    """Who asks, as the directory knows them.

    `barred` tells why they may not ask here at all; guests may be let in by the settings, and stay
    guests to the tools.
    """

    user: str
    name: str
    admin: bool = False
    guest: bool = Field(default=False, description="A guest or a person of another workspace.")
    barred: Literal["guest", "shared", "channel"] | None = None
    groups: tuple[str, ...] = Field(
        default=(), description="User groups this person is in, of those that tools name."
    )

    def calling_from(self, place: Place) -> Caller:
        """The same person as the tools know them."""
        return Caller(
            user=self.user,
            admin=self.admin,
            guest=self.guest,
            groups=frozenset(self.groups),
            channel=place.channel,
        )
