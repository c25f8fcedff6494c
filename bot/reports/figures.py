"""What people asked, what they got, and what they said of it: read from the state file."""

import sqlite3
import time
from collections import Counter
from typing import Any

from pydantic_core import from_json

from bot.messages.frozen import Frozen

DAY_S = 86_400.0
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


class Remark(Frozen):
    """What a person wrote about a reply."""

    question: str
    reason: str


class Asked(Frozen):
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


class Figures(Frozen):
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
