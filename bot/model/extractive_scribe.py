"""Minutes without a language model: sentences of the conversation, word for word.

What is quoted is what has most in common with the rest. A decision is a sentence that says so in
one of a few English phrases; an action item is one in which somebody says that they will do
something, or asks another by name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.messages.decisions import EXTRACTIVE
from bot.messages.history import Corrected
from bot.messages.minutes import (
    ACTIONS,
    DECISIONS,
    ITEM_CHARS,
    SUMMARY_CHARS,
    Brief,
    DraftAction,
    DraftDecision,
    Line,
    MinutesDraft,
    Writing,
)
from bot.model.words import subject_words
from bot.wording import cut

QUOTED = 6
"""Sentences in a summary."""

QUOTE_CHARS = 280
FEW_WORDS = 4

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_DECIDED = re.compile(
    r"\b(?:we(?:'ve| have)? (?:decided|agreed)|decided:|decision:|it(?:'s| is) decided"
    r"|(?:let's|we'll|we will|we are going to|we're going to) (?:go with|stick with)"
    r"|agreed[:,.]|that's settled)",
    re.IGNORECASE,
)
_MINE = re.compile(r"\b(?:I'll|I will|I'm going to|I am going to|I can take)\b", re.IGNORECASE)
_ASKED = re.compile(
    r"^@?(?P<who>[^\s,:@][^,:@]{1,60}?)[,:]? (?:can|could|will|would) you\b"
    r"|^@?(?P<name>[^\s,:@][^,:@]{1,60}?)[,:]? please\b",
    re.IGNORECASE,
)
_TODO = re.compile(r"\b(?:action item|to[ -]?do):", re.IGNORECASE)
_UNTIL = re.compile(
    r"\b(?:by|until|before|due|on) (?:the end of )?(?P<day>\d{4}-\d\d-\d\d|today|tomorrow|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ExtractiveScribe:
    """A `Scribe` that writes nothing of its own."""

    async def write(
        self,
        brief: Brief,
        corrections: Sequence[Corrected],  # noqa: ARG002 - it makes no mistake of that kind
    ) -> Writing:
        """Quote what stands out. Plain work on a few hundred lines: it takes milliseconds."""
        return Writing(author=EXTRACTIVE, draft=_joined(brief) if brief.whole else _picked(brief))


def _picked(brief: Brief) -> MinutesDraft:
    sentences = [(line, s) for line in brief.lines for s in _sentences(line.text)]
    decisions = [
        DraftDecision(text=s[:ITEM_CHARS], message=line.number)
        for line, s in sentences
        if _DECIDED.search(s)
    ]
    actions = [found for line, s in sentences if (found := _action(line, s, brief.people))]
    return MinutesDraft(
        summary=_quotes([f"- {line.by}: “{s}”" for line, s in _central(sentences)]),
        decisions=tuple(decisions[-DECISIONS:]),
        actions=tuple(actions[-ACTIONS:]),
    )


def _joined(brief: Brief) -> MinutesDraft:
    """The notes of parts as one: the quotes that stand out, and the newest of everything noted."""
    quotes = [(line, q) for line in brief.lines if not line.number for q in line.text.splitlines()]
    noted = [line for line in brief.lines if line.number]
    decisions = [
        DraftDecision(text=line.text, message=line.number)
        for line in noted
        if line.kind == "decision"
    ]
    actions = [
        DraftAction(
            task=line.text,
            owner=line.owner or None,
            due=line.due.isoformat() if line.due else None,
            message=line.number,
        )
        for line in noted
        if line.kind == "action"
    ]
    return MinutesDraft(
        summary=_quotes([quote for _, quote in _central(quotes)]),
        decisions=tuple(decisions[-DECISIONS:]),
        actions=tuple(actions[-ACTIONS:]),
    )


def _sentences(text: str) -> list[str]:
    found = (sentence.strip() for sentence in _SENTENCE.split(text))
    return [cut(s, QUOTE_CHARS) for s in found if s]


def _central(sentences: Sequence[tuple[Line, str]]) -> list[tuple[Line, str]]:
    """The sentences that share most words with the others, in their order, none twice."""
    words = [subject_words(sentence) for _, sentence in sentences]
    counted = Counter(word for some in words for word in some)
    scores = [_score(some, counted) for some in words]
    best: dict[str, int] = {}
    for n in sorted(range(len(sentences)), key=lambda n: -scores[n]):
        best.setdefault(sentences[n][1].casefold(), n)
    return [sentences[n] for n in sorted([*best.values()][:QUOTED])]


def _score(words: Iterable[str], counted: Counter[str]) -> float:
    """How much a sentence says of what all talk about; long ones have it easier, so less."""
    some = list(words)
    shared = sum(counted[word] - 1 for word in some)
    return shared / (len(some) + FEW_WORDS) if some else -1.0


def _quotes(quotes: Sequence[str]) -> str:
    text = ""
    for quote in quotes:
        if len(text) + len(quote) + 1 > SUMMARY_CHARS:
            break
        text += f"{quote}\n"
    return text.strip() or "Nothing stands out."


def _action(line: Line, sentence: str, people: Sequence[str]) -> DraftAction | None:
    owner = line.by if line.by in people and _MINE.search(sentence) else _asked(sentence, people)
    if not owner and not _TODO.search(sentence):
        return None
    due = _due(sentence, line.day)
    return DraftAction(
        task=sentence[:ITEM_CHARS],
        owner=owner or None,
        due=due.isoformat() if due else None,
        message=line.number,
    )


def _asked(sentence: str, people: Sequence[str]) -> str:
    """Whom a sentence asks, by their whole name or by a first name that only one person has."""
    if (match := _ASKED.search(sentence)) is None:
        return ""
    name = (match["who"] or match["name"]).casefold()
    called = [p for p in people if name in (p.casefold(), p.casefold().split(" ")[0])]
    return called[0] if len(called) == 1 else ""


def _due(sentence: str, said: date) -> date | None:
    """The day until which something is promised, reckoned from the day on which it was."""
    if (match := _UNTIL.search(sentence)) is None:
        return None
    word = match["day"].casefold()
    if word in ("today", "tomorrow"):
        return said + timedelta(days=word == "tomorrow")
    if word in _DAYS:
        return said + timedelta(days=(_DAYS.index(word) - said.weekday()) % 7 or 7)
    try:
        day = date.fromisoformat(word)
    except ValueError:
        return None
    return day if day >= said else None
