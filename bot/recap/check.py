"""Whether minutes rest on the conversation: each item has a message, each owner was there."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from bot.messages.minutes import (
    ACTIONS,
    DECISIONS,
    ITEM_CHARS,
    SUMMARY_CHARS,
    Brief,
    DraftAction,
    DraftDecision,
    Item,
    Line,
    Minutes,
    MinutesDraft,
)
from bot.wording import cut

NAMES_SHOWN = 30


class Checked(NamedTuple):
    """What of a draft holds, and what is wrong with the rest in words that a model can act on.

    Attributes:
        dropped: How many decisions and actions the minutes are without.
    """

    minutes: Minutes
    problems: tuple[str, ...]
    dropped: int


def check(draft: MinutesDraft, brief: Brief) -> Checked:
    """Compare a draft with what it was written from; what does not hold is left out."""
    lines = {line.number: line for line in brief.lines if line.number}
    people = {name.casefold(): name for name in brief.people}
    items: list[Item] = []
    problems = list(_of_the_summary(draft.summary))
    for n, decision in enumerate(draft.decisions, 1):
        _add(items, problems, f"Decision {n}", _decision(decision, lines))
    for n, action in enumerate(draft.actions, 1):
        _add(items, problems, f"Action {n}", _action(action, lines, people))
    kept = [*_most(items, problems, action=False), *_most(items, problems, action=True)]
    noted = len(draft.decisions) + len(draft.actions)
    minutes = Minutes(summary=cut(draft.summary.strip(), SUMMARY_CHARS), items=tuple(kept))
    return Checked(minutes, tuple(problems), noted - len(kept))


def _of_the_summary(summary: str) -> Iterator[str]:
    if not summary.strip():
        yield "The `summary` is empty."
    if len(summary) > SUMMARY_CHARS:
        yield f"The `summary` has {len(summary):,} characters: {SUMMARY_CHARS:,} are the most."


def _add(items: list[Item], problems: list[str], what: str, found: Item | str) -> None:
    if isinstance(found, Item):
        items.append(found)
    else:
        problems.append(f"{what} {found}")


def _decision(draft: DraftDecision, lines: Mapping[int, Line]) -> Item | str:
    line = _behind(draft.message, draft.text, lines)
    if isinstance(line, str):
        return line
    text = cut(draft.text.strip(), ITEM_CHARS)
    return Item(action=False, text=text, ts=line.ts, root=line.root, by=line.by)


def _action(draft: DraftAction, lines: Mapping[int, Line], people: Mapping[str, str]) -> Item | str:
    line = _behind(draft.message, draft.task, lines)
    if isinstance(line, str):
        return line
    owner = people.get(draft.owner.strip().removeprefix("@").casefold()) if draft.owner else ""
    if owner is None:
        return f"has an owner who is not in the conversation. {_who(people)}"
    due = _day(draft.due, line)
    if isinstance(due, str):
        return due
    text = cut(draft.task.strip(), ITEM_CHARS)
    return Item(
        action=True, text=text, ts=line.ts, root=line.root, by=line.by, owner=owner, due=due
    )


def _behind(number: int, text: str, lines: Mapping[int, Line]) -> Line | str:
    """The line an item rests on, or what is wrong."""
    if not text.strip():
        return "says nothing."
    if (line := lines.get(number)) is None:
        return (
            f"cites {number}, and there is no line of that number. Cite the line that says so, "
            "or leave the item out."
        )
    return line


def _day(given: str | None, line: Line) -> date | str | None:
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return "has a due date that is not written as YYYY-MM-DD; it may be null."
    if day < line.day:
        return f"is due before {line.day.isoformat()}, the day on which it was said."
    return day


def _most(items: list[Item], problems: list[str], *, action: bool) -> list[Item]:
    """As many as there may be, the last ones; whoever wrote more is asked for fewer."""
    found, most = (
        [item for item in items if item.action == action],
        ACTIONS if action else DECISIONS,
    )
    if len(found) > most:
        problems.append(f"There are {len(found)} {'actions' if action else 'decisions'}: note the "
                        f"{most} that matter most.")  # fmt: skip
    return found[-most:]


def _who(people: Mapping[str, str]) -> str:
    names = ", ".join([*people.values()][:NAMES_SHOWN])
    return f"Name one of these, or null: {names}." if names else "Nobody can own it: write null."
