"""Who is in which channel, and what stands there."""

from collections.abc import Callable, Iterable, Iterator

from bot.local_slack.records import Message
from bot.local_slack.workspace import Channel, User, UserGroup, Workspace


class Rooms:
    """The channels of a workspace with their members and messages, oldest message first."""

    def __init__(self, workspace: Workspace, clock: Callable[[], float]) -> None:
        self.workspace = workspace
        self.people: dict[str, User] = {user.id: user for user in workspace.users}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, UserGroup] = {group.id: group for group in workspace.groups}
        self._clock = clock
        self._last_ts = 0
        self._messages: dict[str, dict[str, Message]] = {}
        self._threads: dict[tuple[str, str], dict[str, None]] = {}
        for channel in workspace.channels:
            self.add(channel)

    def add(self, channel: Channel) -> Channel:
        """Open a channel; in a DM both ends are members whatever its list says."""
        if channel.kind == "im" and channel.user is not None:
            members = (channel.user, self.workspace.bot_user_id)
            channel = channel.model_copy(update={"members": members})
        self.channels[channel.id] = channel
        self._messages.setdefault(channel.id, {})
        return channel

    def new_ts(self) -> str:
        """A ts that no message has yet: the clock's time, moved on where it stands still."""
        self._last_ts = max(self._last_ts + 1, int(self._clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def dm_of(self, user: str) -> Channel | None:
        """The DM between a person and the bot."""
        return next((c for c in self.channels.values() if c.user == user), None)

    def set_members(self, channel: str, members: Iterable[str]) -> None:
        room = self.channels[channel]
        self.channels[channel] = room.model_copy(update={"members": tuple(members)})

    def set_group(self, group: str, members: Iterable[str]) -> None:
        self.groups[group] = self.groups[group].model_copy(update={"members": tuple(members)})

    def is_member(self, channel: str, user: str) -> bool:
        return user in self.channels[channel].members

    def may_see(self, channel: str, viewer: str) -> bool:
        """A member sees a channel; a public one, everyone but guests and strangers."""
        room, person = self.channels[channel], self.people.get(viewer)
        if viewer in room.members:
            return True
        if person is None or person.is_guest or person.is_stranger:
            return False
        return room.kind == "channel"

    def put(self, message: Message) -> Message:
        """Add a message or replace the one with its ts."""
        self._messages[message.channel][message.ts] = message
        if message.is_reply:
            self._threads.setdefault((message.channel, message.root), {})[message.ts] = None
        return message

    def put_past(self, message: Message) -> Message:
        """Add a message of an earlier time, the newest so far of its channel.

        Raises:
            ValueError: There is a newer one, or its time has not come.
        """
        newest = next(reversed(self._messages[message.channel]), "0")
        if not float(newest) < float(message.ts) <= self._clock():
            raise ValueError(f"{message.ts}: after {newest} and before now")
        return self.put(message)

    def remove(self, message: Message) -> None:
        del self._messages[message.channel][message.ts]
        self._threads.get((message.channel, message.root), {}).pop(message.ts, None)

    def find(self, channel: str, ts: str) -> Message | None:
        """A message by its ts, ephemeral ones included."""
        return self._messages.get(channel, {}).get(ts)

    def posted(self, channel: str) -> Iterator[Message]:
        """The messages that everyone in the channel sees, tombstones included."""
        return (m for m in self._messages[channel].values() if not m.ephemeral)

    def seen_by(self, channel: str, viewer: str | None) -> list[Message]:
        """What a person sees in a channel, or with None everything there is."""
        messages = self._messages[channel].values()
        return [m for m in messages if viewer is None or m.visible_to in (None, viewer)]

    def replies(self, channel: str, root: str) -> list[Message]:
        messages = self._messages[channel]
        thread = (messages[ts] for ts in self._threads.get((channel, root), {}))
        return [m for m in thread if not m.ephemeral]
