"""views.* and blocks.validate."""

from collections.abc import Sequence
from typing import Any, Final

from bot.local_slack.arguments import ARRAY, OBJECT, REQUIRED, STRING, Arg
from bot.local_slack.blocks import check_view, inspect_blocks, inspect_view
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import ALL_BLOCK_TEXT
from bot.local_slack.records import Json
from bot.local_slack.rules import Mistake
from bot.local_slack.world import Call, Method

_VIEW: Final = Arg("object", required=True)


def _checked(call: Call, kind: str) -> Json:
    """A view whose form is right, and whose pictures are there."""
    view = check_view(call.args["view"], (kind,))
    if problem := call.world.files.problem_with(view["blocks"]):
        raise ApiRefusal("invalid_arguments", messages=[problem])
    return view


def open_view(call: Call) -> Json:
    """Open a modal for the person who just acted."""
    # The trigger is spent first: a view that fails its check costs it, as in Slack.
    user = call.world.triggers.exchange(call.string("trigger_id"))
    view = _checked(call, "modal")
    call.world.journal.shown(call.method, user, view["blocks"])
    opened = call.world.views.open(user, view)
    call.world.notices.tell("view", to=user)
    return {"view": opened}


def publish(call: Call) -> Json:
    """Replace a person's App Home."""
    user = call.user("user_id").id
    if not call.world.manifest.features.app_home.home_tab_enabled:
        raise ApiRefusal("not_enabled")
    view = _checked(call, "home")
    published = call.world.views.publish(user, view, call.maybe("hash"))
    call.world.journal.shown(call.method, user, view["blocks"])
    call.world.notices.tell("home", to=user)
    return {"view": published}


def update(call: Call) -> Json:
    """Replace an open modal."""
    if ("view_id" in call.args) == ("external_id" in call.args):
        raise ApiRefusal("invalid_arguments", messages=["give either view_id or external_id"])
    view_id = call.world.views.find(call.maybe("view_id"), call.maybe("external_id"))
    view = _checked(call, "modal")
    call.world.journal.shown(call.method, call.world.views.owners[view_id], view["blocks"])
    updated = call.world.views.update(view_id, view, call.maybe("hash"))
    call.world.notices.tell("view", to=call.world.views.owners[view_id])
    return {"view": updated}


def validate(call: Call) -> Json:
    """Check a payload without posting it."""
    given = [name for name in ("blocks", "message", "view") if name in call.args]
    if len(given) != 1:
        text = "give exactly one of blocks, message and view"
        raise ApiRefusal("invalid_arguments", messages=[text])
    what, payload = given[0], call.args[given[0]]
    # Pointers start at the payload that was given: /0/text for blocks, /blocks/0/text else.
    if what == "view":
        mistakes, root = inspect_view(payload, ("modal", "home")), "/view"
    else:
        mistakes = _message_mistakes(payload if what == "blocks" else payload.get("blocks", []))
        root = "/blocks" if what == "blocks" else ""
    if mistakes:
        errors = [
            {
                "pointer": mistake.pointer.removeprefix(root),
                "code": "failed_constraint",
                "message": mistake.text,
            }
            for mistake in mistakes
        ]
        raise ApiRefusal(f"invalid_{what}", extra={"errors": errors})
    return {}


def _message_mistakes(blocks: Any) -> Sequence[Mistake]:
    if not isinstance(blocks, list):
        return [Mistake("/blocks", "must be an array")]
    look = inspect_blocks(blocks)
    if look.text_length > ALL_BLOCK_TEXT:
        look.wrong("/blocks", f"all text must be less than {ALL_BLOCK_TEXT + 1} characters")
    return look.mistakes


METHODS: Final = (
    Method("blocks.validate", validate, {"blocks": ARRAY, "message": OBJECT, "view": OBJECT}),
    Method("views.open", open_view, {"trigger_id": REQUIRED, "view": _VIEW}),
    Method("views.publish", publish, {"user_id": REQUIRED, "view": _VIEW, "hash": STRING}),
    Method(
        "views.update",
        update,
        {"view_id": STRING, "external_id": STRING, "view": _VIEW, "hash": STRING},
    ),
)
