"""How the bot did: what people asked, by what became of it, and what found no good answer."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from bot.grounding.judge import Embedder
from bot.messages.frozen import Frozen
from bot.reports.figures import Asked, Figures, Remark

ALIKE = 0.6
"""The mean cosine from which two groups of questions are about the same."""

CLUSTERED = 400
"""The newest questions without an answer that are grouped: it takes their number squared."""

GROUPS = 10
DOCUMENTS = 10


class Group(Frozen):
    """Questions about the same thing that got no answer, or a bad one; the most telling first."""

    question: str
    others: tuple[str, ...] = ()
    asked: int
    people: int


class Page(Frozen):
    """A document that replies cite, and what people said of those replies."""

    title: str
    source: str
    cited: int
    good: int
    bad: int


class Day(Frozen):
    """The messages of one day (UTC), by what became of them."""

    day: date
    answered: int = 0
    unanswered: int = 0
    failed: int = 0


class Report(Frozen):
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
