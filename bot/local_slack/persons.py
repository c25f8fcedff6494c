"""What people do: write, edit, delete, react, join, leave, open the app."""

from typing import Any
from uuid import uuid4

from bot.local_slack.errors import PersonRefusal
from bot.local_slack.limits import TEXT
from bot.local_slack.methods.people import with_reaction
from bot.local_slack.posting import withdraw
from bot.local_slack.records import Edited, Json, Message
from bot.local_slack.typed import as_sent
from bot.local_slack.workspace import Channel
from bot.local_slack.world import World


class Persons:
    """A person's hands. Every refusal is one that Slack's own client makes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rooms = world.rooms

    def post(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message and return its ts."""
        self.room(user, channel)
        sent = as_sent(text, self._world.workspace)[:TEXT]
        if not sent.strip():
            raise PersonRefusal("no_text")
        return self._posted(self._draft(user, channel, sent, thread_ts)).ts

    def wrote(self, user: str, channel: str, text: str, at: float, thread_ts: str | None) -> str:
        """Put a message of an earlier time in its place, without telling the app."""
        self.room(user, channel)
        sent = as_sent(text, self._world.workspace)[:TEXT]
        past = Message(channel=channel, ts=f"{at:.6f}", thread_ts=thread_ts, user=user, text=sent)
        return self._rooms.put_past(past).ts

    def _draft(self, user: str, channel: str, text: str, thread_ts: str | None) -> Message:
        if thread_ts is not None:
            thread_ts = self._root(channel, thread_ts)
        return Message(
            channel=channel,
            ts=self._rooms.new_ts(),
            thread_ts=thread_ts,
            user=user,
            text=text,
            client_msg_id=str(uuid4()),
        )

    def _root(self, channel: str, thread_ts: str) -> str:
        root = self._rooms.find(channel, thread_ts)
        if root is None or root.ephemeral:
            raise PersonRefusal("thread_not_found", thread_ts)
        return root.root

    def _posted(self, message: Message) -> Message:
        self._rooms.put(message)
        self._world.events.posted(message)
        self._world.notices.tell("message", message.channel, message.ts)
        return message

    def share_file(
        self, user: str, channel: str, name: str, content: bytes, mimetype: str, text: str
    ) -> str:
        """Upload a file with an optional text, as one message of subtype file_share."""
        self.room(user, channel)
        file = self._world.files.new(name, len(content), user)
        file.content, file.mimetype, file.complete = content, mimetype, True
        file.channels.append(channel)
        draft = self._draft(user, channel, as_sent(text, self._world.workspace), None)
        shown: dict[str, Any] = {"subtype": "file_share", "files": (self._world.files.shown(file),)}
        message = self._posted(draft.model_copy(update=shown))
        self._world.events.file_shared(file.id, user, channel)
        return message.ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        before = self._own(user, channel, ts)
        sent = as_sent(text, self._world.workspace)[:TEXT]
        if not sent.strip():
            raise PersonRefusal("no_text")
        edited = Edited(user=user, ts=self._rooms.new_ts())
        after = self._rooms.put(before.model_copy(update={"text": sent, "edited": edited}))
        self._world.events.changed(before, after)
        self._world.notices.tell("update", channel, ts)

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        withdraw(self._world, self._own(user, channel, ts))

    def react(self, user: str, channel: str, ts: str, name: str, *, add: bool = True) -> None:
        """Add or take away a reaction."""
        self.room(user, channel)
        message = self.visible(user, channel, ts)
        if any(r.name == name and user in r.users for r in message.reactions) == add:
            raise PersonRefusal("already_reacted" if add else "no_reaction")
        reactions = with_reaction(message, name, user, add=add)
        self._rooms.put(message.model_copy(update={"reactions": reactions}))
        event = "reaction_added" if add else "reaction_removed"
        self._world.events.reaction(event, user, message, name)
        self._world.notices.tell("update", channel, ts)

    def join(self, user: str, channel: str, inviter: str | None = None) -> None:
        """Enter a channel; `user` may be the bot, whom a person invites."""
        members = self._channel(channel).members
        if user in members:
            raise PersonRefusal("already_in_channel")
        self._rooms.set_members(channel, (*members, user))
        self._world.events.membership("member_joined_channel", user, channel, inviter)
        self._world.notices.tell("update", channel)

    def leave(self, user: str, channel: str) -> None:
        """Leave a channel, or be removed from it."""
        members = self._channel(channel).members
        if user not in members:
            raise PersonRefusal("not_in_channel")
        self._world.events.membership("member_left_channel", user, channel, None)
        self._rooms.set_members(channel, [member for member in members if member != user])
        self._world.notices.tell("update", channel)

    def open_app(self, user: str, tab: str) -> Json | None:
        """Open the app's home or messages tab; the view that stands there now."""
        self._person(user)
        view = self._world.views.homes.get(user)
        dm = self._rooms.dm_of(user) or self._rooms.add(
            Channel(id=f"D{user[1:]}", kind="im", user=user)
        )
        self._world.events.home_opened(user, tab, dm.id, view)
        return view

    def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press the native stop button of an agent's thread."""
        self.room(user, channel)
        thread = {thread_ts, *(m.ts for m in self._rooms.replies(channel, thread_ts))}
        stopped = self._world.streams.stop_by_user(channel, thread)
        for ts in stopped:
            self._close_stream(channel, ts)
        event: Json = {"type": "agent_session_stopped", "channel": channel, "user": user}
        event |= {"thread_ts": thread_ts, "streaming_message_ts": stopped}
        self._world.events.send("agent_session_stopped", event)

    def _close_stream(self, channel: str, ts: str) -> None:
        if message := self._rooms.find(channel, ts):
            self._rooms.put(message.model_copy(update={"streaming": False}))
            self._world.notices.tell("update", channel, ts)

    def change_context(self, user: str, channel: str) -> None:
        """Look at a channel while the app is open beside it."""
        team = self._world.workspace.team_id
        entity = {"type": "slack#/types/channel_id", "value": channel, "team_id": team}
        dm = self._rooms.dm_of(user)
        event: Json = {"type": "app_context_changed", "user": user}
        event |= {"channel": dm.id if dm else "", "context": {"entities": [entity]}}
        self._world.events.send("app_context_changed", event)

    def visible(self, user: str, channel: str, ts: str) -> Message:
        """A message as this person sees it; raises `message_not_found`."""
        self._channel(channel)
        message = self._rooms.find(channel, ts)
        seen = self._rooms.may_see(channel, user) and message is not None
        if message is None or not seen or message.visible_to not in (None, user) or message.deleted:
            raise PersonRefusal("message_not_found", ts)
        return message

    def room(self, user: str, channel: str) -> Channel:
        """A channel that this person may act in."""
        self._person(user)
        room = self._channel(channel)
        if user not in room.members:
            raise PersonRefusal("not_in_channel")
        home = self._world.manifest.features.app_home
        if room.kind == "im" and not home.messages_tab_enabled:
            raise PersonRefusal("messages_tab_disabled")
        if room.kind == "im" and home.messages_tab_read_only_enabled:
            raise PersonRefusal("messages_tab_read_only")
        return room

    def _person(self, user: str) -> None:
        if user not in self._rooms.people:
            raise PersonRefusal("user_not_found", user)

    def _channel(self, channel: str) -> Channel:
        if channel not in self._rooms.channels:
            raise PersonRefusal("channel_not_found", channel)
        return self._rooms.channels[channel]

    def _own(self, user: str, channel: str, ts: str) -> Message:
        message = self.visible(user, channel, ts)
        if message.user != user:
            raise PersonRefusal("cant_update_message")
        return message
