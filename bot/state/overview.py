"""What the state file tells of a person's doings, and of all of them together."""

import sqlite3
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from bot.messages.approvals import Card
from bot.messages.events import Event, Message
from bot.messages.history import ThreadState

SHOWN = 5
"""How many of each are shown."""

LOOKED_AT = 200
"""How many of the newest threads are looked at for what is pending in them."""

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_RECENT = """
    select body from inbox where user = ? and json_extract(body, '$.kind') = 'message'
      and state != 'cancelled' and json_extract(body, '$.text') != ''
    group by thread order by max(seq) desc limit ?
"""
_PENDING = """
    select state from threads where ? or id in (select thread from inbox where user = ?)
    order by saved_at desc limit ?
"""
_FAILED = """
    select error, count(*) from inbox where state = 'failed' and received_at >= ?
    group by error order by count(*) desc limit 5
"""
_SCREENED = """
    select outcome, count(*) from audit where name = 'screen' and at >= ?
    group by outcome order by outcome
"""


class Recent(NamedTuple):
    """Something a person asked or is asked; `ts` is empty where nobody can be led to it."""

    text: str
    channel: str
    ts: str


class Counts(NamedTuple):
    """What happened since a moment: turns, failures by their error, verdicts by their action."""

    turns: int
    failed: dict[str, int]
    screened: dict[str, int]


def recent_of(db: sqlite3.Connection, user: str) -> list[Recent]:
    """The threads a person wrote in last, by their message; the newest first."""
    found: list[Recent] = []
    for (body,) in db.execute(_RECENT, (user, SHOWN)):
        message = _EVENT.validate_json(body)
        if isinstance(message, Message):
            ts = "" if message.place.private else message.id.rpartition(":")[2]
            found.append(Recent(message.text, message.place.channel, ts))
    return found


def pending_of(db: sqlite3.Connection, user: str, *, admin: bool = False) -> list[Recent]:
    """The approvals that a person has asked for and nobody has given or denied.

    An admin sees as well those that any admin may give.
    """
    found: list[Recent] = []
    for (saved,) in db.execute(_PENDING, (admin, user, LOOKED_AT)):
        try:
            pending = ThreadState.model_validate_json(saved).pending.values()
        except ValidationError:  # another version wrote it
            continue
        found += [
            Recent(one.card.title, one.posted.channel, one.posted.ts)
            for one in pending
            if one.posted and (one.card.requester == user or (admin and _for_admins(one.card)))
        ]
    return found[:SHOWN]


def _for_admins(card: Card) -> bool:
    return card.approver == "another" and not card.approvers


def counts(db: sqlite3.Connection, since: float) -> Counts:
    """What happened since a moment, in seconds of Unix time."""
    sql = "select count(*) from inbox where received_at >= ? and surface != 'stop'"
    (turns,) = db.execute(sql, (since,)).fetchone()
    failed = {str(error): int(n) for error, n in db.execute(_FAILED, (since,))}
    screened = {str(action): int(n) for action, n in db.execute(_SCREENED, (since,))}
    return Counts(int(turns), failed, screened)
