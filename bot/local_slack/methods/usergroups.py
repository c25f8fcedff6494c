"""usergroups.*: the groups of people, and who is in them."""

from typing import Final

from bot.local_slack.arguments import BOOLEAN, REQUIRED, STRING
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.records import Json
from bot.local_slack.workspace import UserGroup
from bot.local_slack.world import Call, Method


def list_(call: Call) -> Json:
    """Every user group; its members only where they are asked for."""
    with_users = call.flag("include_users")
    return {"usergroups": [_shown(g, call, with_users) for g in call.world.rooms.groups.values()]}


def users(call: Call) -> Json:
    """The members of one user group."""
    group = call.world.rooms.groups.get(call.string("usergroup"))
    if group is None:
        raise ApiRefusal("no_such_subteam")
    return {"users": list(group.members)}


def _shown(group: UserGroup, call: Call, with_users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": call.world.workspace.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "user_count": len(group.members),
        "date_delete": 0,
    }
    return shown | ({"users": list(group.members)} if with_users else {})


METHODS: Final = (
    Method(
        "usergroups.list",
        list_,
        {
            "include_count": BOOLEAN,
            "include_disabled": BOOLEAN,
            "include_users": BOOLEAN,
            "team_id": STRING,
        },
        ("usergroups:read",),
    ),
    Method(
        "usergroups.users.list",
        users,
        {"usergroup": REQUIRED, "include_disabled": BOOLEAN, "team_id": STRING},
        ("usergroups:read",),
    ),
)
