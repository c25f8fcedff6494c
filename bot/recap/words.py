"""What a person is told about a summary: before it, while it is made, and the summary itself."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bot.egress.gate import Gate
from bot.messages.decisions import EXTRACTIVE
from bot.messages.events import Recap
from bot.messages.minutes import Item, Minutes, Noted, Part, people_of
from bot.office.notices import Notice, Point, Sheet
from bot.recap.transcripts import Admission
from bot.wording import counted

Link = Callable[[str, str], str]
"""The address of a message, by its `ts` and that of its thread."""

USAGE = (
    "`/summarize` sums up the last 24 hours of a channel, `/summarize 48` the last 48: "
    "any whole number from 1 to 168."
)

NO_ENTRY: dict[Admission, str] = {
    "bot_not_in": (
        "I am not in this conversation, so I can't read it. Please add me to the channel with "
        "`/invite`, and ask me again."
    ),
    "not_a_member": (
        "I only sum up conversations for those who are in them, and I can't see that you are in "
        "this one. Please join it and ask me again."
    ),
}
GONE = (
    "While I was working on this, you have left the conversation, or I have. I keep what I noted "
    "to myself."
)
WITHHELD_SHOWN = 5


class Progress(NamedTuple):
    """How far a summary is; `back_to` is the `ts` up to which the channel is read."""

    messages: int
    parts: int
    back_to: str = ""
    joining: bool = False


def rejected(problem: str) -> Notice:
    """What was wrong with the command, and how it goes."""
    return Notice(text=f"{problem} {USAGE}")


def begun(name: str, asked: Recap) -> Notice:
    """Said where it was asked: the summary comes elsewhere."""
    return Notice(
        text=f":memo: I am reading {_what(name, asked)}. Only you get the summary, in our direct "
        "messages."
    )


def working(name: str, asked: Recap, at: Progress) -> Notice:
    """The message as it stands while a summary is made."""
    read = counted(at.messages, "message")
    back = f", back to {_at(at.back_to)}" if at.back_to and not asked.root else ""
    noted = counted(at.parts, "part")
    if at.joining:
        steps = (
            f":white_check_mark: Read {read}",
            f":white_check_mark: Noted what matters in {noted}",
            f":hourglass_flowing_sand: Making one of {noted}",
        )
    else:
        steps = (
            f":hourglass_flowing_sand: Reading: {read}{back}",
            f":hourglass_flowing_sand: Noting what matters: {noted} done",
            ":white_circle: Make one of the parts",
        )
    checked = ":white_circle: Show it, with a link to each message"
    return Notice(text="\n".join([f"*Summing up {_what(name, asked)}*", *steps, checked]))


def nothing(name: str, asked: Recap) -> Notice:
    """There was nothing to sum up."""
    where = "in that thread" if asked.root else f"in {name} in the last {_span(asked.hours)}"
    return Notice(text=f"Nothing was written {where}.")


def sheet(
    name: str, asked: Recap, parts: Sequence[Part], whole: Noted, link: Link, gate: Gate
) -> Sheet:
    """The summary as it is shown, with a link to the message behind each item."""
    minutes = whole.minutes
    lists = (
        ("Decisions", _points(minutes, link, action=False)),
        ("Action items", _points(minutes, link, action=True)),
    )
    return Sheet(
        title=f"Summary of {_named(name, asked)}",
        lead=_lead(asked, parts),
        label=_label(parts, whole),
        text=minutes.summary,
        lists=tuple((heading, points) for heading, points in lists if points),
        notes=tuple(_notes(parts, whole, minutes, parts[-1 if asked.root else 0])),
        sources=tuple(_withheld(parts, link)),
    ).passed(gate)


def _points(minutes: Minutes, link: Link, *, action: bool) -> tuple[Point, ...]:
    return tuple(
        Point(
            bold=(item.owner or "Nobody yet") if action else "",
            text=item.text,
            aside=f"due {item.due:%a} {item.due.day} {item.due:%b %Y}" if item.due else "",
            label=f"{item.by}, {_at(item.ts)}",
            link=link(item.ts, item.root),
        )
        for item in _in_order(minutes.items)
        if item.action == action
    )


def _in_order(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: float(item.ts))


def _lead(asked: Recap, parts: Sequence[Part]) -> str:
    """What was read, in a line; all of these are ours or counts."""
    messages = sum(part.messages for part in parts)
    said = counted(messages, "message")
    who = counted(len(people_of(parts)), "person", "people")
    window = "" if asked.root else f"The last {_span(asked.hours)}"
    return " · ".join(one for one in (window, said, who, _from_to(parts)) if one)


def _from_to(parts: Sequence[Part]) -> str:
    """From the first to the last message that was read."""
    stamps = sorted((ts for part in parts for ts in (part.first, part.last) if ts), key=float)
    first, last = _moment(stamps[0]), _moment(stamps[-1])
    end = f"{last:%H:%M}" if first.date() == last.date() else _at(stamps[-1])
    return f"{_at(stamps[0])} to {end} UTC"


def _label(parts: Sequence[Part], whole: Noted) -> str:
    authors = {noted.author for noted in (*parts, whole) if noted.author}
    if authors == {EXTRACTIVE}:
        why = next((part.degraded for part in parts if part.degraded), None)
        reason = f"because {why}" if why else "since no language model is set up"
        return f"Not written but quoted, word for word, {reason}"
    if EXTRACTIVE in authors:
        why = next(noted.degraded for noted in (*parts, whole) if noted.degraded)
        return f"Partly quoted, word for word, because {why}"
    return ""


def _notes(parts: Sequence[Part], whole: Noted, minutes: Minutes, last_read: Part) -> list[str]:
    notes: list[str] = []
    kinds = {item.action for item in minutes.items}
    missing = [w for w, a in (("decisions", False), ("action items", True)) if a not in kinds]
    if missing:
        notes.append(f"I found no {' and no '.join(missing)}.")
    if dropped := whole.dropped:
        left = counted(dropped, "decision or action item", "decisions or action items")
        notes.append(
            f"I left out {left} that did not hold: no message says so, or the owner is not in "
            "the conversation."
        )
    if spent := next((part.spent for part in parts if part.spent), ""):
        notes.append(f"{spent} So I have not read the rest of the conversation.")
    elif last_read.next is not None:
        notes.append("That is as much as I read at once: the rest is not in here.")
    return notes


def _withheld(parts: Sequence[Part], link: Link) -> list[Point]:
    """Which messages were kept from the model, by name: the reader can look for themself."""
    left = [one for part in parts for one in part.withheld]
    shown = [
        Point(
            text="Left out, since it carries instructions to an assistant:",
            label=f"{one.by}, {_at(one.ts)}",
            link=link(one.ts, one.root),
        )
        for one in left[:WITHHELD_SHOWN]
    ]
    if more := len(left) - len(shown):
        shown.append(Point(text=f"… and {counted(more, 'more message')}", label="", link=""))
    return shown


def _what(name: str, asked: Recap) -> str:
    return f"a thread in {name}" if asked.root else f"{name}, the last {_span(asked.hours)}"


def _named(name: str, asked: Recap) -> str:
    return f"a thread in {name}" if asked.root else name


def _span(hours: int) -> str:
    return "hour" if hours == 1 else f"{hours} hours"


def _at(ts: str) -> str:
    """A moment as people read it, in UTC."""
    moment = _moment(ts)
    return f"{moment.day} {moment:%b, %H:%M}"


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
