"""Serve Slack: over HTTP, or over Socket Mode."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import WSMessage, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SettingsError, SurfaceError
from bot.serving import stop_serving
from bot.slack.client import Refused, call, make_client
from bot.slack.edge import Edge
from bot.slack.surface import SlackSurface

PATH = "/slack/events"
LARGEST_BODY = 2 * 1024 * 1024
_UNREADABLE = (ValueError, AttributeError, TypeError, RecursionError)
"""What Bolt raises where a body is no JSON, or no object; nobody has signed it yet."""

RECONNECT_S = (1.0, 2.0, 5.0, 15.0, 60.0)

Ready = Callable[[], list[str]]
"""What still keeps the bot from answering; empty when it can."""


def make_app(client: AsyncWebClient, edge: Edge, signing_secret: str) -> AsyncApp:
    """Bolt with one listener: the edge, ahead of everything but the check of the signature."""
    return AsyncApp(
        name="slack_bolt",  # Bolt sets the level of the logger of this name; ours is `sluice`
        client=client,
        signing_secret=signing_secret,
        before_authorize=_Door(edge),
        # Bolt gives loggers of its own the root's level, and then ours for it would not count.
        logger=logging.getLogger("slack_bolt"),
    )


class _Door(AsyncMiddleware):
    """Hands the edge a body as it came.

    A plain function would get its arguments by their names, and to find those Bolt reads the body
    as one that Slack sends: it raises where `actions` is empty or `event` is null.
    """

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's own signature
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse | None:
        """Take the body, or let Bolt go on."""
        return await self._edge.take(req.body, next)


@asynccontextmanager
async def serve_http(app: AsyncApp, port: int, waiting_for: Ready) -> AsyncGenerator[int]:
    """Take events at `POST /slack/events`, and say how we are at `/healthz` and `/readyz`.

    Yields:
        The port, which is another one than asked for if that was 0.

    Raises:
        SettingsError: Something else listens on the port.
    """

    async def events(request: web.Request) -> web.StreamResponse:
        try:
            bolt_request = await to_bolt_request(request)
        except _UNREADABLE as error:
            log.warning("event.unreadable", reason=type(error).__name__)
            return web.Response(status=400, text="the body is not what its content type says")
        return await to_aiohttp_response(await app.async_dispatch(bolt_request))

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readiness(_: web.Request) -> web.Response:
        missing = waiting_for()
        return web.json_response(
            {"ready": not missing, "waiting_for": missing}, status=503 if missing else 200
        )

    server = web.Application(client_max_size=LARGEST_BODY)
    server.add_routes(
        [web.post(PATH, events), web.get("/healthz", health), web.get("/readyz", readiness)]
    )
    runner = web.AppRunner(server, access_log=None, handle_signals=False)
    await runner.setup()
    try:
        # One address family: with port 0, two would get a port each.
        site = web.TCPSite(runner, host="0.0.0.0", port=port)  # noqa: S104 - Slack comes in
        try:
            await site.start()
        except OSError as error:
            problem = f"SLUICE_PORT: port {port} cannot be used ({error.strerror}): set another"
            raise SettingsError([problem]) from error
        taken: int = runner.addresses[0][1]
        log.info("slack.listening", mode="http", port=taken)
        yield taken
    finally:
        await stop_serving(runner)


class Line(Protocol):
    """Is told how it stands with the connection over which events come."""

    def cut(self) -> None: ...
    def connected(self) -> None: ...


@asynccontextmanager
async def serve_socket(
    app: AsyncApp, app_token: str, base_url: str, line: Line
) -> AsyncGenerator[None]:
    """Take events over Socket Mode; the client reconnects by itself, and `line` hears of it.

    Raises:
        Refused: Slack does not take our app token. The client would try for ever.
    """
    # The second client: without it, the handler dials slack.com whatever the base URL says.
    own_client = make_client(app_token, base_url)
    await _prove(own_client, app_token)
    handler = AsyncSocketModeHandler(app, app_token, web_client=own_client)
    _tell(line, handler.client)
    try:
        await handler.connect_async()
        log.info("slack.listening", mode="socket")
        yield
    finally:
        await handler.close_async()


def _tell(line: Line, client: SocketModeClient) -> None:
    async def heard(message: WSMessage) -> None:
        if isinstance(message.data, str) and '"hello"' in message.data[:200]:
            line.connected()

    async def lost(_: WSMessage) -> None:
        line.cut()

    client.on_message_listeners.append(heard)
    client.on_close_listeners.append(lost)


async def _prove(client: AsyncWebClient, app_token: str) -> None:
    try:
        await call("apps.connections.open", client.apps_connections_open(app_token=app_token))
    except Refused:
        raise
    except SurfaceError as error:
        log.error("slack.unreachable", error)  # the handler goes on trying


async def introduce(surface: SlackSurface) -> None:
    """Learn who we are, patiently.

    Raises:
        Refused: Slack does not take our token; waiting would not help.
    """
    for attempt in range(1_000_000):
        try:
            return await surface.connect()
        except Refused:
            raise
        except SurfaceError as error:
            log.error("slack.unreachable", error)
        await asyncio.sleep(RECONNECT_S[min(attempt, len(RECONNECT_S) - 1)])
