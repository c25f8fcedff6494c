"""Which events go out, and in what wrapping."""

import secrets
import time
from collections.abc import Callable

from bot.local_slack.delivery import Deliveries
from bot.local_slack.manifest import MESSAGE_EVENT, SCOPE_PREFIX, Manifest
from bot.local_slack.payloads import changed_event, deleted_event, mention_event, message_event
from bot.local_slack.records import Json, Message
from bot.local_slack.rooms import Rooms


class Events:
    """Tells the app what happened: only what it subscribed to, may read and is a member of."""

    def __init__(
        self,
        rooms: Rooms,
        manifest: Manifest,
        deliveries: Deliveries,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rooms = rooms
        self._workspace = rooms.workspace
        self._manifest = manifest
        self._deliveries = deliveries
        self._clock = clock

    def posted(self, message: Message) -> None:
        """A message was posted: its event, and the app_mention twin where the bot is named."""
        self._in_channel(message.channel, message_event(message, self._rooms))
        if self._mentions_bot(message):
            self._mention(mention_event(message, self._rooms, message.ts), message.channel)

    def changed(self, before: Message, after: Message) -> None:
        """A message was edited; an edit that mentions the bot sets off another app_mention."""
        event_ts = self._rooms.new_ts()
        self._in_channel(after.channel, changed_event(before, after, self._rooms, event_ts))
        if after.edited and self._mentions_bot(after):
            self._mention(mention_event(after, self._rooms, event_ts), after.channel)

    def deleted(self, message: Message) -> None:
        event = deleted_event(message, self._rooms, self._rooms.new_ts())
        self._in_channel(message.channel, event)

    def home_opened(self, user: str, tab: str, channel: str, view: Json | None) -> None:
        event: Json = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
        if tab == "home" and view is not None:
            event["view"] = view
        self.send("app_home_opened", event)

    def membership(self, name: str, user: str, channel: str, inviter: str | None) -> None:
        """`name` is member_joined_channel or member_left_channel."""
        room = self._rooms.channels[channel]
        letter = "C" if room.kind == "channel" else "G"
        event: Json = {"type": name, "user": user, "channel": channel, "channel_type": letter}
        event |= {"team": self._workspace.team_id} | ({"inviter": inviter} if inviter else {})
        if f"{SCOPE_PREFIX[room.kind]}:read" in self._manifest.scopes:
            self._if_member(name, event, channel)

    def reaction(self, name: str, user: str, message: Message, reaction: str) -> None:
        """`name` is reaction_added or reaction_removed."""
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event: Json = {"type": name, "user": user, "reaction": reaction, "item": item}
        self._if_member(name, event | {"item_user": message.user}, message.channel)

    def file_shared(self, file_id: str, user: str, channel: str) -> None:
        event: Json = {"type": "file_shared", "file_id": file_id, "user_id": user}
        self._if_member(
            "file_shared", event | {"file": {"id": file_id}, "channel_id": channel}, channel
        )

    def send(self, name: str, event: Json) -> None:
        """Send an event of no channel in particular, if the manifest lets it out."""
        if not self._manifest.sends(name):
            return
        event.setdefault("event_ts", self._rooms.new_ts())
        event_id = f"Ev{secrets.token_hex(5).upper()}"
        self._deliveries.send(event_id, name, self._wrapped(event_id, event))

    def _in_channel(self, channel: str, event: Json) -> None:
        kind = self._rooms.channels[channel].kind
        self._if_member(MESSAGE_EVENT[kind], event, channel)

    def _mention(self, event: Json, channel: str) -> None:
        # A direct message to the bot is no mention of it.
        if self._rooms.channels[channel].kind in ("channel", "private"):
            self._if_member("app_mention", event, channel)

    def _if_member(self, name: str, event: Json, channel: str) -> None:
        if self._rooms.is_member(channel, self._workspace.bot_user_id):
            self.send(name, event)

    def _mentions_bot(self, message: Message) -> bool:
        if message.bot_id == self._workspace.bot_id:
            return False
        bot = self._workspace.bot_user_id
        return f"<@{bot}>" in message.text or f"<@{bot}|" in message.text

    def _wrapped(self, event_id: str, event: Json) -> Json:
        team, channel = self._workspace.team_id, event.get("channel")
        room = self._rooms.channels.get(channel) if isinstance(channel, str) else None
        authorization: Json = {
            "enterprise_id": None,
            "team_id": team,
            "user_id": self._workspace.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": "verification-token",
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": self._workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(self._clock()),
            "authorizations": [authorization],
            "is_ext_shared_channel": bool(room and room.is_ext_shared),
            "event_context": f"4-{secrets.token_urlsafe(24)}",
        }
