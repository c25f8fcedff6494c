"""What waits and what has failed, for those who look after the bot; and trying again."""

import sqlite3
import time
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.errors import NotTried
from bot.messages.events import Kind
from bot.state import taken_back
from bot.state.forgetting import FORGOTTEN
from bot.state.journal import APOLOGY_AT

Status = Literal["open", "failed"]
"""Of the turns that somebody may have to look at: neither answered nor withdrawn."""

_LIST = """
    select id, json_extract(body, '$.kind'), user, state, error, attempts, received_at, ended_at
    from inbox where state in ({marks}) order by seq desc limit ?
"""


class Listed(BaseModel):
    """A turn that waits or has failed; `error` is why its last attempt did."""

    model_config = ConfigDict(frozen=True)

    turn_id: str
    event: Kind | None
    user: str
    status: Status
    error: str | None
    attempts: int
    received_at: AwareDatetime
    ended_at: AwareDatetime | None


class Depth(BaseModel):
    """How much there is to do: numbers of turns, and the age of the oldest that waits."""

    model_config = ConfigDict(frozen=True)

    waiting: int
    oldest_s: float
    failed: int


def listed(db: sqlite3.Connection, *states: Status, most: int = 50) -> list[Listed]:
    """The newest turns in these states."""
    sql = _LIST.format(marks=",".join("?" * len(states)))
    names = list(Listed.model_fields)
    rows = db.execute(sql, (*states, most)).fetchall()
    return [Listed.model_validate(dict(zip(names, row, strict=True))) for row in rows]


def depth(db: sqlite3.Connection) -> Depth:
    """How much waits, and how much has failed."""
    sql = "select count(*), min(received_at) from inbox where state = 'open'"
    waiting, oldest = db.execute(sql).fetchone()
    (failed,) = db.execute("select count(*) from inbox where state = 'failed'").fetchone()
    return Depth(
        waiting=waiting, oldest_s=max(0.0, time.time() - (oldest or time.time())), failed=failed
    )


def retry(db: sqlite3.Connection, turn: str) -> None:
    """Open a turn that has failed, so that the engine goes on from its last step.

    What nobody could go on with, a journal of another version, is begun afresh, if the turn had
    not begun to act on the world.

    Raises:
        NotTried: There is no such turn, or trying again could do something twice.
    """
    sql = "select state, error, json_extract(body, '$.kind') from inbox where id = ?"
    if (row := db.execute(sql, (turn,)).fetchone()) is None:
        raise NotTried(f"there is no turn {turn}: `sluice turns list` shows those that failed")
    state, error, kind = row
    if state != "failed":
        raise NotTried(f"{turn} has not failed, it is {state}: only what failed is tried again")
    _refuse_doubtful(turn, error, kind, acted=_acted(db, turn))
    taken_back.go_on(db, turn)
    kept = 0 if error == "FlowChanged" else APOLOGY_AT
    db.execute("delete from journal where turn = ? and n >= ?", (turn, kept))
    sql = "update inbox set state = 'open', run = '', attempts = 0, error = null, told = ''"
    db.execute(f"{sql}, owed = null, ended_at = null where id = ?", (turn,))


def _refuse_doubtful(turn: str, error: str, kind: str, *, acted: bool) -> None:
    if error == "InDoubt":
        raise NotTried(
            f"{turn} was interrupted while it acted, and nobody can tell whether that happened: "
            f"`sluice trace {turn}` shows what. Look for yourself; if it did not happen, the "
            "person has to ask again"
        )
    if error == FORGOTTEN:
        raise NotTried(f"{turn}: what was asked has been forgotten, since a person wished it")
    if acted and kind == "click":
        raise NotTried(f"{turn}: the approval is spent; the person has to ask again")
    if acted and error == "FlowChanged":
        raise NotTried(
            f"{turn} began to act under another version, and cannot go on under this one: "
            f"`sluice trace {turn}` tells how far it came; the person has to ask again"
        )


def _acted(db: sqlite3.Connection, turn: str) -> bool:
    sql = "select 1 from journal where turn = ? and kind = 'intent' and n < ? limit 1"
    return db.execute(sql, (turn, APOLOGY_AT)).fetchone() is not None
