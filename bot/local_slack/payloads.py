"""The JSON shapes in which Slack shows people, channels, messages and events to an app."""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from bot.local_slack.records import Json, Message
from bot.local_slack.rooms import Rooms
from bot.local_slack.typed import rich_text
from bot.local_slack.workspace import Channel, Kind, User, Workspace

CHANNEL_TYPE: Final[dict[Kind, str]] = {
    "channel": "channel",
    "private": "group",
    "im": "im",
    "mpim": "mpim",
}
SLACKBOT: Final = "USLACKBOT"


def user_json(user: User, workspace: Workspace) -> Json:
    """A person as users.info shows them."""
    return {
        "id": user.id,
        "team_id": user.team_id or workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color.lstrip("#"),
        "real_name": user.real_name,
        "tz": user.tz,
        "profile": {
            "title": user.title,
            "real_name": user.real_name,
            "display_name": user.name,
            "team": user.team_id or workspace.team_id,
        },
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_stranger": user.is_stranger,
        "is_bot": False,
        "is_app_user": False,
        "updated": 0,
    }


def bot_user_json(workspace: Workspace) -> Json:
    """The bot's own user."""
    bot = User(id=workspace.bot_user_id, name=workspace.bot_name.lower())
    profile = {"bot_id": workspace.bot_id, "api_app_id": workspace.app_id}
    shown = user_json(bot, workspace)
    shown["profile"].update(profile, real_name=workspace.bot_name)
    return shown | {"is_bot": True, "real_name": workspace.bot_name}


def bot_json(workspace: Workspace) -> Json:
    """The bot as bots.info and a message's `bot_profile` show it."""
    return {
        "id": workspace.bot_id,
        "app_id": workspace.app_id,
        "user_id": workspace.bot_user_id,
        "name": workspace.bot_name,
        "deleted": False,
        "updated": 0,
        "icons": {},
    }


def channel_json(channel: Channel, workspace: Workspace) -> Json:
    """A conversation as conversations.info shows it."""
    shared: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": False,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "created": 0,
        "context_team_id": workspace.team_id,
    }
    if channel.kind == "im":
        return shared | {"user": channel.user, "is_open": True}
    return shared | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": workspace.bot_user_id in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message_json(message: Message, rooms: Rooms, *, metadata: bool = False) -> Json:
    """A message as history shows it; its metadata only where the app asked for all of it."""
    workspace = rooms.workspace
    shown: Json = {"type": "message", "user": message.user, "ts": message.ts}
    shown |= _authorship(message, workspace) | {"text": message.text, "team": workspace.team_id}
    if message.blocks:
        shown["blocks"] = list(message.blocks)
    elif not message.bot_id and message.text:
        shown["blocks"] = [rich_text(message.text, message.ts[-5:])]
    optional: Json = {
        "subtype": message.subtype,
        "files": list(message.files) or None,
        "edited": message.edited and message.edited.model_dump(),
        "metadata": message.metadata if metadata else None,
        "reactions": [
            {"name": r.name, "users": list(r.users), "count": len(r.users)}
            for r in message.reactions
        ],
    }
    return shown | {k: v for k, v in optional.items() if v} | _threading(message, rooms)


def _authorship(message: Message, workspace: Workspace) -> Json:
    if message.bot_id is None:
        sent_from = message.client_msg_id or str(uuid5(NAMESPACE_URL, message.ts))
        return {"client_msg_id": sent_from}
    if message.bot_id != workspace.bot_id:
        return {"bot_id": message.bot_id, "username": message.username or ""}
    profile = bot_json(workspace)
    profile["team_id"] = workspace.team_id
    return {"bot_id": message.bot_id, "app_id": workspace.app_id, "bot_profile": profile}


def _threading(message: Message, rooms: Rooms) -> Json:
    if message.is_reply:
        parent = rooms.find(message.channel, message.root)
        shown: Json = {"thread_ts": message.thread_ts}
        return shown | ({"parent_user_id": parent.user} if parent else {})
    replies = rooms.replies(message.channel, message.ts)
    if not replies:
        return {}
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": list(dict.fromkeys(reply.user for reply in replies)),
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": True,
    }


def message_event(message: Message, rooms: Rooms) -> Json:
    """The event of a new message."""
    kind = rooms.channels[message.channel].kind
    where = {"channel": message.channel, "event_ts": message.ts, "channel_type": CHANNEL_TYPE[kind]}
    return message_json(message, rooms) | where


def mention_event(message: Message, rooms: Rooms, event_ts: str) -> Json:
    """The `app_mention` twin; it has no channel_type, and `edited` when an edit set it off."""
    shown = message_json(message, rooms)
    for absent in ("subtype", "reply_count", "reply_users", "latest_reply", "is_locked"):
        shown.pop(absent, None)
    return shown | {"type": "app_mention", "channel": message.channel, "event_ts": event_ts}


def changed_event(before: Message, after: Message, rooms: Rooms, event_ts: str) -> Json:
    """The event of an edited message."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": message_json(after, rooms),
        "previous_message": message_json(before, rooms),
        "hidden": True,
        **_hidden_where(after.channel, rooms, event_ts),
    }


def deleted_event(message: Message, rooms: Rooms, event_ts: str) -> Json:
    """The event of a deleted message."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": message_json(message, rooms),
        "hidden": True,
        "deleted_ts": message.ts,
        **_hidden_where(message.channel, rooms, event_ts),
    }


def _hidden_where(channel: str, rooms: Rooms, event_ts: str) -> dict[str, Any]:
    kind = rooms.channels[channel].kind
    return {
        "channel": channel,
        "ts": event_ts,
        "event_ts": event_ts,
        "channel_type": CHANNEL_TYPE[kind],
    }
