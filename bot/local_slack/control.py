"""What a test orders from the local Slack and reads in it."""

from collections.abc import Callable
from typing import TypeVar

from bot.local_slack.errors import ApiRefusal
from bot.local_slack.faults import Fault
from bot.local_slack.parts import Parts
from bot.local_slack.records import (
    ApiCall,
    Delivery,
    Json,
    Message,
    Notification,
)
from bot.local_slack.workspace import Channel

T = TypeVar("T")


class Control:
    """The half of `LocalSlack` that is for tests: faults, and everything that happened."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def fail_next(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next calls of a method with an error, without running it.

        With status 429 the error is `ratelimited` unless another is named; with another status
        that is no success, `internal_error`.
        """
        code = error or ("ratelimited" if status == 429 else "internal_error")
        refusal = ApiRefusal(code, status=status, retry_after=retry_after)
        self._parts.faults.add(method, Fault(error=refusal), times)

    def hang_next(self, method: str, seconds: float, *, after: bool = False) -> None:
        """Let the next call of a method wait, before its effect or after it."""
        self._parts.faults.add(method, Fault(hang_s=seconds, after=after))

    def drop_next(self, method: str) -> None:
        """Cut the connection of the next call of a method once its effect stands."""
        self._parts.faults.add(method, Fault(drop=True))

    def age_streams(self) -> None:
        """Close every open stream, as Slack does after five minutes."""
        self._parts.world.streams.age()

    def set_group(self, group: str, *members: str) -> None:
        """Change who is in a user group."""
        self._parts.world.rooms.set_group(group, members)

    @property
    def hanging(self) -> int:
        """How many calls hang at this moment."""
        return self._parts.faults.hanging

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call and answer at a response URL, in order."""
        return self._parts.world.journal.calls

    @property
    def unfurled(self) -> list[str]:
        """The URLs that Slack's servers would have fetched."""
        return [unfurl.url for unfurl in self._parts.world.journal.unfurls]

    @property
    def notified(self) -> list[Notification]:
        """The mentions in the app's texts that would have notified people."""
        return self._parts.world.journal.notifications

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that went to the app."""
        return self._parts.deliveries.log

    @property
    def socket_warnings(self) -> list[str]:
        """What the app sent over Socket Mode that Slack would have ignored."""
        return self._parts.socket.warnings

    def messages(self, channel: str, *, viewer: str | None = None) -> list[Message]:
        """A channel's messages, oldest first: those a person sees, or without a viewer all."""
        if viewer is not None and not self._parts.world.rooms.may_see(channel, viewer):
            return []
        return [
            self._parts.world.settled(m) for m in self._parts.world.rooms.seen_by(channel, viewer)
        ]

    def channel(self, channel: str) -> Channel:
        """A channel as it stands now."""
        return self._parts.world.rooms.channels[channel]

    def home(self, user: str) -> Json | None:
        """The view in a person's App Home."""
        return self._parts.world.views.homes.get(user)

    def modals(self, user: str) -> list[Json]:
        """The modals that are open for a person."""
        views = self._parts.world.views
        return [view for one, view in views.modals.items() if views.owners[one] == user]

    def prompts(self, channel: str) -> list[Json]:
        """The prompts that are suggested in a DM."""
        return self._parts.world.sessions.prompts.get(channel, [])

    def status(self, channel: str, thread_ts: str) -> str:
        """The status line under a thread, "" for none."""
        found = [
            s for s in self._parts.world.sessions.statuses(channel) if s.thread_ts == thread_ts
        ]
        return found[0].text if found else ""

    def session(self, channel: str, thread_ts: str) -> Json | None:
        """The agent session of a thread: its status and title."""
        return self._parts.world.sessions.states.get((channel, thread_ts))

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 30.0) -> T:
        """Wait until `predicate` is true and return its value; it is tried after each change.

        Raises:
            TimeoutError: It did not become true; the message tells what the app did last.
        """
        try:
            return await self._parts.pulse.until(predicate, timeout)
        except TimeoutError:
            raise TimeoutError(self._summary(timeout)) from None

    def _summary(self, timeout: float) -> str:
        calls = [f"{c.method} -> {c.error or 'ok'}" for c in self.calls[-8:]]
        sent = [f"{d.type} {'acked' if d.acked else 'open'}" for d in self.deliveries[-8:]]
        return f"not so within {timeout:g} s; last calls: {calls}; last deliveries: {sent}"
