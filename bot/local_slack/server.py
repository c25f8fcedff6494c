"""The local Slack: one server on loopback that is Slack to the app and to people."""

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self

import aiohttp
from aiohttp import web

from bot.local_slack.answers import handle_response_url
from bot.local_slack.control import Control
from bot.local_slack.file_transfer import FileTransfer
from bot.local_slack.guard import add_headers, guard, is_loopback
from bot.local_slack.http_transport import HttpTransport
from bot.local_slack.manifest import Manifest
from bot.local_slack.page_api import PAGE, PageApi, Trace
from bot.local_slack.parts import Options, Parts
from bot.local_slack.people_side import PeopleSide
from bot.local_slack.workspace import TourStep, Workspace
from bot.serving import stop_serving

MAX_BODY: Final = 16 * 1024 * 1024
MAX_LINE: Final = 256 * 1024
"""Bytes of a request line: slack_sdk sends the blocks of blocks.validate in the query."""


class LocalSlack(PeopleSide, Control):
    """A Slack on loopback, stricter than Slack in what it refuses.

    Use it as an async context manager. People act through its methods; the app connects to
    `api_url` with `bot_token` and `app_token`, and gets events over Socket Mode or, after
    `send_events_to`, over signed HTTP.

    Args:
        workspace: Who and what is there at the start.
        manifest: What the app may do and is told.
        host: A loopback address to listen on.
        port: The port, 0 for a free one.
        ack_timeout_s: Seconds that the app has to acknowledge.
        retry_delays_s: Seconds before each retry of an event that was not acknowledged.
        tour: Suggestions for the demo page.
        trace: Tells the page what happened to a message.
        rate_limit: Refuse more than one chat.postMessage a second and channel.
        clock: Seconds since the epoch, by which timestamps are made and things expire.
        page: The folder of the web page.
    """

    def __init__(
        self,
        workspace: Workspace,
        manifest: Manifest,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        ack_timeout_s: float = 3.0,
        retry_delays_s: Sequence[float] = (0, 60, 300),
        tour: Sequence[TourStep] = (),
        trace: Trace | None = None,
        rate_limit: bool = False,
        clock: Callable[[], float] = time.time,
        page: Path = PAGE,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"the local Slack listens on loopback only, not on {host}")
        options = Options(ack_timeout_s, retry_delays_s, rate_limit, clock)
        parts = Parts(workspace, manifest, options)
        PeopleSide.__init__(self, parts)
        Control.__init__(self, parts)
        self.signing_secret = secrets.token_hex(16)
        self._options = options
        self._host, self._port = host, port
        self._page_api = PageApi(parts, tour=tour, trace=trace, page=page)
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(
            self._application(),
            handle_signals=False,
            access_log=None,
            shutdown_timeout=1.0,
            max_line_size=MAX_LINE,
        )
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self.__aexit__(None, None, None)
            raise
        host, port = self._runner.addresses[0][:2]
        self._parts.line.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._parts.line.closing.set()
        self._parts.world.notices.close()
        await self._parts.socket.close()
        if self._runner is not None:
            await stop_serving(self._runner)
        try:
            await self._parts.deliveries.close()
        finally:
            if self._session is not None:
                await self._session.close()

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
        app.on_response_prepare.append(add_headers)
        transfer = FileTransfer(self._parts.world.files, self.bot_token)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._parts.api.handle),
                web.get("/link/", self._parts.socket.connect),
                web.post("/{kind:commands|actions}/{secret}", self._response_url),
                *transfer.routes(),
                *self._page_api.routes(),
            ]
        )
        return app

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        return await handle_response_url(request, self._parts.world)

    @property
    def url(self) -> str:
        """The address of the page, without a slash at its end."""
        return self._parts.line.url

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        """The token for the Web API."""
        return self._parts.tokens.bot

    @property
    def app_token(self) -> str:
        """The token for Socket Mode."""
        return self._parts.tokens.app

    @property
    def connected(self) -> bool:
        """Whether the app can be reached."""
        return self._parts.connected

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return self._parts.socket.connections

    def send_events_to(self, request_url: str) -> None:
        """Deliver over signed HTTP to this URL from now on, not over Socket Mode.

        Raises:
            ValueError: The URL is not on loopback.
        """
        if self._session is None:
            raise RuntimeError("the local Slack is not running")
        self._parts.line.http = HttpTransport(
            request_url, self.signing_secret, self._session, self._options.ack_timeout_s
        )
        self._parts.connection_changed()

    async def verify_request_url(self) -> bool:
        """Send the challenge that Slack sends when a request URL is entered."""
        if self._parts.line.http is None:
            raise RuntimeError("no request URL was given")
        return await self._parts.line.http.verify(secrets.token_urlsafe(24))

    async def refresh_connections(self) -> None:
        """Ask the app to reconnect, as Slack does now and then."""
        await self._parts.socket.refresh()

    async def cut_connections(self) -> None:
        """Close every Socket Mode connection without a word."""
        await self._parts.socket.close()
