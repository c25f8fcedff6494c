"""Compact: keep the older turns of a long thread in short, so that it never grows beyond bounds."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from bot.grounding import unsupported
from bot.guardrails.policy import Policy
from bot.messages.decisions import EXTRACTIVE, Usage
from bot.messages.events import Message
from bot.messages.frozen import Frozen
from bot.messages.history import Called, Corrected, Entry, Returned, Said, ThreadState
from bot.messages.memory import Condensed, Overheard, Post, Recalled
from bot.messages.requester import Requester
from bot.messages.task import Evidence, Task
from bot.messages.verdicts import Verdict
from bot.model.chat import Chat
from bot.sentences import units

LONG_TURNS = 12
LONG_CHARS = 24_000
"""From here on a thread is compacted."""

VERBATIM = 6
"""The newest turns, which stay as they are."""

ASKED, ANSWERED = 200, 400
"""Characters of a turn in short."""

RECALLED_CHARS = 16_000
"""Of all that is kept in short: the first turn and the newest ones that fit."""

MODEL_S = 20.0
"""How long a model may take to condense, in seconds; then it is done without one."""

WISH = (
    "Condense what was said in this thread: for each numbered exchange write one line that begins "
    "with its number and a full stop, such as `3. ...`, and says in at most 60 words what was "
    "asked and what was answered. Copy numbers, dates, names, identifiers and addresses exactly. "
    "Write nothing else, with the status `clarify` and without citations."
)
_LINE = re.compile(r"^\s*(\d{1,3})[.)]\s+(.+)$", re.MULTILINE)


class Compaction(Frozen):
    """What of a thread's history gives way to what; nothing where `replaced` is 0.

    Attributes:
        replaced: How many of the oldest entries.
    """

    replaced: int = 0
    condensed: Condensed = Condensed()
    author: str = EXTRACTIVE
    usage: Usage = Usage()

    def applied(self, history: Sequence[Entry]) -> list[Entry]:
        """The history afterwards."""
        return [self.condensed, *history[self.replaced :]] if self.replaced else [*history]


class Exchange(NamedTuple):
    """A turn as it stands in the history: what a person wrote, and the bot's last word on it."""

    asked: Said
    answered: Said | None


def is_long(history: Sequence[Entry]) -> bool:
    """Whether a thread is to be compacted."""
    return len(_starts(history)) > LONG_TURNS or sum(map(_size, history)) > LONG_CHARS


async def compact(
    message: Message, state: ThreadState, mind: Chat | None, policy: Policy
) -> Compaction:
    """Condense the older turns of a thread; what waits for a person stays as it is.

    A model is asked for the wording. Where its line is missing, says a number, a date or an address
    that the turn did not, or gives orders, the turn's first sentences stand for it, word for word.
    What is private is never given to it together with other turns: it is always made so.
    """
    history = state.history
    cut = _cut(history, state)
    old = history[:cut]
    exchanges = list(_exchanges(old))
    if not exchanges:
        return Compaction()
    lines, author, usage = await _by_model(message, exchanges, mind)
    lines = {n: line for n, line in lines.items() if not _gives_orders(line, policy)}
    recalled = [_recalled(one, lines.get(n, ""), author) for n, one in enumerate(exchanges, 1)]
    before = next((entry for entry in old if isinstance(entry, Condensed)), Condensed())
    return Compaction(
        replaced=cut,
        condensed=_bounded([*_heard(old), *before.turns, *recalled], before.left_out),
        author=author,
        usage=usage,
    )


# --- what is old ----------------------------------------------------------------------------------


def _starts(history: Sequence[Entry]) -> list[int]:
    """Where each turn begins: with what a person wrote."""
    return [i for i, e in enumerate(history) if isinstance(e, Said) and e.by == "person"]


def _cut(history: Sequence[Entry], state: ThreadState) -> int:
    """Where the turns begin that stay: the newest ones, and all from one on that still waits."""
    starts = _starts(history)
    cut = starts[-VERBATIM] if len(starts) > VERBATIM else (starts or [0])[-1]
    now = datetime.now(UTC)
    waiting = {c for c, pending in state.pending.items() if pending.card.expires_at > now}
    for at, entry in enumerate(history[:cut]):
        if isinstance(entry, Called) and waiting & {call.id for call in entry.calls}:
            return max((start for start in starts if start <= at), default=0)
    return cut


