"""The parts of the local Slack, put together."""

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.local_slack.delivery import Deliveries
from bot.local_slack.events import Events
from bot.local_slack.faults import Faults
from bot.local_slack.files import Files
from bot.local_slack.http_transport import HttpTransport
from bot.local_slack.interactions import Interactions
from bot.local_slack.journal import Journal
from bot.local_slack.manifest import Manifest
from bot.local_slack.notices import Notices
from bot.local_slack.persons import Persons
from bot.local_slack.pulse import Pulse
from bot.local_slack.response_urls import ResponseUrls
from bot.local_slack.rooms import Rooms
from bot.local_slack.sessions import Sessions
from bot.local_slack.socket_mode import SocketMode
from bot.local_slack.streams import Streams
from bot.local_slack.transport import Transport
from bot.local_slack.triggers import Triggers
from bot.local_slack.views import Views
from bot.local_slack.web_api import Tokens, WebApi
from bot.local_slack.workspace import Workspace
from bot.local_slack.world import World


@dataclass(frozen=True)
class Options:
    """How strict and how fast the server is."""

    ack_timeout_s: float = 3.0
    retry_delays_s: Sequence[float] = (0, 60, 300)
    rate_limit: bool = False
    clock: Callable[[], float] = time.time


@dataclass
class Line:
    """Where the server is reached, and how it reaches the app; set while it runs."""

    url: str = ""
    http: HttpTransport | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)


class Parts:
    """Everything between the HTTP server and the methods of `LocalSlack`."""

    def __init__(self, workspace: Workspace, manifest: Manifest, options: Options) -> None:
        self.line = Line()
        self.pulse = Pulse()
        self.tokens = Tokens(
            bot=f"xoxb-{secrets.token_hex(12)}",
            app=f"xapp-1-{workspace.app_id}-{secrets.token_hex(12)}",
        )
        self.socket = SocketMode(workspace.app_id, options.ack_timeout_s, self.connection_changed)
        self.deliveries = Deliveries(self._transport, options.retry_delays_s, self.pulse.beat)
        self.world = self._world(workspace, manifest, options)
        self.persons = Persons(self.world)
        self.interactions = Interactions(self.world, self.deliveries)
        self.faults = Faults(self.line.closing, self.pulse.beat)
        self.api = WebApi(self.world, self.tokens, self.faults)

    def _world(self, workspace: Workspace, manifest: Manifest, options: Options) -> World:
        clock = options.clock
        rooms = Rooms(workspace, clock)
        return World(
            workspace=workspace,
            manifest=manifest,
            rooms=rooms,
            events=Events(rooms, manifest, self.deliveries, clock),
            notices=Notices(rooms.may_see, self.pulse.beat),
            journal=Journal(),
            triggers=Triggers(clock),
            response_urls=ResponseUrls(clock, self._url),
            views=Views(workspace),
            sessions=Sessions(clock),
            streams=Streams(clock),
            files=Files(self._url, clock, workspace.team_domain),
            open_socket_url=self._socket_url,
            rate_limit=options.rate_limit,
            clock=clock,
        )

    def connection_changed(self) -> None:
        """Tell pages and tests that the app came or went."""
        self.world.notices.tell("connected")

    @property
    def connected(self) -> bool:
        return self.line.http is not None or self.socket.connections > 0

    def _transport(self) -> Transport:
        return self.line.http or self.socket

    def _url(self) -> str:
        return self.line.url

    def _socket_url(self) -> str:
        query = f"ticket={self.socket.issue_ticket()}&app_id={self.world.workspace.app_id}"
        return f"ws{self.line.url.removeprefix('http')}/link/?{query}"
