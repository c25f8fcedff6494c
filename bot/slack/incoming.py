"""What Slack delivers, as events of ours. Every body is hostile until it has a known shape."""

from typing import NamedTuple

from bot import log
from bot.messages.acts import Forget, Scope
from bot.messages.events import Aside, Choice, Click, Rating, Recap, Stop
from bot.slack import feedback, kb, kb_forms, recap
from bot.slack.buttons import Look, aside, choice, click, pressed, stop
from bot.slack.feedback import Answering, Rated
from bot.slack.kb_forms import Errands, Form, Rejected
from bot.slack.keys import Body
from bot.slack.written import Deletion, Edit, Heard, addressee, asked, deletion, edit, heard

_WRITTEN = (None, "thread_broadcast", "file_share", "me_message")


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


def read(body: Body, bot_user: str) -> Incoming | None:
    """Make sense of a request's body; None if it is nothing that we act on.

    `bot_user` may be empty for as long as Slack has not told us who we are; an event names its
    bot itself, then.
    """
    try:
        bot_user = bot_user or addressee(body)
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
            return asked(body, bot_user)
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


def _event(body: Body, event: Body, bot_user: str) -> Incoming | None:
    match event.get("type"), event.get("subtype"):
        case ("app_home_opened", _):
            return HomeOpened(event["user"], event.get("channel", ""), event.get("tab", "home"))
        case ("message", "message_changed"):
            return edit(body, event, bot_user)
        case ("message", "message_deleted"):
            return deletion(body, event)
        case ("agent_session_stopped", _):
            return stop(body, event["channel"], event["thread_ts"], event["user"])
        case ("message" | "app_mention", subtype) if subtype in _WRITTEN:
            return heard(body, event, bot_user)
        case _:
            return None


def _forget(body: Body) -> Errands:
    """A person's wish to be forgotten; what is not said in so many words only counts."""
    place = kb_forms.own_place(body["team_id"], body["channel_id"], body["user_id"], body)
    word = str(body.get("text") or "").strip().lower()
    scope: Scope = "here" if word == "here" else "everywhere" if word == "everywhere" else "count"
    return Errands(kb_forms.errand_at(place, Forget(scope=scope)))


def _action(body: Body, action: Body) -> Incoming | None:
    match action.get("action_id"):
        case "approve" | "deny":
            return click(body, action)
        case "answer_privately":
            return aside(body, action)
        case "stop_turn":
            place = pressed(body)
            return stop({"team_id": place.team}, place.channel, place.root, place.user)
        case "sources_open" | "why_open" as what:
            return Look(what, action["value"], pressed(body), body["trigger_id"])
        case str() as chosen if chosen.startswith("clarify_"):
            return choice(body, action)
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
