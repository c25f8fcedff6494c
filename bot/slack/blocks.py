"""Replies and cards as Block Kit, within Slack's limits for any text."""

from collections.abc import Iterator
from typing import Any

from bot.messages import Argument, Card, Citation, Consent, Pending, Reply
from bot.slack.incoming import PRIVATELY, button_value
from bot.slack.markup import escape, inert_markdown, literal, shorten

Block = dict[str, Any]

MARKDOWN_LIMIT = 11_500
SECTION_LIMIT = 2_900
SOURCES = 10
QUOTE = 160
PIECE = 2_400

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


def reply_blocks(reply: Reply) -> list[Block]:
    """A reply: the text, its numbered sources, how it was made, remarks."""
    blocks: list[Block] = [_markdown(reply.text)]
    blocks += [_context(_source(citation)) for citation in reply.citations[:SOURCES]]
    if reply.label:
        blocks.append(_context(f":mag: {escape(reply.label)}"))
    blocks += [_context(f":shield: {escape(shorten(note, 600))}") for note in reply.notes[:5]]
    return blocks


def card_blocks(card: Card) -> list[Block]:
    """An approval card with its two buttons."""
    value = button_value(card.thread, card.call_id, card.digest)
    return [*_request(card), _context(_terms(card)), _buttons(value)]


def settled_blocks(pending: Pending, consent: Consent) -> list[Block]:
    """The same card at its end: what became of it, by whom, when, and nothing to press."""
    if consent.outcome == "noted":
        return _half_settled(pending, consent)
    mark = {"approved": ":white_check_mark: Approved", "denied": ":no_entry_sign: Denied"}
    words = mark.get(consent.outcome, ":hourglass: Expired, clicked")
    both = [pending.first, consent] if consent.outcome == "approved" else [consent]
    by = " and ".join(f"by {_by(one)}" for one in both if one)
    return [*_request(pending.card), _context(f"{words} {by}")]


def _by(consent: Consent) -> str:
    return f"{escape(consent.by)} at {consent.at:%Y-%m-%d %H:%M} UTC"


OFFER = (
    "You may read more about this than everyone in this conversation may. I left that out of my "
    "answer; only you can see this message."
)


def offer_blocks(question: str) -> list[Block]:
    """The offer of a private answer to a message; `question` is its id."""
    label = {"type": "plain_text", "text": "Answer me privately"}
    button = {"type": "button", "text": label, "action_id": PRIVATELY, "value": question}
    return [_section(OFFER), {"type": "actions", "elements": [button]}]


def _half_settled(pending: Pending, consent: Consent) -> list[Block]:
    """The card after the first of two approvals: its buttons stay for the second person."""
    *request, buttons = card_blocks(pending.card)
    by = f":white_check_mark: Approved by {_by(consent)}. One person more has to approve."
    return [*request, _context(by), buttons]


def plain(reply: Reply) -> str:
    """The reply for notifications and screen readers."""
    return escape(shorten(reply.text, 300))


def _request(card: Card) -> list[Block]:
    where = f" in {escape(card.system)}" if card.system else ""
    title = f"*{escape(card.title)}*{where}? Nothing happens until this is approved."
    return [_section(title), *(b for argument in card.arguments for b in _argument(argument))]


def _argument(argument: Argument) -> Iterator[Block]:
    """An argument whole: over several sections where one does not hold it."""
    name = escape(shorten(argument.name.replace("_", " ").capitalize(), 80))
    head = f"*{name}* · {_origin(argument)}\n"
    for piece in _pieces(argument.value):
        yield _section(f"{head}{literal(piece)}")
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
            _button("Approve", "approve", "primary", value),
            _button("Deny", "deny", "danger", value),
        ],
    }


def _button(text: str, action_id: str, style: str, value: str) -> Block:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": text},
        "action_id": action_id,
        "style": style,
        "value": value,
    }


def _source(citation: Citation) -> str:
    where = escape(shorten(citation.title, 120))
    if citation.source.startswith(("https://", "http://")) and not set(citation.source) & set(
        "<>|"
    ):
        where = f"<{escape(citation.source)}|{where}>"
    path = citation.heading.removeprefix(citation.title).removeprefix(" > ")
    heading = f" · {escape(shorten(path, 120))}" if path else ""
    if citation.quote.lstrip().startswith(("{", "[")):  # JSON of a tool: nobody reads that
        return f"*[{citation.number}]* {where}{heading} · what the tool answered"
    return f"*[{citation.number}]* {where}{heading} · _“{escape(shorten(citation.quote, QUOTE))}”_"


def _markdown(text: str) -> Block:
    cut = inert_markdown(text)
    if len(cut) > MARKDOWN_LIMIT:
        cut = cut[:MARKDOWN_LIMIT] + "\n\n… (cut)"
    return {"type": "markdown", "text": cut}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text[:SECTION_LIMIT])}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _mrkdwn(text: str) -> Block:
    """Text in which only `<...>` is a link: a title that somebody wrote may hold an address."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
