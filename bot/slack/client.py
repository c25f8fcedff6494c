"""How we call Slack: one client, waiting out rate limits, never posting twice by itself."""

from collections.abc import Awaitable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SurfaceError

TIMEOUT_S = 20

KEPT_S = 10.0
"""How long a connection is kept for the next call, in seconds: less than Slack keeps it."""


def open_session() -> aiohttp.ClientSession:
    """Connections that are used again, as many as are needed; without one each call has its own."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_S),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def make_client(
    token: str, base_url: str, session: aiohttp.ClientSession | None = None
) -> AsyncWebClient:
    """A client that repeats a call only after 429, when Slack has certainly not acted on it.

    The default handlers of slack_sdk repeat a post whose connection dropped after Slack took it.
    """
    patience = AsyncRateLimitErrorRetryHandler(max_retry_count=5)
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=TIMEOUT_S,
        retry_handlers=[patience],
        session=session,
    )


def is_slack(url: str) -> bool:
    """Whether a host is Slack's own, and not one that stands in for it."""
    host = urlsplit(url).hostname or ""
    return host == "slack.com" or host.endswith(".slack.com")


_COPY = ": copy the token again from your app's pages at https://api.slack.com/apps"
_WHAT_TO_DO = {
    **dict.fromkeys(("invalid_auth", "not_authed", "token_revoked", "account_inactive"), _COPY),
    "missing_scope": ": install the app again from manifest.yml",
}
"""What an admin does about errors that no other attempt mends."""


class Refused(SurfaceError):
    """Slack answered, and said no; `code` is its error."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}{_WHAT_TO_DO.get(code, '')}")
        self.code = code


async def call(method: str, response: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
    """Await a Web API call and return its body.

    Raises:
        Refused: Slack said no.
        SurfaceError: Slack could not be reached, or gave no sensible answer.
    """
    try:
        body = (await response).data
    except SlackApiError as error:
        raise Refused(method, str(error.response.get("error", "unknown"))) from error
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SurfaceError(f"{method}: {type(error).__name__}") from error
    if not isinstance(body, dict):
        raise SurfaceError(f"{method}: the answer is not JSON")
    return body
