"""Replies as Block Kit: the text in pages, its numbered sources, what can be pressed below.

Together with a page's text, what stands below it stays within what Slack takes in one message.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.messages.replies import Citation, Conflict, Reply, Statement
from bot.slack.ages import age
from bot.slack.blocks import NO_TEXT, Block, button, context, markdown_block
from bot.slack.buttons import choice_value
from bot.slack.feedback import DOWN, UP
from bot.slack.markup import escape, inert_markdown, shorten
from bot.slack.pages import pages

SOURCES = 10
QUOTE = 160
TAIL_CHARS = 2_600
"""Of all that stands below the text; a page, this and the steps of a stream are under 13,000."""

MOST_PAGES = 2
SUMMARY_BYTES = 1_500
IN_FILE = "_This is the beginning; the whole answer is in the file below._"

Element = Callable[[Reply, str], Block | None]
"""Makes an element of the row of buttons under a reply of a turn, or none."""


def reply_blocks(reply: Reply, turn: str = "") -> list[Block]:
    """A reply that fits one message, as it is posted."""
    return [markdown_block(inert_markdown(reply.text)), *reply_tail(reply, turn)]


def paged(reply: Reply, *, as_file: bool = True) -> tuple[Reply, ...]:
    """A reply as messages, the sources with the last; a long one as a summary and a file."""
    texts = pages(inert_markdown(reply.text))
    if as_file and len(texts) > MOST_PAGES:
        summary = pages(inert_markdown(reply.text), SUMMARY_BYTES)[0].rstrip()
        changes = {"text": f"{summary}\n\n{IN_FILE}", "attachment": reply.text}
        return (reply.model_copy(update=changes),)
    *first, last = texts
    return (
        *(Reply(status=reply.status, text=text, private=reply.private) for text in first),
        reply.model_copy(update={"text": last}),
    )


def reply_tail(reply: Reply, turn: str) -> list[Block]:
    """What stands below the text: sources, how it was made, remarks, and what can be pressed."""
    lines = [_source(citation) for citation in reply.citations[:SOURCES]]
    lines += [_conflict(conflict) for conflict in reply.conflicts]
    if reply.label:
        lines.append(f":mag: {escape(shorten(reply.label, 200))}")
    lines += [f":shield: {escape(shorten(note, 600))}" for note in reply.notes[:5]]
    blocks = [context(line) for line in _fitting(lines)]
    return [*blocks, *_choices(reply, turn), *reply_row(reply, turn)]


def reply_row(reply: Reply, turn: str) -> list[Block]:
    """The row of buttons under a reply; none where nothing can be pressed."""
    if not turn:
        return []
    elements = [element for make in ROW if (element := make(reply, turn))]
    return [{"type": "actions", "block_id": "reply", "elements": elements}] if elements else []


def plain(reply: Reply) -> str:
    """The reply for notifications and screen readers."""
    return escape(shorten(reply.text, 300)) or NO_TEXT


def _sources_button(reply: Reply, turn: str) -> Block | None:
    return button("Sources", "sources_open", turn) if reply.citations else None


def _why_button(reply: Reply, turn: str) -> Block | None:  # noqa: ARG001
    return button("Why this answer?", "why_open", turn)


def _thumb(shown: str, action: str) -> Element:
    return lambda _, turn: button(shown, action, turn)


ROW: tuple[Element, ...] = (_sources_button, _why_button, _thumb("👍", UP), _thumb("👎", DOWN))
"""In the order in which they stand."""


def _choices(reply: Reply, turn: str) -> list[Block]:
    buttons = [
        button(shorten(label, 75), f"clarify_{n}", choice_value(turn, n))
        for n, label in enumerate(reply.choices)
    ]
    return [{"type": "actions", "block_id": "choices", "elements": buttons}] if buttons else []


def _fitting(lines: list[str]) -> list[str]:
    """As many lines as there is room for, and a word on the rest."""
    room, kept = TAIL_CHARS, list[str]()
    for line in lines:
        room -= len(line)
        if room < 0:
            return [*kept, f"… and {len(lines) - len(kept)} more"]
        kept.append(line)
    return kept


def _conflict(conflict: Conflict) -> str:
    """Both sides with their dates; which one holds is for a person to say."""
    sides = sorted((conflict.one, conflict.other), key=_when, reverse=True)
    told = [f"• {_dated(side)}: _“{escape(shorten(side.text, QUOTE))}”_" for side in sides]
    return "\n".join([":scales: *The documents disagree.*", *told])


def _when(side: Statement) -> float:
    return side.updated_at.timestamp() if side.updated_at else 0.0


def _dated(side: Statement) -> str:
    title = escape(shorten(side.title, 80))
    return f"{title} ({side.updated_at:%d %b %Y})" if side.updated_at else title


def _source(citation: Citation) -> str:
    where = escape(shorten(citation.title, 120))
    if citation.source.startswith(("https://", "http://")) and not set(citation.source) & set(
        "<>|"
    ):
        where = f"<{escape(citation.source)}|{where}>"
    path = citation.heading.removeprefix(citation.title).removeprefix(" > ")
    heading = f" · {escape(shorten(path, 120))}" if path else ""
    when = f" · {age(citation.updated_at, datetime.now(UTC))}" if citation.updated_at else ""
    head = f"*[{citation.number}]* {where}{heading}{when}"
    if citation.quote.lstrip().startswith(("{", "[")):  # JSON of a tool: nobody reads that
        return f"{head} · what the tool answered"
    return f"{head} · _“{escape(shorten(citation.quote, QUOTE))}”_"
