"""Cards and previews as Block Kit, within Slack's limits for any text."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.messages.approvals import Argument, Card, Consent, Pending
from bot.messages.replies import Step
from bot.slack.buttons import PRIVATELY, button_value
from bot.slack.markup import escape, literal, shorten

Block = dict[str, Any]

SECTION_LIMIT = 2_900
STEPS = 8
NO_TEXT = "(no text)"
PIECE = 2_400

_STEP_MARKS = {
    "in_progress": ":hourglass_flowing_sand:",
    "complete": ":white_check_mark:",
    "error": ":warning:",
}
_ORIGINS = {
    "requester": "from the message",
    "participant": ":warning: from somebody else's message",
    "document": ":warning: from a document",
    "tool": ":warning: from a tool's result",
    "model": "worded by the assistant",
}
_ON_YES = {
    "read": "it reads, once, with exactly these values",
    "write": "it runs once, with exactly these values",
    "egress": "exactly these values are sent out, once",
}


def preview_blocks(text: str, steps: Sequence[Step], turn: str) -> list[Block]:
    """What is shown of a turn that is under way, where the workspace has no streams."""
    lines = [
        f"{_STEP_MARKS[step.status]} {escape(step.title)} {escape(step.output)}" for step in steps
    ]
    blocks = [context(line.strip()) for line in lines[-STEPS:]]
    if text:
        blocks.append(markdown_block(text))
    stop = button("Stop", "stop_turn", turn.rpartition("/")[0])
    return [*blocks, {"type": "actions", "block_id": "stop", "elements": [stop]}]


def card_blocks(card: Card) -> list[Block]:
    """An approval card with its two buttons."""
    value = button_value(card.thread, card.call_id, card.digest)
    return [*_request(card), context(_terms(card)), _buttons(value)]


def settled_blocks(pending: Pending, consent: Consent) -> list[Block]:
    """The same card at its end: what became of it, by whom, when, and nothing to press."""
    if consent.outcome == "noted":
        return _half_settled(pending, consent)
    mark = {"approved": ":white_check_mark: Approved", "denied": ":no_entry_sign: Denied"}
    words = mark.get(consent.outcome, ":hourglass: Expired, clicked")
    both = [pending.first, consent] if consent.outcome == "approved" else [consent]
    by = " and ".join(f"by {_by(one)}" for one in both if one)
    return [*_request(pending.card), context(f"{words} {by}")]


def _by(consent: Consent) -> str:
    return f"{escape(consent.by)} at {consent.at:%Y-%m-%d %H:%M} UTC"


OFFER = (
    "You may read more about this than everyone in this conversation may. I left that out of my "
    "answer; only you can see this message."
)


def offer_blocks(question: str) -> list[Block]:
    """The offer of a private answer to a message; `question` is its id."""
    offer = button("Answer me privately", PRIVATELY, question)
    return [section(OFFER), {"type": "actions", "elements": [offer]}]


def _half_settled(pending: Pending, consent: Consent) -> list[Block]:
    """The card after the first of two approvals: its buttons stay for the second person."""
    *request, buttons = card_blocks(pending.card)
    by = f":white_check_mark: Approved by {_by(consent)}. One person more has to approve."
    return [*request, context(by), buttons]


def _request(card: Card) -> list[Block]:
    where = f" in {escape(card.system)}" if card.system else ""
    title = f"*{escape(card.title)}*{where}? Nothing happens until this is approved."
    return [section(title), *(b for argument in card.arguments for b in _argument(argument))]


def _argument(argument: Argument) -> Iterator[Block]:
    """An argument whole: over several sections where one does not hold it."""
    name = escape(shorten(argument.name.replace("_", " ").capitalize(), 80))
    head = f"*{name}* · {_origin(argument)}\n"
    for piece in _pieces(argument.value):
        yield section(f"{head}{literal(piece)}")
        head = ""


def _pieces(value: str) -> Iterator[str]:
    """A value cut into what a section holds, once it is escaped."""
    start = size = 0
    for end, character in enumerate(value):
        size += len(escape(character))
        if size > PIECE:
            yield value[start:end]
            start, size = end, len(escape(character))
    yield value[start:]


def _origin(argument: Argument) -> str:
    words = _ORIGINS[argument.origin]
    if argument.partly:
        words = words.replace("from ", "in part from ")
    return f"{words} ({escape(shorten(argument.text, 80))})" if argument.text else words


def _terms(card: Card) -> str:
    until = f"until {card.expires_at:%d %b %H:%M} UTC"
    return (
        f"I ask because {escape(card.reason)}. On yes, {_ON_YES[card.effect]}. "
        f"{_who(card)}, {until}."
    )


def _who(card: Card) -> str:
    """Who may approve, in words; mentions would call people who need not come."""
    named = "a named approver" if card.approvers else "an admin"
    match card.approver, card.approvals:
        case "another", 1:
            return f"{_capital(named)} other than the person who asked has to approve this"
        case "another", _:
            return "Two people other than the person who asked have to approve this"
        case _, 1 if not card.approvers:
            return "Only the person who asked can approve this"
        case _, 1:
            return f"The person who asked or {named} can approve this"
        case _:
            return f"Two people have to approve this; the person who asked and {named} count"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _buttons(value: str) -> Block:
    return {
        "type": "actions",
        "elements": [
            button("Approve", "approve", value, "primary"),
            button("Deny", "deny", value, "danger"),
        ],
    }


def button(text: str, action_id: str, value: str, style: str = "") -> Block:
    """A button; its value is client data when it comes back."""
    label = {"type": "plain_text", "text": text or "\u2026", "emoji": False}
    made = {"type": "button", "text": label, "action_id": action_id, "value": value}
    return {**made, "style": style} if style else made


def markdown_block(text: str) -> Block:
    """Markdown that is inert, and short enough; Slack takes none that is empty."""
    return {"type": "markdown", "text": text if text.strip() else NO_TEXT}


def section(text: str) -> Block:
    """A paragraph of mrkdwn."""
    return {"type": "section", "text": mrkdwn(text[:SECTION_LIMIT])}


def context(text: str) -> Block:
    """A small line of mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def mrkdwn(text: str) -> Block:
    """Text in which only `<...>` is a link: a title that somebody wrote may hold an address."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
