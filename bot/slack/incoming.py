"""What Slack delivers, as events of ours. Every body is hostile until it has a known shape."""

import json
import re
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from bot import log
from bot.messages.acts import Forget, Scope
from bot.messages.events import Aside, Choice, Click, Message, Place, Rating, Recap, Stop
from bot.slack import feedback, kb, kb_forms, recap
from bot.slack.feedback import Answering, Rated
from bot.slack.kb_forms import Errands, Form, Rejected
from bot.slack.keys import Body, keys, pressed_in
from bot.slack.markup import mentions, unmarked

_KINDS = {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}
COMMAND = "ask-"
"""How the root of a slash command's own thread begins, which is no timestamp."""

PRIVATELY = "answer_privately"
"""The action of the button that asks for a private answer."""

_WRITTEN = (None, "thread_broadcast", "file_share", "me_message")


class Edit(NamedTuple):
    """A message was edited; `text` is the new one."""

    turn: str
    thread: str
    text: str


class Deletion(NamedTuple):
    """A message was deleted."""

    turn: str
    thread: str
    place: Place


class Look(NamedTuple):
    """A person wants to see more of a turn; the dialog is opened by the trigger, within 3 s.

    `what` is the button's action, `turn` client data: a key to our own record.
    """

    what: str
    turn: str
    place: Place
    trigger: str


class Heard(NamedTuple):
    """A message that may be for us: it is if it was `addressed`, or stands in a thread of ours.

    `dropped` is there where files came along in a direct message: to an admin, that is what it is
    about.
    """

    message: Message
    addressed: bool
    dropped: Errands | None = None


class HomeOpened(NamedTuple):
    """A person looks at the app; `tab` is `home` or `messages`."""

    user: str
    channel: str
    tab: str


Incoming = (
    Heard
    | Edit
    | Deletion
    | Click
    | Aside
    | Choice
    | Stop
    | Look
    | Rated
    | Answering
    | Rating
    | Recap
    | Errands
    | Form
    | Rejected
    | HomeOpened
)


class ButtonValue(BaseModel):
    """What an approval button carries: client data, a key to our own record and no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread: str
    call_id: str
    digest: str


class ChoiceValue(BaseModel):
    """What the button of a choice carries, in the same way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turn: str
    number: int


def read(body: Body, bot_user: str) -> Incoming | None:
    """Make sense of a request's body; None if it is nothing that we act on.

    `bot_user` may be empty for as long as Slack has not told us who we are; an event names its
    bot itself, then.
    """
    try:
        bot_user = bot_user or _addressee(body)
        if body.get("type") == "event_callback":
            return _event(body, body["event"], bot_user)
        if body.get("type") == "block_actions":
            return _action(body, body["actions"][0])
        if "command" in body:
            return _typed(body, bot_user)
        if body.get("type") == "message_action":
            return _chosen(body, bot_user)
        if body.get("type") == "view_submission":
            if body["view"].get("callback_id") == feedback.FORM:
                return feedback.submission(body)
            if body["view"].get("callback_id") == feedback.ANSWER_FORM:
                return Errands(feedback.answered(body))
            return kb_forms.submission(body)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        log.warning("event.unreadable", reason=type(error).__name__)
    return None


def _typed(body: Body, bot_user: str) -> Heard | Errands | Recap | None:
    """A slash command."""
    match body["command"]:
        case "/ask":
            return _asked(body, bot_user)
        case "/kb":
            return kb.command(body)
        case "/forget":
            return _forget(body)
        case "/summarize":
            return recap.command(body)
        case _:
            return None


def _chosen(body: Body, bot_user: str) -> Errands | Recap | None:
    """A shortcut in a message's menu."""
    if body.get("callback_id") == recap.SHORTCUT:
        return recap.shortcut(body)
    return kb.shortcut(body, bot_user)


def _addressee(body: Body) -> str:
    """The bot that an event is for, as Slack says in it; of a mention at least the one in front."""
    for authorization in body.get("authorizations") or []:
        if authorization.get("is_bot") and authorization.get("user_id"):
            return str(authorization["user_id"])
    event = body.get("event") or {}
    named = mentions(event.get("text") or "") if event.get("type") == "app_mention" else []
    return named[0] if named else ""


