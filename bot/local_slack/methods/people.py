"""auth.test, apps.connections.open, users.*, bots.info and reactions.*."""

import re
from typing import Final

from bot.local_slack.arguments import BOOLEAN, INTEGER, REQUIRED, REQUIRED_TS, STRING
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.methods.conversations import paged
from bot.local_slack.payloads import bot_json, bot_user_json, user_json
from bot.local_slack.records import Json, Message, Reaction
from bot.local_slack.world import Call, Method

_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?")


def auth_test(call: Call) -> Json:
    """Who the token is."""
    workspace = call.world.workspace
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot_name.lower(),
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    """A URL for one Socket Mode connection."""
    return {"url": call.world.open_socket_url()}


def users_info(call: Call) -> Json:
    """One person, or the bot's own user."""
    workspace = call.world.workspace
    if call.string("user") == workspace.bot_user_id:
        return {"user": bot_user_json(workspace)}
    return {"user": user_json(call.user(), workspace)}


def users_list(call: Call) -> Json:
    """Everyone, the bot last."""
    workspace = call.world.workspace
    people = [user_json(user, workspace) for user in call.world.rooms.people.values()]
    page, cursor = paged(call, [*people, bot_user_json(workspace)], default=200)
    return {"members": list(page), "response_metadata": {"next_cursor": cursor}}


def bots_info(call: Call) -> Json:
    """The bot itself, the only one here."""
    workspace = call.world.workspace
    if call.maybe("bot") not in (None, workspace.bot_id):
        raise ApiRefusal("bot_not_found")
    return {"bot": bot_json(workspace)}


def add_reaction(call: Call) -> Json:
    """React to a message."""
    message, name, bot = _reacted(call)
    if any(r.name == name and bot in r.users for r in message.reactions):
        raise ApiRefusal("already_reacted")
    _change(call, message, name, bot, add=True)
    return {}


def remove_reaction(call: Call) -> Json:
    """Take the app's own reaction away."""
    message, name, bot = _reacted(call)
    if not any(r.name == name and bot in r.users for r in message.reactions):
        raise ApiRefusal("no_reaction")
    _change(call, message, name, bot, add=False)
    return {}


def _reacted(call: Call) -> tuple[Message, str, str]:
    channel = call.channel()
    message = call.message(channel, "timestamp")
    if not _EMOJI.fullmatch(call.string("name")):
        raise ApiRefusal("invalid_name")
    return message, call.string("name"), call.world.workspace.bot_user_id


def _change(call: Call, message: Message, name: str, user: str, *, add: bool) -> None:
    world = call.world
    world.rooms.put(
        message.model_copy(update={"reactions": with_reaction(message, name, user, add=add)})
    )
    world.events.reaction("reaction_added" if add else "reaction_removed", user, message, name)
    world.notices.tell("update", message.channel, message.ts)


def with_reaction(message: Message, name: str, user: str, *, add: bool) -> tuple[Reaction, ...]:
    """The reactions of a message once a person's own is added or taken away."""
    users = {reaction.name: list(reaction.users) for reaction in message.reactions}
    if add:
        users.setdefault(name, []).append(user)
    else:
        users[name].remove(user)
    return tuple(Reaction(name=n, users=tuple(u)) for n, u in users.items() if u)


_REACTION: Final = {"channel": REQUIRED, "name": REQUIRED, "timestamp": REQUIRED_TS}

METHODS: Final = (
    Method("auth.test", auth_test),
    Method("apps.connections.open", open_connection, token="app"),  # noqa: S106 - the kind
    Method("bots.info", bots_info, {"bot": STRING, "team_id": STRING}, ("users:read",)),
    Method(
        "users.info", users_info, {"user": REQUIRED, "include_locale": BOOLEAN}, ("users:read",)
    ),
    Method(
        "users.list",
        users_list,
        {"cursor": STRING, "include_locale": BOOLEAN, "limit": INTEGER, "team_id": STRING},
        ("users:read",),
    ),
    Method("reactions.add", add_reaction, _REACTION, ("reactions:write",)),
    Method("reactions.remove", remove_reaction, _REACTION, ("reactions:write",)),
)
