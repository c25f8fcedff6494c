"""What the buttons under our messages say, as events of ours."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.messages.events import Aside, Choice, Click, Place, Stop
from bot.slack.keys import Body, keys, pressed_in, time_of

PRIVATELY = "answer_privately"
"""The action of the button that asks for a private answer."""


class Look(NamedTuple):
    """A person wants to see more of a turn; the dialog is opened by the trigger, within 3 s.

    `what` is the button's action, `turn` client data: a key to our own record.
    """

    what: str
    turn: str
    place: Place
    trigger: str


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


def click(body: Body, action: Body) -> Click:
    """An answer to an approval; of a value that is not ours the thread alone is kept."""
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
        sent_at=time_of(action["action_ts"]),
    )


def choice(body: Body, action: Body) -> Choice:
    """A second press of the same button changes nothing."""
    value = ChoiceValue.model_validate_json(action["value"])
    container = body["container"]
    place = pressed(body).model_copy(update={"private": bool(container.get("is_ephemeral"))})
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


def aside(body: Body, action: Body) -> Aside | None:
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


def stop(body: Body, channel: str, root: str, user: str) -> Stop:
    """A wish that what is under way in a thread be stopped."""
    place = Place(team=body["team_id"], channel=channel, root=root, user=user, private=True)
    thread = f"{keys(body, channel, root)}:{root}"
    return Stop(
        id=f"stop:{thread}", thread=thread, place=place, user=user, received_at=datetime.now(UTC)
    )


def pressed(body: Body) -> Place:
    """Where a button was pressed, for the eyes of who pressed it."""
    container = body["container"]
    root = container.get("thread_ts") or container["message_ts"]
    keys({"team_id": body["team"]["id"]}, container["channel_id"], root)
    return pressed_in(body, container, root, private=True)


def choice_value(turn: str, number: int) -> str:
    """The value of a choice's button."""
    return ChoiceValue(turn=turn, number=number).model_dump_json()


def button_value(thread: str, call_id: str, digest: str) -> str:
    """The value of an approval button."""
    return json.dumps({"thread": thread, "call_id": call_id, "digest": digest})
