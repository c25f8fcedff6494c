"""Takes the minutes of a conversation: who may have them, part by part, then the whole."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from bot.config import Limits
from bot.egress.gate import Gate
from bot.guardrails.policy import Policy
from bot.messages.events import Place, Posted, Recap
from bot.messages.frozen import Frozen
from bot.messages.minutes import (
    Brief,
    Line,
    Noted,
    Part,
    Position,
    Written,
    people_of,
)
from bot.model.scribe import Scribe
from bot.office.board import Board
from bot.office.notices import Notice
from bot.office.office import Office
from bot.recap import words
from bot.recap.lines import notes_of, screened
from bot.recap.noting import note
from bot.recap.transcripts import Transcripts
from bot.recap.words import Progress
from bot.stages.screen import over_budget, refused, used_up
from bot.state.ledger import Ledger

ROOM = 24_000
"""Characters of a part, names and times included: what a model reads at once with ease."""

HEAD = 60
"""Characters that stand around a message."""

PARTS = 200
"""More is not read at once: some 40,000 messages."""

Show = Callable[[Progress], None]
"""Shows how far a summary is."""


class Leave(Frozen):
    """Whether a person may have a summary; `name` is what the conversation is called."""

    outcome: Literal["allowed", "refused"]
    name: str = ""
    notice: Notice = Notice(text="")


@dataclass(frozen=True)
class Clerk:
    """Made once, in `bot.app`. What may run again after a crash is a step of `flow`.

    Attributes:
        backup: Writes where the scribe cannot.
    """

    office: Office
    transcripts: Transcripts
    scribe: Scribe
    backup: Scribe
    policy: Policy
    gate: Gate
    ledger: Ledger
    limits: Limits

    # --- who may have it --------------------------------------------------------------------------

    async def admit(self, asked: Recap) -> Leave:
        """Check, at this moment, who asks, what they have used today, and that they are there.

        Raises:
            SurfaceError: Slack could not be reached.
        """
        requester = await self.office.identify(asked.user, asked.place)
        if requester.barred:
            return Leave(outcome="refused", notice=Notice(text=refused(requester.barred)))
        if spent := used_up(await self.ledger.spent(asked.user), self.limits):
            return Leave(outcome="refused", notice=Notice(text=over_budget(spent)))
        return await self.readmit(asked)

    async def readmit(self, asked: Recap) -> Leave:
        """Check that a person is in the conversation, and so are we.

        Raises:
            SurfaceError: Slack could not be reached.
        """
        admission, name = await self.transcripts.enter(asked.user, asked.place)
        if admission != "admitted":
            return Leave(outcome="refused", notice=Notice(text=words.NO_ENTRY[admission]))
        return Leave(outcome="allowed", name=name)

    # --- part by part -----------------------------------------------------------------------------

    async def take_part(self, asked: Recap, at: Position, number: int, show: Show) -> Part:
        """Read as much of the conversation as a model reads at once, and note what matters.

        Nothing is read where today's budget is used up: the turn at hand is in it.

        Raises:
            SurfaceError: The conversation cannot be read.
        """
        if number and (spent := used_up(await self.ledger.spent(asked.user), self.limits)):
            return Part(spent=spent)
        written, following = await self._gather(asked, at, show)
        if not written:
            return Part()
        ids = {w.user for w in written if w.user} | {u for w in written for u in w.mentioned}
        names = await self.office.names(ids)
        lines, withheld, people = await asyncio.to_thread(screened, written, names, self.policy)
        brief = Brief(id=f"{asked.id}/{number}", people=people, lines=lines)
        noted = await note(brief, self.scribe, self.backup) if lines else Noted()
        stamps = sorted((w.ts for w in written), key=float)
        return Part(
            **dict(noted),
            messages=len(written),
            first=stamps[0],
            last=stamps[-1],
            people=people,
            withheld=withheld,
            next=following,
        )

    async def _gather(
        self, asked: Recap, at: Position, show: Show
    ) -> tuple[list[Written], Position | None]:
        """Messages from a position on, up to a part's size, and where the next part begins."""
        since = f"{max(asked.received_at.timestamp() - asked.hours * 3600, 0):.6f}"
        written: list[Written] = []
        room = ROOM
        async with aclosing(self.transcripts.read(asked, since, at)) as messages:
            async for message, behind in messages:
                room -= len(message.text) + HEAD
                if room < 0 and written:
                    return _in_order(written), at
                written.append(message)
                at = behind
                show(Progress(len(written), 0, message.ts))
        return _in_order(written), None

    # --- the whole --------------------------------------------------------------------------------

    async def combine(self, asked: Recap, number: int, parts: Sequence[Part]) -> Noted:
        """Make one of what was noted of several parts, in the order in which they are given."""
        lines: list[Line] = []
        for part in parts:
            lines += notes_of(part, sum(line.number > 0 for line in lines))
        brief = Brief(
            id=f"{asked.id}/whole/{number}",
            whole=True,
            people=people_of(parts),
            lines=tuple(lines),
        )
        return await note(brief, self.scribe, self.backup)

    # --- how far it is ----------------------------------------------------------------------------

    @asynccontextmanager
    async def progress(self, asked: Recap, name: str, board: Posted) -> AsyncGenerator[Show]:
        """Show on the board how far a summary is, about once a second."""

        def working(at: Progress) -> Notice:
            return words.working(name, asked, at)

        async with Board(self.office, board, self.gate, working) as progress:
            yield progress.tell

    def link_of(self, place: Place) -> words.Link:
        """Addresses of the messages of a place."""
        return lambda ts, root: self.transcripts.link(place, ts, root)


def _in_order(written: list[Written]) -> list[Written]:
    """Messages in the order in which they were written, a thread after its first one."""
    return sorted(written, key=lambda w: (float(w.root or w.ts), float(w.ts)))
