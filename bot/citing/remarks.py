"""What a reader should know of a reply beside its text."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.citing.sources import Source
from bot.messages.decisions import EXTRACTIVE, Decision
from bot.messages.task import Task


def label(decision: Decision) -> str | None:
    """How the text was made, where that is not by a model."""
    if decision.author != EXTRACTIVE:
        return None
    why = f" ({decision.degraded})" if decision.degraded else ""
    return f"Answered without a language model{why}"


def left_out(count: int) -> tuple[str, ...]:
    """Say how many sentences of a draft the reply is without."""
    if not count:
        return ()
    if count == 1:
        return ("One sentence was left out: no source says it.",)
    return (f"{count} sentences were left out: no source says them.",)


def notes(task: Task, cited: Sequence[Source]) -> tuple[str, ...]:
    """What a reader should know of the sources beside what they say."""
    return (*_held_back(task, cited), *_suspect(task, cited), *_expired(cited))


def _held_back(task: Task, cited: Sequence[Source]) -> tuple[str, ...]:
    """Say what was held back, where it stood near or in a page that the reply cites."""
    best = max((passage.score for passage in task.evidence.passages), default=0.0)
    pages = {source.source for source in cited}
    withheld = task.evidence.withheld
    near = [held for held in withheld if held.score >= best / 2 or held.source in pages]
    if not near:
        return ()
    named = ", ".join(f"“{title}”" for title in sorted({held.title for held in near}))
    return (
        f"Part of {named} was held back: it carries instructions to an assistant. "
        "Please tell an admin.",
    )


def _suspect(task: Task, cited: Sequence[Source]) -> tuple[str, ...]:
    """Say which cited passage may carry an order: it was quoted, and nothing more."""
    places = {(source.source, source.heading) for source in cited}
    suspect = {one.title for one in task.evidence.suspect if (one.source, one.heading) in places}
    named = ", ".join(f"“{title}”" for title in sorted(suspect))
    return (f"{named} may hold instructions to an assistant; I only quote it.",) if named else ()


def _expired(cited: Sequence[Source]) -> tuple[str, ...]:
    now = datetime.now(UTC)
    days = {s.title: s.expires_at for s in cited if s.expires_at and s.expires_at <= now}
    return tuple(
        f"“{title}” was to hold until {day:%d %b %Y} and may be out of date."
        for title, day in days.items()
    )
