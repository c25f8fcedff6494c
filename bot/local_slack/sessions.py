"""What a thread shows of the agent's state: its status line, its session, suggested prompts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.local_slack.records import Json

STATUS_LIFETIME_S: Final = 120.0


@dataclass(frozen=True)
class Status:
    """A line such as "is thinking..." under a thread."""

    channel: str
    thread_ts: str
    text: str
    loading_messages: tuple[str, ...]
    at: float


@dataclass
class Sessions:
    """Statuses clear themselves after two minutes; prompts stay until they are replaced."""

    clock: Callable[[], float]
    prompts: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    states: dict[tuple[str, str], Json] = field(default_factory=dict[tuple[str, str], Json])
    _statuses: dict[tuple[str, str], Status] = field(default_factory=dict[tuple[str, str], Status])

    def set_status(self, channel: str, thread_ts: str, text: str, loading: tuple[str, ...]) -> None:
        """Show a status; the empty text clears it."""
        if text:
            status = Status(channel, thread_ts, text, loading, self.clock())
            self._statuses[channel, thread_ts] = status
        else:
            self.clear(channel, thread_ts)

    def clear(self, channel: str, thread_ts: str) -> bool:
        """Take a status away; whether there was one."""
        return self._statuses.pop((channel, thread_ts), None) is not None

    def statuses(self, channel: str) -> list[Status]:
        """The statuses that stand in a channel now."""
        alive = self.clock() - STATUS_LIFETIME_S
        return [s for s in self._statuses.values() if s.channel == channel and s.at > alive]
