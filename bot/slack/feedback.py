"""The thumbs under a reply, and the form that asks what was wrong."""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from bot.messages.acts import Answer
from bot.messages.events import Errand, Place, Rating
from bot.slack.keys import Body, keys, pressed_in

UP, DOWN = "feedback_up", "feedback_down"
FORM = "feedback_reason"
THANKS = "Thank you, that is noted."
REASON = 500
"""Characters of a reason."""


class Rated(NamedTuple):
    """A thumb was pressed; `trigger` opens the form, for three seconds."""

    rating: Rating
    trigger: str


class FormData(BaseModel):
    """What the form brings back: client data, a key to our own record and no more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turn: str
    channel: str
    root: str


def pressed(body: Body, action: Body) -> Rated:
    """A thumb as an event; pressing it again changes nothing."""
    container = body["container"]
    root = container.get("thread_ts") or container["message_ts"]
    keys({"team_id": body["team"]["id"]}, container["channel_id"], root)
    place = pressed_in(body, container, root, private=True)
    return Rated(_rating(action["value"], place, action["action_id"] == UP), body["trigger_id"])


def submission(body: Body) -> Rating:
    """What was wrong, as a person wrote it."""
    view, team, user = body["view"], body["team"]["id"], body["user"]["id"]
    data = FormData.model_validate_json(view["private_metadata"])
    keys({"team_id": team}, data.channel, data.root)
    place = Place(team=team, channel=data.channel, root=data.root, user=user, private=True)
    reason = view["state"]["values"]["reason"]["value"]["value"] or ""
    return _rating(data.turn, place, good=False, reason=reason.strip()[:REASON])


def _rating(turn: str, place: Place, good: bool, reason: str = "") -> Rating:
    what = "why" if reason else "up" if good else "down"
    key = f"rating:{turn}:{place.user}:{what}"
    return Rating(
        id=key,
        thread=key,
        place=place,
        user=place.user,
        turn=turn,
        good=good,
        reason=reason,
        received_at=datetime.now(UTC),
    )


def reason_view(rating: Rating) -> dict[str, Any]:
    """The form; closing it keeps the thumb."""
    data = FormData(turn=rating.turn, channel=rating.place.channel, root=rating.place.root)
    element = {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": True,
        "max_length": REASON,
        "placeholder": _plain("It is out of date: we have 26 days since March."),
    }
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": data.model_dump_json(),
        "title": _plain("What was wrong?"),
        "submit": _plain("Send"),
        "close": _plain("Skip"),
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": _plain("Tell the admins what was wrong, or what is missing"),
                "element": element,
            }
        ],
    }


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


# --- answering once -------------------------------------------------------------------------------

ANSWER_FORM = "answer_once_form"


class Answering(NamedTuple):
    """An admin wants to answer a question of the digest; `place` is theirs."""

    question: str
    place: Place
    trigger: str


def answering(body: Body, action: Body) -> Answering:
    """The button beside a question of the digest."""
    container = body["container"]
    place = pressed_in(body, container, container["message_ts"], private=True)
    return Answering(action["value"], place, body["trigger_id"])


def answer_view(question: str) -> dict[str, Any]:
    """The form for an answer; the question travels in it, for the title of the document."""
    element = {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": True,
        "max_length": 3_000,
    }
    return {
        "type": "modal",
        "callback_id": ANSWER_FORM,
        "private_metadata": question,
        "title": _plain("Answer once"),
        "submit": _plain("Save"),
        "close": _plain("Cancel"),
        "blocks": [
            {"type": "section", "text": _plain(question)},
            {
                "type": "input",
                "block_id": "answer",
                "label": _plain("The answer, as everyone here may read it"),
                "element": element,
            },
        ],
    }


def answered(body: Body) -> Errand:
    """The answer as an errand; that the person is an admin is checked when it is done."""
    view, team, user = body["view"], body["team"]["id"], body["user"]["id"]
    text = view["state"]["values"]["answer"]["value"]["value"].strip()
    key = f"{team}:{user}:answer-{view['id']}"
    place = Place(team=team, channel=user, root=key, user=user, kind="im", private=True)
    act = Answer(question=view["private_metadata"], text=text)
    return Errand(
        id=key, thread=key, place=place, user=user, act=act, received_at=datetime.now(UTC)
    )
