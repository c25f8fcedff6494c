"""Takes the minutes of a conversation: who may have them, part by part, then the whole."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot import log
from bot.config import Limits
from bot.egress.gate import Gate
from bot.errors import ModelUnavailable
from bot.guardrails.policy import Policy
from bot.messages.decisions import Usage
from bot.messages.events import Place, Posted, Recap
from bot.messages.frozen import Frozen
from bot.messages.history import Corrected
from bot.messages.minutes import (
    Brief,
    Left,
    Line,
    Minutes,
    Noted,
    Part,
    Position,
    Writing,
    Written,
    people_of,
)
from bot.model.scribe import Scribe
from bot.office.board import Board
from bot.office.notices import Notice
from bot.office.office import Office
from bot.recap import words
from bot.recap.check import check
from bot.recap.transcripts import Transcripts
from bot.recap.words import Progress
from bot.stages.screen import assess, over_budget, over_several, refused, used_up
from bot.state.ledger import Ledger

ROOM = 24_000
"""Characters of a part, names and times included: what a model reads at once with ease."""

HEAD = 60
"""Characters that stand around a message."""

PARTS = 200
"""More is not read at once: some 40,000 messages."""

REPAIRS = 2
"""How often the model may mend what it noted; then what does not hold is left out."""

UNREACHED = "the language model was not available"
GAVE_UP = "the language model's notes could not be read"

_NAMED = re.compile(r"@([UW][A-Z0-9]{2,})\b")

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
        lines, withheld, people = await asyncio.to_thread(self._screened, written, names)
        brief = Brief(id=f"{asked.id}/{number}", people=people, lines=lines)
        noted = await self._note(brief) if lines else Noted()
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

    def _screened(
        self, written: Sequence[Written], names: Mapping[str, str]
    ) -> tuple[tuple[Line, ...], tuple[Left, ...], tuple[str, ...]]:
        """The messages that may be read by a model, numbered; those that may not; and the people.

        They are judged alone and together, as texts of people who have asked nothing of us.
        """
        called = {user: self._called(user, names.get(user, "")) for user in _users(written)}
        texts = [_NAMED.sub(lambda m: f"@{called.get(m[1], m[1])}", w.text) for w in written]
        reasons = self._reasons(texts)
        lines: list[Line] = []
        left: list[Left] = []
        for at, (message, text) in enumerate(zip(written, texts, strict=True)):
            by = called[message.user] if message.user else self._called("an app", message.author)
            if reason := reasons.get(at):
                left.append(Left(by=by, ts=message.ts, root=message.root, reason=reason))
            else:
                lines.append(_line(message, text, by, len(lines) + 1))
        return tuple(lines), tuple(left), tuple(called.values())

    def _reasons(self, texts: Sequence[str]) -> dict[int, str]:
        """Which texts carry instructions, by their places, and by which guardrail."""
        verdicts = {at: assess(text, "participant", self.policy) for at, text in enumerate(texts)}
        kept = [at for at, verdict in verdicts.items() if verdict.action != "withhold"]
        together = over_several([texts[at] for at in kept], "participant", self.policy)
        verdicts |= {kept[at]: verdict for at, verdict in together.items()}
        return {
            at: max(verdict.findings, key=lambda finding: finding.score).guardrail
            for at, verdict in verdicts.items()
            if verdict.action == "withhold"
        }

    def _called(self, user: str, name: str) -> str:
        """What a person is called; by their id where the name itself carries instructions."""
        shown = " ".join(name.split())[:60]
        fine = shown and assess(shown, "participant", self.policy).action == "allow"
        return shown if fine else user

    # --- the whole --------------------------------------------------------------------------------

    async def combine(self, asked: Recap, number: int, parts: Sequence[Part]) -> Noted:
        """Make one of what was noted of several parts, in the order in which they are given."""
        lines: list[Line] = []
        for part in parts:
            lines += _notes(part, sum(line.number > 0 for line in lines))
        brief = Brief(
            id=f"{asked.id}/whole/{number}",
            whole=True,
            people=people_of(parts),
            lines=tuple(lines),
        )
        return await self._note(brief)

    async def _note(self, brief: Brief) -> Noted:
        """Have minutes written and mended until they hold; at last without what does not."""
        corrections: list[Corrected] = []
        usage = Usage()
        best: Noted | None = None
        for attempt in range(REPAIRS + 1):
            try:
                writing = await self.scribe.write(brief, corrections)
            except ModelUnavailable as error:
                log.warning("model.unavailable", type=type(error).__name__, reason=str(error))
                break
            usage = _sum(usage, writing.usage)
            found, problems = _judged(writing, brief, attempt)
            best = found or best
            if not problems:
                break
            draft = writing.draft.model_dump_json() if writing.draft else ""
            corrections.append(Corrected(draft=draft, problems=problems[:10]))
        if best is not None:
            return best.model_copy(update={"usage": usage})
        degraded = GAVE_UP if len(corrections) > REPAIRS else UNREACHED
        writing = await self.backup.write(brief, ())
        found, _ = _judged(writing, brief, len(corrections))
        return (found or Noted()).model_copy(update={"usage": usage, "degraded": degraded})

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


def _judged(writing: Writing, brief: Brief, repairs: int) -> tuple[Noted | None, tuple[str, ...]]:
    """What of an attempt holds, if it could be read at all, and what is wrong with the rest."""
    if writing.draft is None:
        return None, (writing.problem,)
    minutes, problems, dropped = check(writing.draft, brief)
    noted = Noted(minutes=minutes, author=writing.author, dropped=dropped, repairs=repairs)
    return (noted if minutes.summary else None), problems


def _in_order(written: list[Written]) -> list[Written]:
    """Messages in the order in which they were written, a thread after its first one."""
    return sorted(written, key=lambda w: (float(w.root or w.ts), float(w.ts)))


def _users(written: Sequence[Written]) -> list[str]:
    """The people who wrote or are named, in order, each once."""
    return list(dict.fromkeys(u for w in written for u in (w.user, *w.mentioned) if u))


def _line(message: Written, text: str, by: str, number: int) -> Line:
    moment = datetime.fromtimestamp(float(message.ts), UTC)
    return Line(
        number=number,
        by=by,
        day=moment.date(),
        at=f"{moment:%a %Y-%m-%d %H:%M}",
        text=text,
        ts=message.ts,
        root=message.root,
    )


def _notes(part: Part, numbered: int) -> list[Line]:
    """What was noted of a part as lines; those of its items can be cited."""
    minutes: Minutes = part.minutes
    day = datetime.fromtimestamp(float(part.last or 0), UTC).date()
    lines = [Line(kind="notes", day=day, text=minutes.summary)] if minutes.summary else []
    for number, item in enumerate(minutes.items, numbered + 1):
        said = datetime.fromtimestamp(float(item.ts), UTC)
        lines.append(
            Line(
                number=number,
                kind="action" if item.action else "decision",
                by=item.by,
                day=said.date(),
                at=f"{said:%a %Y-%m-%d %H:%M}",
                text=item.text,
                ts=item.ts,
                root=item.root,
                owner=item.owner,
                due=item.due,
            )
        )
    return lines


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        requests=one.requests + other.requests,
    )
