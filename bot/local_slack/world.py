"""Everything a Web API method may touch, and what it is called with."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.local_slack.arguments import Arg
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.events import Events
from bot.local_slack.files import Files
from bot.local_slack.journal import Journal
from bot.local_slack.manifest import SCOPE_PREFIX, Manifest
from bot.local_slack.notices import Notices
from bot.local_slack.records import Json, Message
from bot.local_slack.response_urls import ResponseUrls
from bot.local_slack.rooms import Rooms
from bot.local_slack.sessions import Sessions
from bot.local_slack.streams import Streams
from bot.local_slack.triggers import Triggers
from bot.local_slack.views import Views
from bot.local_slack.workspace import Channel, User, Workspace

TokenKind = Literal["bot", "app"]


@dataclass
class World:
    """The state of the local Slack, each part the owner of its own."""

    workspace: Workspace
    manifest: Manifest
    rooms: Rooms
    events: Events
    notices: Notices
    journal: Journal
    triggers: Triggers
    response_urls: ResponseUrls
    views: Views
    sessions: Sessions
    streams: Streams
    files: Files
    open_socket_url: Callable[[], str]
    rate_limit: bool = False
    clock: Callable[[], float] = time.time
    last_post: dict[str, float] = field(default_factory=dict[str, float])

    def settled(self, message: Message) -> Message:
        """A message as it stands now: a stream ends by itself, and nothing says so."""
        if message.streaming and not self.streams.is_open(message.channel, message.ts):
            return message.model_copy(update={"streaming": False})
        return message


@dataclass
class Call:
    """One call of a method: its arguments, read and converted, and the world it acts on."""

    world: World
    method: str
    args: Mapping[str, Any]
    warnings: list[str] = field(default_factory=list[str])

    def string(self, name: str) -> str:
        return str(self.args[name])

    def maybe(self, name: str) -> str | None:
        value = self.args.get(name)
        return None if value is None else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.args.get(name, default))

    def warn(self, text: str) -> None:
        """Note what Slack would do, or not do, without telling the app."""
        self.warnings.append(text)

    def need(self, *scopes: str) -> None:
        """Refuse the call unless one of the scopes is granted.

        Raises:
            ApiRefusal: `missing_scope`.
        """
        granted = self.world.manifest.scopes
        if scopes and not any(scope in granted for scope in scopes):
            extra = {"needed": scopes[0], "provided": ",".join(granted)}
            raise ApiRefusal("missing_scope", extra=extra)

    def channel(self, name: str = "channel", *, member: bool = True) -> Channel:
        """The channel of an argument, as far as the bot may know of it.

        Raises:
            ApiRefusal: `channel_not_found`, or `not_in_channel` where the bot must be a member.
        """
        rooms = self.world.rooms
        channel = rooms.channels.get(self.string(name))
        if channel is None:
            raise ApiRefusal("channel_not_found")
        if rooms.is_member(channel.id, self.world.workspace.bot_user_id):
            return channel
        if channel.kind != "channel":
            raise ApiRefusal("channel_not_found")
        if member:
            raise ApiRefusal("not_in_channel")
        return channel

    def need_for(self, channel: Channel, verb: str) -> None:
        """Refuse unless e.g. `groups:history` is granted for a private channel's history."""
        self.need(f"{SCOPE_PREFIX[channel.kind]}:{verb}")

    def user(self, name: str = "user") -> User:
        """The person of an argument; raises `user_not_found`."""
        person = self.world.rooms.people.get(self.string(name))
        if person is None:
            raise ApiRefusal("user_not_found")
        return person

    def thread(self, channel: Channel, name: str = "thread_ts") -> str | None:
        """The root of the thread an argument names; raises `thread_not_found`."""
        ts = self.maybe(name)
        if ts is None:
            return None
        root = self.world.rooms.find(channel.id, ts)
        if root is None or root.ephemeral or root.is_reply:
            raise ApiRefusal("thread_not_found")
        return ts

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """The message of an argument; raises `message_not_found`."""
        message = self.world.rooms.find(channel.id, self.string(name))
        if message is None or message.ephemeral or message.deleted:
            raise ApiRefusal("message_not_found")
        return message


@dataclass(frozen=True)
class Method:
    """A Web API method: `scopes` are alternatives, any one of them is enough."""

    name: str
    run: Callable[[Call], Json]
    args: Mapping[str, Arg] = field(default_factory=dict[str, Arg])
    scopes: tuple[str, ...] = ()
    token: TokenKind = "bot"  # noqa: S105 - the kind of a token
