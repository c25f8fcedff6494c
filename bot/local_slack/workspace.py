"""The people and channels of a workspace, as they are before anything happens."""

import zlib
from collections.abc import Iterable
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["channel", "private", "im", "mpim"]

_COLORS = ("4a154b", "1264a3", "2bac76", "c05621", "b83280", "2c7a7b", "975a16", "5a67d8")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _real_name(data: dict[str, Any]) -> str:
    return str(data.get("name", "")).replace(".", " ").title()


def _color(data: dict[str, Any]) -> str:
    return _COLORS[zlib.crc32(str(data.get("id", "")).encode()) % len(_COLORS)]


class User(_Record):
    """A person; `is_guest` holds for both sorts of guest, `is_stranger` for Slack Connect."""

    id: str = Field(pattern=r"^[UW][A-Z0-9]+$")
    name: str
    real_name: str = Field(default_factory=_real_name)
    title: str = ""
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    team_id: str | None = None
    tz: str = "Europe/Lisbon"
    color: str = Field(default_factory=_color)

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted


class Channel(_Record):
    """A conversation. In a DM (`im`) `user` is the person at its other end."""

    id: str = Field(pattern=r"^[CGD][A-Z0-9]+$")
    name: str = ""
    kind: Kind = "channel"
    members: tuple[str, ...] = ()
    topic: str = ""
    user: str | None = None
    is_ext_shared: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "im") != (self.user is not None):
            raise ValueError(f"{self.id}: a DM, and only a DM, names its user")
        if self.kind != "im" and not self.name:
            raise ValueError(f"{self.id}: a channel has a name")
        return self


class UserGroup(_Record):
    """A group of people with a handle, such as @finance."""

    id: str = Field(pattern=r"^S[A-Z0-9]+$")
    handle: str
    name: str
    members: tuple[str, ...] = ()


class Workspace(_Record):
    """A team with one app installed; the bot is a member only of the channels that list it."""

    team_id: str = "T01TEAM"
    team_name: str = "Team"
    team_domain: str = "team"
    users: tuple[User, ...]
    channels: tuple[Channel, ...]
    groups: tuple[UserGroup, ...] = ()
    bot_user_id: str = "U01BOT"
    bot_id: str = "B01BOT"
    app_id: str = "A01BOT"
    bot_name: str = "Bot"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        people = {user.id for user in self.users}
        _unique("user", [user.id for user in self.users])
        _unique("channel", [channel.id for channel in self.channels])
        _unique("user group", [group.id for group in self.groups])
        _unique("direct message with", [c.user for c in self.channels if c.user])
        if self.bot_user_id in people:
            raise ValueError("the bot's user is not one of the people")
        named = {m for c in self.channels for m in (*c.members, *([c.user] if c.user else []))}
        named |= {member for group in self.groups for member in group.members}
        if unknown := named - people - {self.bot_user_id}:
            raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
        return self


def _unique(what: str, ids: Iterable[str | None]) -> None:
    seen: set[str | None] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what} {one} is there twice")
        seen.add(one)


class TourStep(_Record):
    """One suggestion of the demo page.

    `channel` is "dm" or a channel's id; with `reply` the message continues the thread of the step
    before it.
    """

    title: str
    message: str
    note: str = ""
    channel: str = "dm"
    reply: bool = False
