"""`/summarize`, and the shortcut in a message's menu, as wishes for a summary."""

import re
from datetime import UTC, datetime

from bot.messages.events import Place, Recap
from bot.slack.kb_forms import own_place
from bot.slack.keys import Body
from bot.wording import shorten

SHORTCUT = "summarize_thread"
ROOT = "summary-"
"""How the root of a summary's own thread begins, which is no timestamp."""

HOURS, MOST_HOURS = 24, 168

_TS = re.compile(r"\d{1,11}\.\d{1,9}")


def command(body: Body) -> Recap:
    """Read `/summarize [hours]`; what makes no sense is told to the one who wrote it."""
    given = str(body.get("text") or "").strip()
    name, channel = body.get("channel_name"), body["channel_id"]
    place = own_place(body["team_id"], channel, body["user_id"], body, ROOT)
    if place.kind == "channel" and name == "privategroup":
        place = place.model_copy(update={"kind": "group"})
    hours = _hours(given)
    if hours is None:
        problem = f"`{shorten(given, 40).replace('`', '')}` is not a number of hours I can take."
        return _recap(place).model_copy(update={"problem": problem})
    return _recap(place).model_copy(update={"hours": hours})


def _hours(given: str) -> int | None:
    """How many hours are meant; None if that is no whole number from 1 to a week's."""
    if not given:
        return HOURS
    number = re.fullmatch(r"(\d{1,4})\s*(?:h|hours?)?", given, re.IGNORECASE | re.ASCII)
    return int(number[1]) if number and 1 <= int(number[1]) <= MOST_HOURS else None


def shortcut(body: Body) -> Recap:
    """The choice "Summarize this thread" in a message's menu.

    Raises:
        ValueError: What is to be summed up is no message.
    """
    message, channel = body["message"], body["channel"]["id"]
    root = message.get("thread_ts") or message["ts"]
    if not _TS.fullmatch(root):
        raise ValueError("not a time stamp")
    place = own_place(body["team"]["id"], channel, body["user"]["id"], body, ROOT)
    return _recap(place).model_copy(update={"root": root})


def _recap(place: Place) -> Recap:
    thread = f"{place.team}:{place.channel}:{place.root}"
    return Recap(
        id=thread, thread=thread, place=place, user=place.user, received_at=datetime.now(UTC)
    )
