"""Forms about documents: what opens one, what it carries, and what it says when it is sent."""

import re
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.messages.acts import Act, Details, Edit, Save
from bot.messages.events import Errand, Place
from bot.slack.keys import Body, keys, pressed_in
from bot.wording import shorten

ROOT = "kb-"
"""How the root of an errand's own thread begins, which is no timestamp."""

FORM = "kb_save"
TITLE = 150

_AUDIENCE = re.compile(r"[CGS][A-Z0-9]{1,40}")


class FormData(BaseModel):
    """What a form carries along: a key to our own record; `about` is only shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread: str = Field(max_length=400)
    key: str = Field(max_length=500)
    channel: str = Field(pattern=r"^[A-Z0-9]+$", max_length=50)
    root: str = Field(max_length=200)
    about: str = Field(default="", max_length=300)
    document: str = Field(default="", max_length=64, pattern=r"^[A-Za-z0-9_-]*$")


class Form(NamedTuple):
    """Open the form for what was proposed, or for a document that is there.

    The trigger holds for three seconds. An `owner` of None is whoever opens it.
    """

    trigger: str
    user: str
    place: Place
    data: FormData
    about: str
    title: str = ""
    audience: tuple[str, ...] = ()
    owner: str | None = None
    expires: str = ""


class Errands(NamedTuple):
    """An errand, and the form that is to be opened for it at once, if any."""

    errand: Errand
    form: Form | None = None


class Rejected(NamedTuple):
    """A form that was not filled in rightly: what to say at which of its blocks."""

    errors: dict[str, str]


def form(body: Body, action: Body) -> Form | None:
    """A press of "Add to the knowledge base…" below a file."""
    try:
        data = FormData.model_validate_json(action.get("value", ""))
    except ValidationError:
        return None
    container = body["container"]
    root = container.get("thread_ts") or container["message_ts"]
    place = pressed_in(body, container, root, private=False)
    return Form(body["trigger_id"], body["user"]["id"], place, data, data.about)


def edit(body: Body, action: Body) -> Form | None:
    """A press of "Edit…" beside a document of the list; what is known of it is looked up yet."""
    user, container, team = body["user"]["id"], body["container"], body["team"]["id"]
    channel = container["channel_id"]
    root = container.get("thread_ts") or container["message_ts"]
    place = pressed_in(body, container, root, private=bool(container.get("is_ephemeral")))
    where = keys({"team_id": team}, channel, root)
    data = FormData(
        thread=f"{where}:{root}",
        key="",
        channel=channel,
        root=root,
        document=str(action.get("value") or ""),
    )
    return Form(body["trigger_id"], user, place, data, "") if data.document else None


def submission(body: Body) -> Errands | Rejected | None:
    """A form that was sent: an errand, or what is wrong with it."""
    view = body["view"]
    if view.get("callback_id") != FORM:
        return None
    data = FormData.model_validate_json(view["private_metadata"])
    team, user = body["team"]["id"], body["user"]["id"]
    if not data.thread.startswith(f"{keys({'team_id': team}, data.channel, data.root)}:"):
        return None
    values = {
        block: next(iter(fields.values())) for block, fields in view["state"]["values"].items()
    }
    details = _details(values)
    if isinstance(details, Rejected):
        return details
    place = Place(
        team=team, channel=data.channel, root=data.root, user=user, kind="im", private=True
    )
    act = (
        Edit(document_id=data.document, details=details)
        if data.document
        else Save(key=data.key, details=details)
    )
    errand = errand_at(place, act)
    return Errands(
        errand.model_copy(update={"id": f"save:{team}:{view['id']}", "thread": data.thread})
    )


def _details(values: dict[str, Any]) -> Details | Rejected:
    chosen = [
        *(values.get("channels", {}).get("selected_conversations") or ()),
        *(o["value"] for o in values.get("groups", {}).get("selected_options") or ()),
    ]
    if any(not _AUDIENCE.fullmatch(one) for one in chosen):
        return Rejected({"channels": "Only channels and user groups can be chosen here."})
    expires = values.get("expires", {}).get("selected_date")
    until = _end_of(expires) if expires else None
    if until and until <= datetime.now(UTC):
        return Rejected({"expires": "That day is over: choose a later one, or none."})
    return Details(
        title=shorten(values.get("title", {}).get("value") or "", TITLE),
        audience=tuple(sorted(set(chosen))),
        owner=values.get("owner", {}).get("selected_user") or "",
        expires_at=until,
    )


def _end_of(day: str) -> datetime:
    return datetime.combine(datetime.strptime(day, "%Y-%m-%d").date(), time.max, UTC)  # noqa: DTZ007


def own_place(team: str, channel: str, user: str, body: Body, prefix: str = ROOT) -> Place:
    """Where only that person reads along: a thread of its own that has no timestamp."""
    root = f"{prefix}{body['trigger_id']}"
    keys({"team_id": team}, channel, root)
    return Place(
        team=team,
        channel=channel,
        root=root,
        user=user,
        kind="im" if channel.startswith("D") else "channel",
        private=True,
        response_url=body.get("response_url"),
    )


def errand_at(place: Place, act: Act) -> Errand:
    """An errand of the place's person, which names it once and for all."""
    thread = f"{place.team}:{place.channel}:{place.root}"
    return Errand(
        id=thread,
        thread=thread,
        place=place,
        user=place.user,
        act=act,
        received_at=datetime.now(UTC),
    )


def key_of(errand: Errand, at: int) -> str:
    """The key under which the source at this place of a proposal is remembered."""
    return f"{errand.id}/{at}"


def add_value(errand: Errand, at: int, about: str) -> str:
    """The value of the button that opens the form for a proposed file."""
    place, key = errand.place, key_of(errand, at)
    return FormData(
        thread=errand.thread, key=key, channel=place.channel, root=place.root, about=about[:300]
    ).model_dump_json()
