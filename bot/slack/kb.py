"""What admins do with the knowledge base in Slack, as errands: commands, buttons, forms, files."""

import re
from datetime import UTC, datetime

from bot.messages.acts import (
    Act,
    Help,
    ListDocuments,
    ListQuarantine,
    Propose,
    Release,
    Remove,
    Renew,
    Retry,
    SavedMessage,
    SearchDocuments,
    SlackFile,
    Sync,
    Undo,
    WebPage,
)
from bot.messages.events import Errand, Message, Place, Posted
from bot.slack.kb_forms import Errands, Form, FormData, errand_at, key_of, own_place
from bot.slack.keys import Body, keys, pressed_in
from bot.slack.markup import unmarked
from bot.wording import shorten

SHORTCUT = "save_to_knowledge"
FILES = 10

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_URL = re.compile(r"https?://[^\s<>|]+")


# --- /kb ------------------------------------------------------------------------------------------


def command(body: Body) -> Errands:
    """Read `/kb ...`; what makes no sense asks for help."""
    place = own_place(body["team_id"], body["channel_id"], body["user_id"], body)
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
            case "turns_retry":
                return Retry(group=document_id, error=state)
            case _:
                return None
    except ValueError:  # pydantic's is one
        return Help(problem="That button is not one of mine.")


# --- a message's menu, and files ------------------------------------------------------------------


def shortcut(body: Body, bot_user: str) -> Errands | None:
    """The choice "Save to knowledge base" in a message's menu."""
    if body.get("callback_id") != SHORTCUT:
        return None
    message, channel = body["message"], body["channel"]["id"]
    place = own_place(body["team"]["id"], channel, body["user"]["id"], body)
    text = unmarked(message.get("text") or "", bot_user)
    if not text:
        return Errands(errand_at(place, Help(problem="There is no text in that message to save.")))
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


def _proposing(place: Place, act: Act, trigger: str) -> Errands:
    errand = errand_at(place, act)
    if not isinstance(act, Propose):
        return Errands(errand)
    data = FormData(
        thread=errand.thread, key=key_of(errand, 0), channel=place.channel, root=place.root
    )
    return Errands(errand, Form(trigger, place.user, place, data, act.sources[0].name))
