"""What people asked, what they got, and what they said of it: read from the state file."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json

from bot.grounding.judge import Embedder

DAY_S = 86_400.0
ALIKE = 0.6
"""The mean cosine from which two groups of questions are about the same."""

CLUSTERED = 400
"""The newest questions without an answer that are grouped: it takes their number squared."""

GROUPS = 10
DOCUMENTS = 10
REASONS = 20

_MESSAGES = """
    select id, user, json_extract(body, '$.text'), state, received_at,
        coalesce(json_extract(body, '$.place.private'), 0)
    from inbox where received_at >= ? and json_extract(body, '$.kind') in ('message', 'aside')
    order by seq desc
"""
_REPLIES = """
    select journal.turn, journal.result from journal join inbox on inbox.id = journal.turn
    where inbox.received_at >= ? and journal.name = 'still_readable'
"""
_RATINGS = """
    select json_extract(body, '$.turn'), json_extract(body, '$.user'),
        json_extract(body, '$.good'), coalesce(json_extract(body, '$.reason'), '')
    from inbox join journal on journal.turn = inbox.id and journal.name = 'note'
    where received_at >= ? and json_extract(body, '$.kind') = 'rating'
        and json_extract(result, '$.outcome') = 'noted'
    order by seq
"""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Group(_Frozen):
    """Questions about the same thing that got no answer, or a bad one; the most telling first."""

    question: str
    others: tuple[str, ...] = ()
    asked: int
    people: int


class Page(_Frozen):
    """A document that replies cite, and what people said of those replies."""

    title: str
    source: str
    cited: int
    good: int
    bad: int


class Remark(_Frozen):
    """What a person wrote about a reply."""

    question: str
    reason: str


class Day(_Frozen):
    """The messages of one day (UTC), by what became of them."""

    day: date
    answered: int = 0
    unanswered: int = 0
    failed: int = 0


class Report(_Frozen):
    """How the bot did over some days; `daily` has each of them, the oldest first."""

    days: int
    messages: int
    people: int
    answered: int
    unanswered: int
    failed: int
    good: int
    bad: int
    daily: tuple[Day, ...] = ()
    groups: tuple[Group, ...]
    pages: tuple[Page, ...]
    remarks: tuple[Remark, ...]


class Asked(_Frozen):
    """A message, and what became of it."""

    turn: str
    user: str
    text: str
    state: str
    at: float
    private: bool
    reply: dict[str, Any] | None = None
    good: int = 0
    bad: int = 0

    @property
    def answered(self) -> bool:
        """Whether it got an answer that nobody found wrong."""
        return bool(self.reply) and not self.missed

    @property
    def missed(self) -> bool:
        """Whether it got no answer, or one that somebody found wrong."""
        unknown = self.reply is not None and self.reply["status"] == "unknown"
        return unknown or self.bad > self.good


class Figures(_Frozen):
    """What the state file tells, before questions are grouped."""

    days: int
    until: float
    asked: tuple[Asked, ...]
    remarks: tuple[Remark, ...]


def read(db: sqlite3.Connection, days: int, now: float | None = None) -> Figures:
    """Read the last days."""
    until = time.time() if now is None else now
    since = until - days * DAY_S
    replies = {turn: from_json(result) for turn, result in db.execute(_REPLIES, (since,))}
    good, bad, reasons = Counter[str](), Counter[str](), list[tuple[str, str]]()
    last: dict[tuple[str, str], bool] = {}
    for turn, user, up, reason in db.execute(_RATINGS, (since,)):
        last[turn, user] = bool(up)
        if reason:
            reasons.append((turn, reason))
    for (turn, _), up in last.items():
        (good if up else bad)[turn] += 1
    asked = tuple(
        Asked(
            turn=turn,
            user=user,
            text=text or "",
            state=state,
            at=at,
            private=bool(private),
            reply=replies.get(turn),
            good=good[turn],
            bad=bad[turn],
        )
        for turn, user, text, state, at, private in db.execute(_MESSAGES, (since,))
    )
    texts = {one.turn: one.text for one in asked if not one.private}
    remarks = tuple(Remark(question=texts.get(t, ""), reason=r) for t, r in reasons[-REASONS:])
    return Figures(days=days, until=until, asked=asked, remarks=remarks)


def asked_before(db: sqlite3.Connection, at: float) -> bool:
    """Whether anybody has asked anything before a moment."""
    sql = "select 1 from inbox where received_at < ? and json_extract(body, '$.kind') = 'message'"
    return db.execute(f"{sql} limit 1", (at,)).fetchone() is not None


def report(figures: Figures, embedder: Embedder) -> Report:
    """Group what was missed, and count the rest.

    What was asked privately is counted, but its words are for the one who asked.
    """
    asked = figures.asked
    missed = [one for one in asked if one.missed]
    shown = [one for one in missed if not one.private and one.text.strip()]
    return Report(
        days=figures.days,
        messages=len(asked),
        people=len({one.user for one in asked}),
        answered=_count(asked, lambda one: one.answered),
        unanswered=len(missed),
        failed=_count(asked, lambda one: one.state == "failed"),
        good=sum(one.good for one in asked),
        bad=sum(one.bad for one in asked),
        daily=_daily(asked, figures.until, figures.days),
        groups=grouped(shown[:CLUSTERED], embedder),
        pages=_pages(asked),
        remarks=figures.remarks,
    )


def _count(asked: Sequence[Asked], holds: Callable[[Asked], bool]) -> int:
    return sum(map(holds, asked))


def _daily(asked: Sequence[Asked], until: float, days: int) -> tuple[Day, ...]:
    """The last days, each with its messages; the first of them is cut by the hour."""
    last = datetime.fromtimestamp(until, UTC).date()
    sums = {last - timedelta(days=ago): [0, 0, 0] for ago in reversed(range(days + 1))}
    for one in asked:
        counts = sums.get(datetime.fromtimestamp(one.at, UTC).date())
        if counts:
            for at, holds in enumerate((one.answered, one.missed, one.state == "failed")):
                counts[at] += holds
    return tuple(
        Day(day=day, answered=a, unanswered=u, failed=f) for day, (a, u, f) in sums.items()
    )


def grouped(missed: Sequence[Asked], embedder: Embedder) -> tuple[Group, ...]:
    """Questions by what they are about, the largest group first."""
    if not missed:
        return ()
    vectors = np.asarray(embedder.embed([one.text for one in missed]))
    found = [_group([missed[i] for i in one], vectors[one]) for one in clusters(vectors)]
    return tuple(sorted(found, key=lambda group: (-group.people, -group.asked))[:GROUPS])


def clusters(vectors: npt.NDArray[np.float32]) -> list[list[int]]:
    """Agglomerative clustering by mean cosine: the two nearest groups are joined until none are.

    Args:
        vectors: Unit vectors, shape (n, d).
    """
    groups = [[i] for i in range(len(vectors))]
    sums = [vector.copy() for vector in vectors]
    while len(groups) > 1:
        means = np.array([s / len(g) for s, g in zip(sums, groups, strict=True)])
        near = means @ means.T
        np.fill_diagonal(near, -1.0)
        a, b = sorted(divmod(int(near.argmax()), len(groups)))
        if near[a, b] < ALIKE:
            break
        groups[a] += groups.pop(b)
        sums[a] = sums[a] + sums.pop(b)
    return groups


def _group(asked: Sequence[Asked], vectors: npt.NDArray[np.float32]) -> Group:
    """The question nearest to the middle speaks for its group."""
    order = np.argsort(-(vectors @ vectors.mean(axis=0)), kind="stable")
    texts = list(dict.fromkeys(asked[int(i)].text for i in order))
    return Group(
        question=texts[0],
        others=tuple(texts[1:4]),
        asked=len(asked),
        people=len({one.user for one in asked}),
    )


def _pages(asked: Sequence[Asked]) -> tuple[Page, ...]:
    """The documents of replies that people found wrong, the worst first."""
    counts: dict[tuple[str, str], list[int]] = {}
    for one in asked:
        cited = {(c["title"], c["source"]) for c in (one.reply or {}).get("citations", ())}
        for page in cited:
            sums = counts.setdefault(page, [0, 0, 0])
            for at, more in enumerate((1, one.good, one.bad)):
                sums[at] += more
    worst = sorted(counts.items(), key=lambda item: (item[1][1] - item[1][2], item[0]))
    return tuple(
        Page(title=title, source=source, cited=sums[0], good=sums[1], bad=sums[2])
        for (title, source), sums in worst
        if sums[2]
    )[:DOCUMENTS]
