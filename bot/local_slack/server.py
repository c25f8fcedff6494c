"""The local Slack: one server on loopback that is Slack to the app and to people."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
from aiohttp import web

from bot.local_slack.answers import handle_response_url
from bot.local_slack.delivery import Deliveries
from bot.local_slack.errors import ApiRefusal, PersonRefusal
from bot.local_slack.events import Events
from bot.local_slack.faults import Fault, Faults
from bot.local_slack.file_transfer import FileTransfer
from bot.local_slack.files import Files
from bot.local_slack.guard import add_headers, guard, is_loopback
from bot.local_slack.http_transport import HttpTransport
from bot.local_slack.interactions import Interactions
from bot.local_slack.journal import Journal
from bot.local_slack.manifest import Manifest
from bot.local_slack.notices import Notices
from bot.local_slack.page_api import PAGE, PageApi, Trace
from bot.local_slack.persons import Persons
from bot.local_slack.pulse import Pulse
from bot.local_slack.records import (
    ApiCall,
    CommandOutcome,
    Delivery,
    Json,
    Message,
    Notification,
)
from bot.local_slack.response_urls import ResponseUrls
from bot.local_slack.rooms import Rooms
from bot.local_slack.sessions import Sessions
from bot.local_slack.socket_mode import SocketMode
from bot.local_slack.streams import Streams
from bot.local_slack.transport import Transport
from bot.local_slack.triggers import Triggers
from bot.local_slack.views import Views
from bot.local_slack.web_api import Tokens, WebApi
from bot.local_slack.workspace import Channel, TourStep, Workspace
from bot.local_slack.world import World

T = TypeVar("T")

MAX_BODY = 16 * 1024 * 1024


class LocalSlack:
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
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{workspace.app_id}-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.url = ""
        self._host, self._port, self._page = host, port, page
        self._ack_timeout_s = ack_timeout_s
        self._pulse = Pulse()
        self._closing = asyncio.Event()
        self._http: HttpTransport | None = None
        self._session: aiohttp.ClientSession | None = None
        self._runner: web.AppRunner | None = None
        self._socket = SocketMode(workspace.app_id, ack_timeout_s, self._connection_changed)
        self._deliveries = Deliveries(self._transport, retry_delays_s, self._pulse.beat)
        self._world = self._make_world(workspace, manifest, clock, rate_limit=rate_limit)
        self._persons = Persons(self._world)
        self._interactions = Interactions(self._world, self._deliveries)
        tokens = Tokens(self.bot_token, self.app_token)
        self._faults = Faults(self._closing)
        self._api = WebApi(self._world, tokens, self._faults)
        self._page_api = PageApi(
            self._world,
            self._persons,
            self._interactions,
            tour=tour,
            trace=trace,
            connected=lambda: self.connected,
        )

    def _make_world(
        self,
        workspace: Workspace,
        manifest: Manifest,
        clock: Callable[[], float],
        *,
        rate_limit: bool,
    ) -> World:
        rooms = Rooms(workspace, clock)
        return World(
            workspace=workspace,
            manifest=manifest,
            rooms=rooms,
            events=Events(rooms, manifest, self._deliveries, clock),
            notices=Notices(rooms.may_see, self._pulse.beat),
            journal=Journal(),
            triggers=Triggers(clock),
            response_urls=ResponseUrls(clock, lambda: self.url),
            views=Views(
                lambda: {
                    "team_id": workspace.team_id,
                    "app_id": workspace.app_id,
                    "bot_id": workspace.bot_id,
                }
            ),
            sessions=Sessions(clock),
            streams=Streams(clock),
            files=Files(lambda: self.url, clock),
            open_socket_url=self._socket_url,
            base_url=lambda: self.url,
            rate_limit=rate_limit,
            clock=clock,
        )

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        app = self._application()
        self._runner = web.AppRunner(
            app, handle_signals=False, access_log=None, shutdown_timeout=1.0
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._world.notices.close()
        await self._socket.close()
        if self._runner is not None:
            await self._runner.cleanup()
        try:
            await self._deliveries.close()
        finally:
            if self._session is not None:
                await self._session.close()

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
        app.on_response_prepare.append(add_headers)
        transfer = FileTransfer(self._world.files, self.bot_token)
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api.handle),
                web.get("/link/", self._socket.connect),
                web.post("/{kind:commands|actions}/{secret}", self._response_url),
                *transfer.routes(),
                *self._page_api.routes(),
                web.get("/", self._index),
            ]
        )
        if self._page.is_dir():
            app.add_routes([web.static("/page", self._page)])
        return app

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        return await handle_response_url(request, self._world)

    async def _index(self, _request: web.Request) -> web.StreamResponse:
        index = self._page / "index.html"
        if not index.is_file():
            return web.json_response({"error": "page_not_found"}, status=404)
        return web.FileResponse(index)

    # -- the app's side ---------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}/api/"

    @property
    def connected(self) -> bool:
        """Whether the app can be reached."""
        return self._http is not None or self._socket.connections > 0

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return self._socket.connections

    def send_events_to(self, request_url: str) -> None:
        """Deliver over signed HTTP to this URL from now on, not over Socket Mode."""
        if self._session is None:
            raise RuntimeError("the local Slack is not running")
        self._http = HttpTransport(
            request_url, self.signing_secret, self._session, self._ack_timeout_s
        )
        self._connection_changed()

    async def verify_request_url(self) -> bool:
        """Send the challenge that Slack sends when a request URL is entered."""
        if self._http is None:
            raise RuntimeError("no request URL was given")
        return await self._http.verify(secrets.token_urlsafe(24))

    async def refresh_connections(self) -> None:
        """Ask the app to reconnect, as Slack does now and then."""
        await self._socket.refresh()

    async def cut_connections(self) -> None:
        """Close every Socket Mode connection without a word."""
        await self._socket.close()

    def _transport(self) -> Transport:
        return self._http or self._socket

    def _socket_url(self) -> str:
        query = f"ticket={self._socket.issue_ticket()}&app_id={self._world.workspace.app_id}"
        return f"ws{self.url.removeprefix('http')}/link/?{query}"

    def _connection_changed(self) -> None:
        self._world.notices.tell("connected")

    # -- people -----------------------------------------------------------------------------

    async def post(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message as a person types it, and return its ts."""
        return self._persons.post(user, channel, text, thread_ts)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        self._persons.edit(user, channel, ts, text)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        self._persons.delete(user, channel, ts)

    async def react(self, user: str, channel: str, ts: str, name: str, *, add: bool = True) -> None:
        """Add a reaction, or take it away."""
        self._persons.react(user, channel, ts, name, add=add)

    async def share_file(
        self,
        user: str,
        channel: str,
        name: str,
        content: bytes,
        *,
        mimetype: str = "application/octet-stream",
        text: str = "",
    ) -> str:
        """Upload a file into a channel and return the ts of its message."""
        return self._persons.share_file(user, channel, name, content, mimetype, text)

    async def join(self, user: str, channel: str, *, inviter: str | None = None) -> None:
        """Enter a channel; also for the bot, whom somebody invites."""
        self._persons.join(user, channel, inviter)

    async def leave(self, user: str, channel: str) -> None:
        """Leave a channel or be removed from it."""
        self._persons.leave(user, channel)

    async def command(
        self, user: str, channel: str, command: str, text: str = ""
    ) -> CommandOutcome:
        """Run a slash command and wait for its acknowledgement."""
        self._persons.room(user, channel)
        return await self._interactions.command(user, channel, command, text)

    async def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: str | None = None,
        *,
        block_id: str | None = None,
    ) -> CommandOutcome:
        """Press a button in a message as that person sees it; a given value is a forgery."""
        message = self._persons.visible(user, channel, ts)
        return await self._interactions.click(user, message, action_id, block_id, value)

    async def click_home(
        self, user: str, action_id: str, value: str | None = None, *, block_id: str | None = None
    ) -> CommandOutcome:
        """Press a button in a person's App Home."""
        view = self._world.views.homes.get(user)
        if view is None:
            raise PersonRefusal("view_not_found")
        return await self._interactions.click_home(user, view, action_id, block_id, value)

    async def open_home(self, user: str) -> Json | None:
        """Open the App Home; the view that stands there at that moment."""
        return self._persons.open_app(user, "home")

    async def open_dm_tab(self, user: str) -> None:
        """Open the app's messages tab."""
        self._persons.open_app(user, "messages")

    async def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press the stop button that Slack shows while an agent works."""
        self._persons.stop(user, channel, thread_ts)

    async def change_context(self, user: str, channel: str) -> None:
        """Look at a channel while the app is open beside it."""
        self._persons.change_context(user, channel)

    async def revoke_tokens(self) -> None:
        """Take the app's tokens away, and tell it so."""
        self._api.revoked = True
        bot = self._world.workspace.bot_user_id
        self._world.events.send(
            "tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}
        )

    # -- for tests --------------------------------------------------------------------------

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
        self._faults.add(method, Fault(error=refusal), times)

    def hang_next(self, method: str, seconds: float, *, after: bool = False) -> None:
        """Let the next call of a method wait, before its effect or after it."""
        self._faults.add(method, Fault(hang_s=seconds, after=after))

    def drop_next(self, method: str) -> None:
        """Cut the connection of the next call of a method once its effect stands."""
        self._faults.add(method, Fault(drop=True))

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call and answer at a response URL, in order."""
        return self._world.journal.calls

    @property
    def unfurled(self) -> list[str]:
        """The URLs that Slack's servers would have fetched."""
        return [unfurl.url for unfurl in self._world.journal.unfurls]

    @property
    def notified(self) -> list[Notification]:
        """The mentions in the app's texts that would have notified people."""
        return self._world.journal.notifications

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that went to the app."""
        return self._deliveries.log

    @property
    def socket_warnings(self) -> list[str]:
        """What the app sent over Socket Mode that Slack would have ignored."""
        return self._socket.warnings

    def messages(self, channel: str, *, viewer: str | None = None) -> list[Message]:
        """A channel's messages, oldest first: those a person sees, or without a viewer all."""
        if viewer is not None and not self._world.rooms.may_see(channel, viewer):
            return []
        return [self._world.settled(m) for m in self._world.rooms.seen_by(channel, viewer)]

    def channel(self, channel: str) -> Channel:
        """A channel as it stands now."""
        return self._world.rooms.channels[channel]

    def home(self, user: str) -> Json | None:
        """The view in a person's App Home."""
        return self._world.views.homes.get(user)

    def modals(self, user: str) -> list[Json]:
        """The modals that are open for a person."""
        views = self._world.views
        return [view for one, view in views.modals.items() if views.owners[one] == user]

    def prompts(self, channel: str) -> list[Json]:
        """The prompts that are suggested in a DM."""
        return self._world.sessions.prompts.get(channel, [])

    def status(self, channel: str, thread_ts: str) -> str:
        """The status line under a thread, "" for none."""
        found = [s for s in self._world.sessions.statuses(channel) if s.thread_ts == thread_ts]
        return found[0].text if found else ""

    def session(self, channel: str, thread_ts: str) -> Json | None:
        """The agent session of a thread: its status and title."""
        return self._world.sessions.states.get((channel, thread_ts))

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """Wait until `predicate` is true and return its value; it is tried after each change.

        Raises:
            TimeoutError: It did not become true; the message tells what the app did last.
        """
        try:
            return await self._pulse.until(predicate, timeout)
        except TimeoutError:
            raise TimeoutError(self._summary(timeout)) from None

    def _summary(self, timeout: float) -> str:
        calls = [f"{c.method} -> {c.error or 'ok'}" for c in self.calls[-8:]]
        sent = [f"{d.type} {'acked' if d.acked else 'open'}" for d in self.deliveries[-8:]]
        return f"not so within {timeout:g} s; last calls: {calls}; last deliveries: {sent}"
