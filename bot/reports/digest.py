"""The weekly digest: what found no good answer, with a button to answer it once and for all."""

import asyncio
from functools import partial

from bot.grounding.judge import Embedder
from bot.office.notices import Button, Done, Notice, Row
from bot.reports.figures import read
from bot.reports.report import Group, Report, report
from bot.state.store import Store
from bot.wording import counted

DAYS = 7
ANSWER = "answer_once"
VALUE = 1_900
"""Characters of a question that a button carries; Slack takes 2,000."""


class Reporter:
    """Tells admins how the bot did."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder

    async def report(self, days: int = DAYS) -> Report:
        """How the bot did over the last days."""
        figures = await self._store(partial(read, days=days))
        return await asyncio.to_thread(report, figures, self._embedder)

    async def digest(self) -> Done:
        """The last week in a notice; `nothing` where nobody asked anything."""
        found = await self.report()
        outcome = "done" if found.messages else "nothing"
        return Done(outcome=outcome, notice=digest(found))


def digest(found: Report) -> Notice:
    """A report in words, the questions without a good answer with a button each."""
    rows = [_row(group) for group in found.groups[:8]]
    pages = [f"• {page.title}: {page.bad} of {page.cited} replies" for page in found.pages[:5]]
    remarks = [f"• “{remark.reason}” on “{remark.question}”" for remark in found.remarks[-5:]]
    return Notice(
        text="\n".join(
            [
                f"*The last {found.days} days*: {counted(found.messages, 'message')} of "
                f"{counted(found.people, 'person', 'people')}, {found.answered} answered, "
                f"{found.unanswered} without a good answer, {found.failed} failed. "
                f":thumbsup: {found.good} :thumbsdown: {found.bad}",
                *(["*Behind replies that people found wrong*", *pages] if pages else []),
                *(["*What people wrote*", *remarks] if remarks else []),
                *(["*Questions without a good answer*"] if rows else []),
            ]
        ),
        rows=tuple(rows),
        foot="What you answer here goes to the knowledge base, with your name." if rows else "",
    )


def _row(group: Group) -> Row:
    people = counted(group.people, "person", "people")
    others = tuple(f"also: {other}" for other in group.others)
    return Row(
        title=group.question,
        lines=(
            f"asked {'once' if group.asked == 1 else f'{group.asked} times'} by {people}",
            *others,
        ),
        buttons=(Button(action=ANSWER, label="Answer once", value=group.question[:VALUE]),),
    )
