"""Response URLs: five answers within thirty minutes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.local_slack.errors import ApiRefusal

USES: Final = 5
LIFETIME_S: Final = 30 * 60.0


@dataclass
class ResponseUrl:
    """Where an answer goes; `source_ts` is the message that a click was made in."""

    channel: str
    user: str
    trigger_id: str
    at: float
    source_ts: str | None = None
    uses: int = 0


@dataclass
class ResponseUrls:
    """Issued response URLs, by their secret path."""

    clock: Callable[[], float]
    base_url: Callable[[], str]
    _issued: dict[str, ResponseUrl] = field(default_factory=dict[str, ResponseUrl])

    def issue(
        self, kind: str, channel: str, user: str, trigger_id: str, source_ts: str | None = None
    ) -> str:
        """A new URL; `kind` is "commands" or "actions", as in Slack's own."""
        secret = secrets.token_urlsafe(18)
        self._issued[secret] = ResponseUrl(channel, user, trigger_id, self.clock(), source_ts)
        return f"{self.base_url()}/{kind}/{secret}"

    def use(self, secret: str) -> ResponseUrl:
        """Count one use.

        Raises:
            ApiRefusal: With status 404: it is unknown, expired or used up.
        """
        issued = self._issued.get(secret)
        if issued is None:
            raise ApiRefusal("invalid_url", status=404)
        if self.clock() - issued.at > LIFETIME_S:
            raise ApiRefusal("expired_url", status=404)
        if issued.uses >= USES:
            raise ApiRefusal("used_url", status=404)
        issued.uses += 1
        return issued
