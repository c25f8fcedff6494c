"""What admins do with the knowledge base in Slack, as errands: commands, buttons, forms, files."""

import re
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.acts import (
    Act,
    Details,
    Edit,
    Help,
    ListDocuments,
    ListQuarantine,
    Propose,
    Release,
    Remove,
    Renew,
    Save,
    SavedMessage,
    SearchDocuments,
    SlackFile,
    Sync,
    Undo,
    WebPage,
)
from bot.messages import Errand, Message, Place, Posted
from bot.slack.keys import Body, keys, pressed_in
from bot.slack.markup import shorten, unmarked

ROOT = "kb-"
"""How the root of an errand's own thread begins, which is no timestamp."""

SHORTCUT = "save_to_knowledge"
FORM = "kb_save"
FILES = 10
TITLE = 150

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_AUDIENCE = re.compile(r"[CGS][A-Z0-9]{1,40}")
_URL = re.compile(r"https?://[^\s<>|]+")


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


# --- /kb ------------------------------------------------------------------------------------------


def command(body: Body) -> Errands:
    """Read `/kb ...`; what makes no sense asks for help."""
    place = _own_place(body["team_id"], body["channel_id"], body["user_id"], body)
    act = parse(str(body.get("text") or ""))
    return _proposing(place, act, body["trigger_id"])


def parse(text: str) -> Act:
    """What the words after `/kb` ask for."""
    verb, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    match verb.lower():
        case "" | "help":
            return Help()
        case "add":
            return _add(rest)
        case "list":
            return _page(ListDocuments, rest)
        case "quarantine":
            return _page(ListQuarantine, rest)
        case "search" if rest:
            return SearchDocuments(query=unmarked(rest, "")[:2_000])
        case "search":
            return Help(problem="`search` needs something to look for.")
        case "remove" | "undo" as verb:
            return _about(verb, rest)
        case "sync":
            return Sync()
        case _:
            return Help(problem=f"I don't know `{shorten(verb, 40)}`.".replace("``", "`"))


def _add(rest: str) -> Act:
    found = _URL.search(rest)
    if found is None:
        return Help(problem="`add` needs the address of a page, such as https://example.com/page.")
    if len(found[0]) > 2_000:
        return Help(problem="That address is too long: I take up to 2,000 characters.")
    return Propose(sources=(WebPage(url=found[0].replace("&amp;", "&")),))


def _page(kind: type[ListDocuments] | type[ListQuarantine], rest: str) -> Act:
    if not rest:
        return kind()
    if rest.isascii() and rest.isdigit() and 1 <= int(rest[:7]) <= 100_000:
        return kind(page=int(rest))
    return Help(problem="That is not the number of a page.")


def _about(verb: str, rest: str) -> Act:
    if not _ID.fullmatch(rest):
        return Help(problem=f"`{verb}` needs the id of a document; `/kb list` shows them.")
    return Remove(document_id=rest) if verb == "remove" else Undo(document_id=rest)


# --- buttons --------------------------------------------------------------------------------------


def button(body: Body, action: Body) -> Errands | None:
    """A press of one of our buttons; what it carries is client data until it is checked."""
    name, _, _ = str(action.get("action_id")).partition("-")  # no two in a block may be the same
    act = _act_of(name, str(action.get("value") or ""))
    if act is None:
        return None
    user, container, team = body["user"]["id"], body["container"], body["team"]["id"]
    channel = container["channel_id"]
    root = container.get("thread_ts") or container["message_ts"]
    where = keys({"team_id": team}, channel, root)
    errand = Errand(
        id=f"errand:{where}:{user}:{action['action_ts']}",
        thread=f"{where}:{root}",
        place=pressed_in(body, container, root, private=bool(container.get("is_ephemeral"))),
        user=user,
        act=act,
        pressed=Posted(
            channel=channel,
            ts="" if container.get("is_ephemeral") else container["message_ts"],
        ),
        received_at=datetime.now(UTC),
    )
    return Errands(errand)


