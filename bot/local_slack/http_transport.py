"""The Events API, slash commands and interactivity over signed HTTP."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import aiohttp

from bot.local_slack.records import Json
from bot.local_slack.transport import Ack, Envelope, Retry

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The v0 signature of a request."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpTransport:
    """Posts to one request URL, which must be on loopback; redirects are not followed."""

    def __init__(
        self, url: str, secret: str, session: aiohttp.ClientSession, ack_timeout_s: float
    ) -> None:
        if urlsplit(url).hostname not in _LOOPBACK:
            raise ValueError(f"events go to loopback only, not to {url}")
        self.url = url
        self._secret = secret
        self._session = session
        self._timeout = ack_timeout_s

    async def deliver(self, kind: Envelope, payload: Json, retry: Retry | None) -> Ack:
        body, content_type = _encode(kind, payload)
        headers = self._headers(body, content_type, retry)
        try:
            async with asyncio.timeout(self._timeout):
                return await self._post(body, headers)
        except TimeoutError:
            return Ack(None, failure="http_timeout")
        except aiohttp.ClientError:
            return Ack(None, failure="connection_failed")

    async def verify(self, challenge: str) -> bool:
        """Ask the URL to prove itself, as Slack does when it is entered in the app's settings."""
        payload: Json = {"type": "url_verification", "token": "t", "challenge": challenge}
        ack = await self.deliver("events_api", payload, None)
        return ack.ok and challenge in ack.body

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Ack:
        async with self._session.post(
            self.url, data=body, headers=headers, allow_redirects=False
        ) as response:
            text = await response.text()
            no_retry = response.headers.get("X-Slack-No-Retry") == "1"
            failure = None if 200 <= response.status < 300 else "http_error"
            return Ack(response.status, text, failure, no_retry)

    def _headers(self, body: bytes, content_type: str, retry: Retry | None) -> dict[str, str]:
        # The app checks the timestamp against its own clock, so it is never the test's.
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
        }
        if retry:
            headers["X-Slack-Retry-Num"] = str(retry.num)
            headers["X-Slack-Retry-Reason"] = retry.reason
        return headers


def _encode(kind: Envelope, payload: Json) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    match kind:
        case "events_api":
            return json.dumps(payload).encode(), "application/json"
        case "slash_commands":
            return urlencode(payload).encode(), form
        case "interactive":
            return urlencode({"payload": json.dumps(payload)}).encode(), form
