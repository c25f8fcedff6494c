"""views.* and blocks.validate."""

from typing import Final

from bot.local_slack.arguments import REQUIRED, STRING, Arg
from bot.local_slack.blocks import check_view
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.records import Json
from bot.local_slack.world import Call, Method

_VIEW: Final = Arg("object", required=True)


def open_view(call: Call) -> Json:
    """Open a modal for the person who just acted."""
    # The trigger is spent first: a view that fails its check costs it, as in Slack.
    user = call.world.triggers.exchange(call.string("trigger_id"))
    view = check_view(call.args["view"], ("modal",))
    call.world.journal.shown(call.method, user, view["blocks"])
    return {"view": call.world.views.open(user, view)}


def publish(call: Call) -> Json:
    """Replace a person's App Home."""
    user = call.user("user_id").id
    if not call.world.manifest.features.app_home.home_tab_enabled:
        raise ApiRefusal("not_enabled")
    view = check_view(call.args["view"], ("home",))
    published = call.world.views.publish(user, view, call.maybe("hash"))
    call.world.journal.shown(call.method, user, view["blocks"])
    call.world.notices.tell("home", to=user)
    return {"view": published}


def update(call: Call) -> Json:
    """Replace an open modal."""
    if ("view_id" in call.args) == ("external_id" in call.args):
        raise ApiRefusal("invalid_arguments", messages=["give either view_id or external_id"])
    view_id = call.world.views.find(call.maybe("view_id"), call.maybe("external_id"))
    view = check_view(call.args["view"], ("modal",))
    call.world.journal.shown(call.method, call.world.views.owners[view_id], view["blocks"])
    return {"view": call.world.views.update(view_id, view, call.maybe("hash"))}


METHODS: Final = (
    Method("views.open", open_view, {"trigger_id": REQUIRED, "view": _VIEW}),
    Method("views.publish", publish, {"user_id": REQUIRED, "view": _VIEW, "hash": STRING}),
    Method(
        "views.update",
        update,
        {"view_id": STRING, "external_id": STRING, "view": _VIEW, "hash": STRING},
    ),
)