def _exchanges(old: Sequence[Entry]) -> Iterator[Exchange]:
    starts = _starts(old)
    for start, end in zip(starts, [*starts, len(old)][1:], strict=True):
        said = [e for e in old[start:end] if isinstance(e, Said)]
        yield Exchange(said[0], said[-1] if said[-1].by == "bot" else None)


def _size(entry: Entry) -> int:
    match entry:
        case Said():
            return len(entry.text)
        case Returned():
            return len(entry.result.content)
        case Called():
            return sum(len(call.arguments) for call in entry.calls)
        case Corrected():
            return len(entry.draft)
        case Overheard():
            return sum(len(post.text) for post in entry.posts)
        case _:
            return 0  # what is in short already: it is bounded


# --- in short -------------------------------------------------------------------------------------


async def _by_model(
    message: Message, exchanges: Sequence[Exchange], mind: Chat | None
) -> tuple[dict[int, str], str, Usage]:
    """A line for each exchange that is for everybody, as the model words it; none without one."""
    posts = tuple(
        Post(ts=str(n), author="person", user=one.asked.user, text=_whole(n, one))
        for n, one in enumerate(exchanges, 1)
        if not _private_to(one)
    )
    if mind is None or not posts:
        return {}, EXTRACTIVE, Usage()
    wish = message.model_copy(update={"text": WISH})
    verdict = Verdict(origin="system", action="allow")
    task = Task(
        message=wish,
        requester=Requester(user=message.user, name=""),
        verdict=verdict,
        evidence=Evidence(),
    )
    thread = [Overheard(posts=posts), Said(by="person", user=message.user, text=WISH)]
    try:
        async with asyncio.timeout(MODEL_S):
            decision = await mind.decide(task, thread, [])
    except TimeoutError:
        return {}, EXTRACTIVE, Usage()
    if decision.author == EXTRACTIVE or decision.draft is None:
        return {}, EXTRACTIVE, decision.usage
    lines = {int(n): line.strip() for n, line in _LINE.findall(decision.draft.text)}
    return lines, decision.author, decision.usage


def _gives_orders(line: str, policy: Policy) -> bool:
    """Whether the guardrails would hold a line back: it is made of what anybody has said."""
    found = tuple(f for check in policy.guardrails if (f := check(line, "participant")))
    return policy.action_for(found, "participant") != "allow"


def _whole(n: int, one: Exchange) -> str:
    said = f"\nAnswered: {one.answered.text}" if one.answered else ""
    return f"Exchange {n}.\nAsked: {one.asked.text}{said}"


def _recalled(one: Exchange, line: str, author: str) -> Recalled:
    private_to = _private_to(one)
    own = one.answered.text if one.answered else ""
    held = 0 < len(line) <= ANSWERED and not unsupported(line, [one.asked.text, own])
    answered, by = (line, author) if held else (_beginning(own, ANSWERED), EXTRACTIVE)
    return Recalled(
        user=one.asked.user,
        asked=_beginning(one.asked.text, ASKED),
        answered=answered,
        by=by,
        sources=one.answered.sources if one.answered else (),
        private_to=private_to,
        at=one.asked.at,
    )


def _heard(old: Sequence[Entry]) -> Iterator[Recalled]:
    """What was overheard, in short: by whom, and how it begins."""
    for entry in old:
        if isinstance(entry, Overheard):
            for post in entry.posts:
                text = _beginning(post.text, ASKED)
                at = datetime.fromtimestamp(float(post.ts), UTC)
                yield Recalled(user=post.user, asked=text, answered="", by=EXTRACTIVE, at=at)


def _private_to(one: Exchange) -> str:
    return one.asked.private_to or (one.answered.private_to if one.answered else "")


def _beginning(text: str, most: int) -> str:
    """The first whole sentences that fit, or the beginning of the first."""
    kept = ""
    for unit in units(text):
        if len(kept) + len(unit) > most:
            break
        kept += unit
    whole = kept.strip() or text[: most - 1].strip()
    return whole if whole == text.strip() else f"{whole} …"


def _bounded(turns: Sequence[Recalled], left_out: int) -> Condensed:
    first, rest = list(turns[:1]), list(turns[1:])
    room = RECALLED_CHARS
    kept: list[Recalled] = []
    for turn in reversed(rest):
        room -= len(turn.model_dump_json())
        if room < 0:
            break
        kept.append(turn)
    gone = len(rest) - len(kept)
    return Condensed(turns=(*first, *kept[::-1]), left_out=left_out + gone)
