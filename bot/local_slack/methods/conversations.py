"""conversations.*: what the app may learn of channels and read in them."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, TypeVar

from bot.local_slack.arguments import BOOLEAN, INTEGER, REQUIRED, REQUIRED_TS, STRING
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import PAGE_LIMIT
from bot.local_slack.manifest import SCOPE_PREFIX
from bot.local_slack.payloads import channel_json, message_json
from bot.local_slack.records import Json, Message
from bot.local_slack.workspace import Channel, Kind
from bot.local_slack.world import Call, Method

T = TypeVar("T")

_TYPES: Final[dict[str, Kind]] = {
    "public_channel": "channel",
    "private_channel": "private",
    "im": "im",
    "mpim": "mpim",
}
_PAGE: Final = {"cursor": STRING, "limit": INTEGER}
_RANGE: Final = {
    **_PAGE,
    "inclusive": BOOLEAN,
    "include_all_metadata": BOOLEAN,
    "latest": STRING,
    "oldest": STRING,
}
_READ: Final = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY: Final = ("channels:history", "groups:history", "im:history", "mpim:history")


def info(call: Call) -> Json:
    """One channel."""
    channel = call.channel(member=False)
    call.need_for(channel, "read")
    shown = channel_json(channel, call.world.workspace)
    if call.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def list_(call: Call) -> Json:
    """The channels that the app may know of."""
    return _listed(call, _of_types(call))


def of_user(call: Call) -> Json:
    """The channels a person is in, as far as the app may know of them; the app's own by default."""
    user = call.maybe("user") or call.world.workspace.bot_user_id
    if user != call.world.workspace.bot_user_id:
        call.user()
    return _listed(call, [c for c in _of_types(call) if user in c.members])


def _of_types(call: Call) -> list[Channel]:
    names = (call.maybe("types") or "public_channel").split(",")
    if unknown := [name for name in names if name not in _TYPES]:
        raise ApiRefusal("invalid_types", messages=[f"unknown type: {name}" for name in unknown])
    kinds: list[Kind] = [_TYPES[name] for name in names]
    for kind in kinds:
        call.need(f"{SCOPE_PREFIX[kind]}:read")
    return [c for c in call.world.rooms.channels.values() if c.kind in kinds and _known(call, c)]


def _listed(call: Call, channels: Sequence[Channel]) -> Json:
    page, cursor = paged(call, channels, default=100)
    shown = [channel_json(channel, call.world.workspace) for channel in page]
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def _known(call: Call, channel: Channel) -> bool:
    return channel.kind == "channel" or call.world.workspace.bot_user_id in channel.members


def members(call: Call) -> Json:
    """Who is in a channel."""
    channel = call.channel(member=False)
    call.need_for(channel, "read")
    page, cursor = paged(call, channel.members, default=100)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """A channel's messages, newest first; of the replies in threads those sent to it as well."""
    channel = call.channel()
    call.need_for(channel, "history")
    top = [
        m
        for m in call.world.rooms.posted(channel.id)
        if not m.is_reply or m.subtype == "thread_broadcast"
    ]
    page, cursor = paged(call, _within(call, top)[::-1], default=100)
    return _messages(call, page, cursor)


def replies(call: Call) -> Json:
    """A thread: its first message, then the replies, oldest first."""
    channel = call.channel()
    call.need_for(channel, "history")
    root = call.world.rooms.find(channel.id, call.string("ts"))
    if root is None or root.ephemeral:
        raise ApiRefusal("thread_not_found")
    if root.is_reply:
        return _messages(call, [root], "")
    answers = _within(call, call.world.rooms.replies(channel.id, root.ts))
    page, cursor = paged(call, answers, default=1000)
    # Slack gives the first message of the thread with every page, whatever the range.
    return _messages(call, [root, *page], cursor)


def _messages(call: Call, page: Sequence[Message], cursor: str) -> Json:
    everything = call.flag("include_all_metadata")
    shown = [message_json(m, call.world.rooms, metadata=everything) for m in page]
    body: Json = {"messages": shown, "has_more": bool(cursor)}
    return body | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _within(call: Call, messages: Sequence[Message]) -> list[Message]:
    oldest, latest = _bound(call, "oldest", 0.0), _bound(call, "latest", float("inf"))
    if call.flag("inclusive"):
        return [m for m in messages if oldest <= float(m.ts) <= latest]
    return [m for m in messages if oldest < float(m.ts) < latest]


def _bound(call: Call, name: str, default: float) -> float:
    given = call.maybe(name)
    try:
        return default if given is None else float(given)
    except ValueError:
        raise ApiRefusal(f"invalid_ts_{name}") from None


def paged(call: Call, items: Sequence[T], *, default: int) -> tuple[Sequence[T], str]:
    """The page that `cursor` and `limit` ask for, and the cursor of the next one.

    Raises:
        ApiRefusal: `invalid_cursor` or `invalid_limit`.
    """
    limit = int(call.args.get("limit", default))
    if not 1 <= limit <= max(PAGE_LIMIT, default):
        raise ApiRefusal("invalid_limit")
    start = _offset(call.maybe("cursor"))
    end = start + limit
    cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], cursor


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word != "next":
            raise ApiRefusal("invalid_cursor")
        return int(number)
    except (binascii.Error, ValueError):
        raise ApiRefusal("invalid_cursor") from None


def open_(call: Call) -> Json:
    """Open the DM with a person, or find it."""
    if ("users" in call.args) == ("channel" in call.args):
        raise ApiRefusal("invalid_arguments", messages=["give either users or channel"])
    existing = _open_im(call)
    shown: Json = {"id": existing.id}
    if call.flag("return_im"):
        shown = channel_json(existing, call.world.workspace)
    return {"channel": shown}


def _open_im(call: Call) -> Channel:
    if "channel" in call.args:
        return call.channel()
    user = call.string("users")
    if "," in user:
        raise ApiRefusal("invalid_arguments", messages=["group messages are not served here"])
    if user not in call.world.rooms.people:
        raise ApiRefusal("user_not_found")
    rooms = call.world.rooms
    return rooms.dm_of(user) or rooms.add(Channel(id=f"D{user[1:]}", kind="im", user=user))


METHODS: Final = (
    Method(
        "conversations.info",
        info,
        {"channel": REQUIRED, "include_locale": BOOLEAN, "include_num_members": BOOLEAN},
        _READ,
    ),
    Method(
        "conversations.list",
        list_,
        {**_PAGE, "exclude_archived": BOOLEAN, "team_id": STRING, "types": STRING},
        _READ,
    ),
    Method(
        "users.conversations",
        of_user,
        {**_PAGE, "exclude_archived": BOOLEAN, "team_id": STRING, "types": STRING, "user": STRING},
        _READ,
    ),
    Method("conversations.members", members, {**_PAGE, "channel": REQUIRED}, _READ),
    Method("conversations.history", history, {**_RANGE, "channel": REQUIRED}, _HISTORY),
    Method(
        "conversations.replies",
        replies,
        {**_RANGE, "channel": REQUIRED, "ts": REQUIRED_TS},
        _HISTORY,
    ),
    Method(
        "conversations.open",
        open_,
        {
            "channel": STRING,
            "users": STRING,
            "return_im": BOOLEAN,
            "prevent_creation": BOOLEAN,
        },
        ("im:write", "mpim:write"),
    ),
)