def _act_of(action: str, value: str) -> Act | None:
    document_id, _, state = value.partition("/")
    try:
        match action:
            case "kb_list":
                return ListDocuments(page=int(value))
            case "kb_quarantine":
                return ListQuarantine(page=int(value))
            case "kb_remove":
                return Remove(document_id=document_id)
            case "kb_undo":
                return Undo(document_id=document_id, state=state)
            case "kb_release":
                return Release(held_id=document_id, digest=state)
            case "kb_renew":
                return Renew(document_id=document_id)
            case _:
                return None
    except ValueError:  # pydantic's is one
        return Help(problem="That button is not one of mine.")


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


# --- a message's menu, and files ------------------------------------------------------------------


def shortcut(body: Body, bot_user: str) -> Errands | None:
    """The choice "Save to knowledge base" in a message's menu."""
    if body.get("callback_id") != SHORTCUT:
        return None
    message, channel = body["message"], body["channel"]["id"]
    place = _own_place(body["team"]["id"], channel, body["user"]["id"], body)
    text = unmarked(message.get("text") or "", bot_user)
    if not text:
        return Errands(_errand(place, Help(problem="There is no text in that message to save.")))
    source = SavedMessage(
        text=text[:40_000],
        user=str(message.get("user") or message.get("username") or ""),
        link=_permalink(body, channel, message),
        written_at=datetime.fromtimestamp(float(message["ts"]), UTC),
    )
    told = _proposing(place, Propose(sources=(source,)), body["trigger_id"])
    closed = channel.startswith("G") or body["channel"].get("name") == "privategroup"
    return told._replace(
        form=told.form
        and told.form._replace(
            title=shorten(text, 60), audience=(channel,) if closed else (), about="message"
        )
    )


def _permalink(body: Body, channel: str, message: Body) -> str:
    """The address of a message, made as Slack makes it; no call could be in time."""
    domain = body["team"]["domain"]
    if not re.fullmatch(r"[a-z0-9-]+(\.enterprise)?", domain):
        raise ValueError("not a domain")
    link = f"https://{domain}.slack.com/archives/{channel}/p{message['ts'].replace('.', '')}"
    root = message.get("thread_ts")
    return f"{link}?thread_ts={root}&cid={channel}" if root and root != message["ts"] else link


def dropped(message: Message, event: Body) -> Errands | None:
    """Files that came with a direct message."""
    found = event.get("files") or []
    files = [
        SlackFile(
            file_id=file["id"],
            name=str(file.get("name") or "file")[:255],
            size=int(file.get("size") or 0),
        )
        for file in found[:FILES]
        if file.get("id")
    ]
    if not files:
        return None
    errand = Errand(
        id=message.id,
        thread=message.thread,
        place=message.place,
        user=message.user,
        act=Propose(sources=tuple(files)),
        received_at=message.received_at,
    )
    return Errands(errand)


# --- the form -------------------------------------------------------------------------------------


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
    errand = _errand(place, act)
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


# --- parts ----------------------------------------------------------------------------------------


def _own_place(team: str, channel: str, user: str, body: Body) -> Place:
    """Where only the admin reads along: a thread of its own that has no timestamp."""
    root = f"{ROOT}{body['trigger_id']}"
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


def _errand(place: Place, act: Act) -> Errand:
    thread = f"{place.team}:{place.channel}:{place.root}"
    return Errand(
        id=thread,
        thread=thread,
        place=place,
        user=place.user,
        act=act,
        received_at=datetime.now(UTC),
    )


def _proposing(place: Place, act: Act, trigger: str) -> Errands:
    errand = _errand(place, act)
    if not isinstance(act, Propose):
        return Errands(errand)
    data = FormData(
        thread=errand.thread, key=key_of(errand, 0), channel=place.channel, root=place.root
    )
    return Errands(errand, Form(trigger, place.user, place, data, act.sources[0].name))


def key_of(errand: Errand, at: int) -> str:
    """The key under which the source at this place of a proposal is remembered."""
    return f"{errand.id}/{at}"


def add_value(errand: Errand, at: int, about: str) -> str:
    """The value of the button that opens the form for a proposed file."""
    place, key = errand.place, key_of(errand, at)
    return FormData(
        thread=errand.thread, key=key, channel=place.channel, root=place.root, about=about[:300]
    ).model_dump_json()
