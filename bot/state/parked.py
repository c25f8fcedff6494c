"""Turns that were given up, and which of them admins have been told of: each is told once."""

import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from bot.errors import NotTried
from bot.messages.events import Errand, Kind, Place
from bot.state import inbox, turns

PAUSE_S = 600.0
"""Admins are told at most this often, in seconds: what is given up meanwhile is told together."""

Errands = Callable[[str], Sequence[Errand]]
"""What is to be done about a group."""

_UNTOLD = """
    select seq from inbox where state = 'failed' and told = '' and surface = ?
      and error != 'Stopped' and coalesce(json_extract(body, '$.act.kind'), '') != 'parked'
"""
"""Who stopped a turn knows of it; and that an admin could not be told is not told again."""


class Parked(BaseModel):
    """A turn that was given up, and why, by the error's name."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    kind: Kind
    user: str
    place: Place
    error: str
    received_at: AwareDatetime


class Tried(NamedTuple):
    """What came of trying a group again: turns that are open now, and why others are not."""

    opened: int
    refused: tuple[str, ...]


_PARKED: TypeAdapter[list[Parked]] = TypeAdapter(list[Parked])


def gather(db: sqlite3.Connection, errands: Errands, surface: str = "slack") -> float | None:
    """Make a group of what nobody was told of, and take the errands that tell of it.

    Both or neither: a turn is told of once, through any crash.

    Returns:
        None if there is nothing to tell; else how long to wait, in seconds: 0 if it is under way.
    """
    if not (untold := db.execute(_UNTOLD, (surface,)).fetchall()):
        return None
    if (wait_s := _until_next_s(db)) > 0:
        return wait_s
    group = uuid.uuid4().hex[:12]
    sql = "update inbox set told = ? where seq = ?"
    db.executemany(sql, [(group, seq) for (seq,) in untold])
    for errand in errands(group):
        inbox.add(db, errand, surface)
    db.execute("insert or replace into marks values('told', ?)", (time.time(),))
    return 0.0


def of_group(db: sqlite3.Connection, group: str) -> list[Parked]:
    """The turns of a group that are still given up, in the order in which they came."""
    sql = """
        select id, json_extract(body, '$.kind'), user, json(json_extract(body, '$.place')), error,
               received_at
        from inbox where told = ? and state = 'failed' order by seq
    """
    names = list(Parked.model_fields)
    rows = [dict(zip(names, row, strict=True)) for row in db.execute(sql, (group,))]
    return _PARKED.validate_python([row | {"place": _place(row["place"])} for row in rows])


def try_again(db: sqlite3.Connection, group: str, error: str) -> Tried:
    """Open the turns of a group that ended in an error."""
    opened, refused = 0, list[str]()
    for one in of_group(db, group):
        if one.error != error:
            continue
        try:
            turns.retry(db, one.turn_id)
            opened += 1
        except NotTried as why:
            refused.append(str(why))
    return Tried(opened, tuple(refused))


def _until_next_s(db: sqlite3.Connection) -> float:
    """How long admins are left in peace; a clock that was set back ends it."""
    row = db.execute("select at from marks where name = 'told'").fetchone()
    passed_s = time.time() - row[0] if row else PAUSE_S
    return max(0.0, PAUSE_S - passed_s) if passed_s >= 0 else 0.0


def _place(saved: str) -> Place:
    return Place.model_validate_json(saved)
