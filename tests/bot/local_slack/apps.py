"""Apps at the other end: the real slack_bolt, and a bare one that answers what a test says."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack import LocalSlack
from bot.serving import stop_serving
from tests.bot.local_slack.conftest import client_of

BUTTON: dict[str, Any] = {
    "type": "button",
    "action_id": "go",
    "value": "1",
    "text": {"type": "plain_text", "text": "Go"},
}


def bolt_app(slack: LocalSlack) -> AsyncApp:
    return AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)


@asynccontextmanager
async def over_socket(slack: LocalSlack, app: AsyncApp) -> AsyncGenerator[AsyncSocketModeHandler]:
    """A Bolt app that is connected over Socket Mode."""
    dialling = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=dialling, ping_interval=0.2)
    before = slack.connections
    await handler.connect_async()
    try:
        await slack.wait_for(lambda: slack.connections > before)
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def served(application: web.Application) -> AsyncGenerator[str]:
    """An application on a free port; its address."""
    runner = web.AppRunner(application, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await stop_serving(runner)


@asynccontextmanager
async def over_http(slack: LocalSlack, app: AsyncApp) -> AsyncGenerator[None]:
    """A Bolt app that gets signed HTTP requests."""
    async with served(app.web_app()) as address:
        slack.send_events_to(f"{address}/slack/events")
        yield


@dataclass
class Bare:
    """An app that keeps each request and answers as told, 200 by default."""

    answers: list[Callable[[], web.Response]] = field(
        default_factory=list[Callable[[], web.Response]]
    )
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: list[str] = field(default_factory=list[str])
    hold: asyncio.Event | None = None

    async def handle(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        self.bodies.append(await request.text())
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.pop(0)() if self.answers else web.Response()

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]

    def form(self, index: int = -1) -> dict[str, str]:
        parsed = parse_qs(self.bodies[index], keep_blank_values=True)
        return {key: values[0] for key, values in parsed.items()}


@asynccontextmanager
async def bare(slack: LocalSlack, *answers: Callable[[], web.Response]) -> AsyncGenerator[Bare]:
    """A bare app behind the request URL."""
    app, application = Bare(answers=list(answers)), web.Application()
    application.add_routes([web.post("/slack/events", app.handle)])
    async with served(application) as address:
        slack.send_events_to(f"{address}/slack/events")
        yield app
        if app.hold is not None:
            app.hold.set()


def status(code: int, **headers: str) -> Callable[[], web.Response]:
    return lambda: web.Response(
        status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


@asynccontextmanager
async def raw_socket(slack: LocalSlack) -> AsyncGenerator[aiohttp.ClientWebSocketResponse]:
    """A bare Socket Mode connection that has read its hello."""
    client = client_of(slack, slack.app_token)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        yield socket