def _event(body: Body, event: Body, bot_user: str) -> Incoming | None:
    match event.get("type"), event.get("subtype"):
        case ("app_home_opened", _):
            return HomeOpened(event["user"], event.get("channel", ""), event.get("tab", "home"))
        case ("message", "message_changed"):
            return _edit(body, event, bot_user)
        case ("message", "message_deleted"):
            return _deletion(body, event)
        case ("agent_session_stopped", _):
            return _stop(body, event["channel"], event["thread_ts"], event["user"])
        case ("message" | "app_mention", subtype) if subtype in _WRITTEN:
            return _heard(body, event, bot_user)
        case _:
            return None


def _heard(body: Body, event: Body, bot_user: str) -> Heard | None:
    user, ts, channel = event.get("user"), event["ts"], event["channel"]
    if not user or user == bot_user or event.get("bot_id"):
        return None
    sent_at = _time(ts)
    root = event.get("thread_ts") or ts
    kind = _KINDS.get(event.get("channel_type", ""), "im" if channel.startswith("D") else "channel")
    mentioned = mentions(event.get("text") or "")
    addressed = event["type"] == "app_mention" or kind == "im" or bot_user in mentioned
    where = keys(body, channel, root)
    message = Message(
        id=f"{where}:{ts}",
        thread=f"{where}:{root}",
        place=Place.model_validate(
            {
                "team": body["team_id"],
                "channel": channel,
                "root": root,
                "user": user,
                "kind": kind,
            }
        ),
        user=user,
        text=unmarked(event.get("text") or "", bot_user),
        received_at=datetime.now(UTC),
        sent_at=sent_at,
    )
    if bool(mentioned) and not addressed:
        return None
    dropped = kb.dropped(message, event) if kind == "im" else None
    return Heard(message, addressed, dropped)


def _edit(body: Body, event: Body, bot_user: str) -> Edit:
    message = event["message"]
    where = keys(body, event["channel"], message.get("thread_ts", message["ts"]))
    text = unmarked(message.get("text") or "", bot_user)
    return Edit(
        f"{where}:{message['ts']}", f"{where}:{message.get('thread_ts', message['ts'])}", text
    )


def _deletion(body: Body, event: Body) -> Deletion:
    channel, ts = event["channel"], event["deleted_ts"]
    root = event.get("previous_message", {}).get("thread_ts", ts)
    where = keys(body, channel, root)
    place = Place(team=body["team_id"], channel=channel, root=root)
    return Deletion(f"{where}:{ts}", f"{where}:{root}", place)


def _stop(body: Body, channel: str, root: str, user: str) -> Stop:
    place = Place(team=body["team_id"], channel=channel, root=root, user=user, private=True)
    thread = f"{keys(body, channel, root)}:{root}"
    return Stop(
        id=f"stop:{thread}", thread=thread, place=place, user=user, received_at=datetime.now(UTC)
    )


def _asked(body: Body, bot_user: str) -> Heard:
    """A question by slash command: a private thread of its own."""
    channel, root = body["channel_id"], f"{COMMAND}{body['trigger_id']}"
    where = keys(body, channel, root)
    kind = {"directmessage": "im", "privategroup": "group"}.get(body.get("channel_name", ""))
    message = Message(
        id=f"{where}:{root}",
        thread=f"{where}:{root}",
        place=Place.model_validate(
            {
                "team": body["team_id"],
                "channel": channel,
                "root": root,
                "user": body["user_id"],
                "kind": kind or "channel",
                "private": True,
                "response_url": body.get("response_url"),
            }
        ),
        user=body["user_id"],
        text=unmarked(body.get("text") or "", bot_user),
        received_at=datetime.now(UTC),
    )
    return Heard(message, addressed=True)


def _forget(body: Body) -> Errands:
    """A person's wish to be forgotten; what is not said in so many words only counts."""
    place = kb_forms.own_place(body["team_id"], body["channel_id"], body["user_id"], body)
    word = str(body.get("text") or "").strip().lower()
    scope: Scope = "here" if word == "here" else "everywhere" if word == "everywhere" else "count"
    return Errands(kb_forms.errand_at(place, Forget(scope=scope)))


