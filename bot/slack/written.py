"""Messages that were written, edited and deleted, as events of ours."""

from datetime import UTC, datetime
from typing import NamedTuple

from bot.messages.events import Message, Place
from bot.slack import kb
from bot.slack.kb_forms import Errands
from bot.slack.keys import Body, keys, time_of
from bot.slack.markup import mentions, unmarked

_KINDS = {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}
COMMAND = "ask-"
"""How the root of a slash command's own thread begins, which is no timestamp."""


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


class Heard(NamedTuple):
    """A message that may be for us: it is if it was `addressed`, or stands in a thread of ours.

    `dropped` is there where files came along in a direct message: to an admin, that is what it is
    about.
    """

    message: Message
    addressed: bool
    dropped: Errands | None = None


def addressee(body: Body) -> str:
    """The bot that an event is for, as Slack says in it; of a mention at least the one in front."""
    for authorization in body.get("authorizations") or []:
        if authorization.get("is_bot") and authorization.get("user_id"):
            return str(authorization["user_id"])
    event = body.get("event") or {}
    named = mentions(event.get("text") or "") if event.get("type") == "app_mention" else []
    return named[0] if named else ""


def heard(body: Body, event: Body, bot_user: str) -> Heard | None:
    """A message of a person; None if it is our own, a bot's, or for somebody else."""
    user, ts, channel = event.get("user"), event["ts"], event["channel"]
    if not user or user == bot_user or event.get("bot_id"):
        return None
    sent_at = time_of(ts)
    root = event.get("thread_ts") or ts
    kind = _KINDS.get(event.get("channel_type", ""), "im" if channel.startswith("D") else "channel")
    mentioned = mentions(event.get("text") or "")
    addressed = event["type"] == "app_mention" or kind == "im" or bot_user in mentioned
    place = {"channel": channel, "root": root, "user": user, "kind": kind}
    message = _message(body, place, ts, unmarked(event.get("text") or "", bot_user), sent_at)
    if bool(mentioned) and not addressed:
        return None
    dropped = kb.dropped(message, event) if kind == "im" else None
    return Heard(message, addressed, dropped)


def edit(body: Body, event: Body, bot_user: str) -> Edit:
    """An edited message, with its new text."""
    message = event["message"]
    root = message.get("thread_ts", message["ts"])
    where = keys(body, event["channel"], root)
    text = unmarked(message.get("text") or "", bot_user)
    return Edit(f"{where}:{message['ts']}", f"{where}:{root}", text)


def deletion(body: Body, event: Body) -> Deletion:
    """A message that is no more."""
    channel, ts = event["channel"], event["deleted_ts"]
    root = event.get("previous_message", {}).get("thread_ts", ts)
    where = keys(body, channel, root)
    place = Place(team=body["team_id"], channel=channel, root=root)
    return Deletion(f"{where}:{ts}", f"{where}:{root}", place)


def asked(body: Body, bot_user: str) -> Heard:
    """A question by slash command: a private thread of its own."""
    root = f"{COMMAND}{body['trigger_id']}"
    kind = {"directmessage": "im", "privategroup": "group"}.get(body.get("channel_name", ""))
    place = {
        "channel": body["channel_id"],
        "root": root,
        "user": body["user_id"],
        "kind": kind or "channel",
        "private": True,
        "response_url": body.get("response_url"),
    }
    message = _message(body, place, root, unmarked(body.get("text") or "", bot_user))
    return Heard(message, addressed=True)


def _message(
    body: Body, place: Body, ts: str, text: str, sent_at: datetime | None = None
) -> Message:
    """A message at a place of the body's team, under ids whose parts are checked."""
    where = keys(body, place["channel"], place["root"])
    return Message(
        id=f"{where}:{ts}",
        thread=f"{where}:{place['root']}",
        place=Place.model_validate({"team": body["team_id"], **place}),
        user=place["user"],
        text=text,
        received_at=datetime.now(UTC),
        sent_at=sent_at,
    )
