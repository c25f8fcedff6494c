"""How something reaches the app, whichever way it is connected."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.local_slack.records import Json

Envelope = Literal["events_api", "slash_commands", "interactive"]


@dataclass(frozen=True)
class Ack:
    """The app's answer; `status` is None when none came in time."""

    status: int | None
    body: str = ""
    failure: str | None = None
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Retry:
    """Which retry this is, from 1, and why there is one."""

    num: int
    reason: str


class Transport(Protocol):
    """Hands one thing to the app and waits for its answer."""

    async def deliver(self, kind: Envelope, payload: Json, retry: Retry | None) -> Ack:
        """Deliver once; never raises for what the app does wrong."""
        ...