def _action(body: Body, action: Body) -> Incoming | None:
    match action.get("action_id"):
        case "approve" | "deny":
            return _click(body, action)
        case "answer_privately":
            return _aside(body, action)
        case "stop_turn":
            place = _pressed(body)
            return _stop({"team_id": place.team}, place.channel, place.root, place.user)
        case "sources_open" | "why_open" as what:
            return Look(what, action["value"], _pressed(body), body["trigger_id"])
        case str() as chosen if chosen.startswith("clarify_"):
            return _choice(body, action)
        case feedback.UP | feedback.DOWN:
            return feedback.pressed(body, action)
        case "answer_once":
            return feedback.answering(body, action)
        case "kb_add":
            return kb_forms.form(body, action)
        case "kb_edit":
            return kb_forms.edit(body, action)
        case _:
            return kb.button(body, action)


def _aside(body: Body, action: Body) -> Aside | None:
    """A private answer is a thread of its own: what it says must not come up in the channel's."""
    user, question = body["user"]["id"], action["value"]
    container, team = body["container"], body["team"]["id"]
    channel = container["channel_id"]
    where = keys({"team_id": team}, channel, container["message_ts"])
    place, _, ts = question.rpartition(":")
    if place != where:
        return None
    thread = f"{where}:{PRIVATELY}-{ts}-{user}"
    return Aside(
        id=thread,  # so a second press changes nothing
        thread=thread,
        place=pressed_in(body, container, root=container.get("thread_ts") or ts, private=True),
        user=user,
        question=question,
        received_at=datetime.now(UTC),
    )


def _pressed(body: Body) -> Place:
    container = body["container"]
    root = container.get("thread_ts") or container["message_ts"]
    keys({"team_id": body["team"]["id"]}, container["channel_id"], root)
    return pressed_in(body, container, root, private=True)


def _choice(body: Body, action: Body) -> Choice:
    """A second press of the same button changes nothing."""
    value = ChoiceValue.model_validate_json(action["value"])
    container = body["container"]
    place = _pressed(body).model_copy(update={"private": bool(container.get("is_ephemeral"))})
    where = keys({"team_id": place.team}, place.channel, place.root)
    return Choice(
        id=f"choice:{value.turn}:{value.number}:{place.user}",
        thread=f"{where}:{place.root}",
        place=place,
        user=place.user,
        question=value.turn,
        number=value.number,
        received_at=datetime.now(UTC),
    )


def _click(body: Body, action: Body) -> Click:
    try:
        value = ButtonValue.model_validate_json(action.get("value", ""))
    except ValidationError:
        value = ButtonValue(thread="", call_id="", digest="")
    container, team = body["container"], body["team"]["id"]
    channel = container["channel_id"]
    root = container.get("thread_ts") or container["message_ts"]
    where = keys({"team_id": team}, channel, root)
    ours = value.thread.startswith(f"{where}:")
    return Click(
        id=f"click:{where}:{body['user']['id']}:{action['action_ts']}",
        thread=value.thread if ours else f"{where}:{root}",
        place=pressed_in(body, container, root, private=bool(container.get("is_ephemeral"))),
        user=body["user"]["id"],
        call_id=value.call_id,
        digest=value.digest,
        approve=action["action_id"] == "approve",
        received_at=datetime.now(UTC),
        sent_at=_time(action["action_ts"]),
    )


def _time(ts: str) -> datetime:
    """A time stamp of Slack's, which may lie in what our clock calls the future.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(r"\d{1,11}\.\d{1,9}", ts):
        raise ValueError("not a time stamp")
    return datetime.fromtimestamp(float(ts), UTC)


def choice_value(turn: str, number: int) -> str:
    """The value of a choice's button."""
    return ChoiceValue(turn=turn, number=number).model_dump_json()


def button_value(thread: str, call_id: str, digest: str) -> str:
    """The value of an approval button."""
    return json.dumps({"thread": thread, "call_id": call_id, "digest": digest})
