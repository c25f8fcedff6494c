"""Trigger ids: a person just acted, so the app may open a view for three seconds."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.local_slack.errors import ApiRefusal

LIFETIME_S: Final = 3.0


@dataclass
class _Trigger:
    user: str
    at: float
    used: bool = False


@dataclass
class Triggers:
    """Issued trigger ids."""

    clock: Callable[[], float]
    _issued: dict[str, _Trigger] = field(default_factory=dict[str, _Trigger])
    _commands: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def of_command(self, channel: str, user: str) -> str:
        """A new trigger id, remembered as that of the person's last command in the channel."""
        self._commands[channel, user] = self.issue(user)
        return self._commands[channel, user]

    def last_command(self, channel: str, user: str) -> str | None:
        """What an ephemeral message of the app most likely answers."""
        return self._commands.get((channel, user))

    def issue(self, user: str) -> str:
        trigger_id = (
            f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        )
        self._issued[trigger_id] = _Trigger(user, self.clock())
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """Use a trigger id once and return whose it is.

        Raises:
            ApiRefusal: It is unknown, older than three seconds or used.
        """
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise ApiRefusal("invalid_trigger_id")
        if self.clock() - trigger.at > LIFETIME_S:
            raise ApiRefusal("expired_trigger_id")
        if trigger.used:
            raise ApiRefusal("exchanged_trigger_id")
        trigger.used = True
        return trigger.user
