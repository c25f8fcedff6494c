"""The audit: append-only and hash-chained. It says who and what, and holds no text of a message.

Each row carries the digest of the journal entry it stands for and the hash of itself with the row
before it, so that a row that is changed or removed later shows, while the texts in the journal may
be deleted without breaking the chain. Rows cut off at the end leave a chain that is whole.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

GENESIS = "0" * 64
_LABELS = ("action", "outcome", "status")
_WORD = re.compile(r"[a-z_]{1,20}")


def append(
    db: sqlite3.Connection, at: float, turn: str, actor: str, name: str, result: str
) -> None:
    """Add the entry `name` of a turn, whose remembered result is the JSON text `result`."""
    row = db.execute("select hash from audit order by seq desc limit 1").fetchone()
    digest = hashlib.sha256(result.encode()).hexdigest()
    entry = (float(at), turn, actor, name, outcome_of(result), digest)
    db.execute(
        "insert into audit(at, turn, actor, name, outcome, digest, hash) values(?,?,?,?,?,?,?)",
        (*entry, _hash(row[0] if row else GENESIS, entry)),
    )


def broken_at(db: sqlite3.Connection) -> int | None:
    """The `seq` of the first row that does not follow from the one before it; None if all do."""
    previous = GENESIS
    for seq, digest, entry in _rows(db):
        if digest != _hash(previous, entry):
            return seq
        previous = digest
    return None


def head(db: sqlite3.Connection) -> tuple[int, str]:
    """How many entries there are, and the hash of the last one."""
    row = db.execute("select hash from audit order by seq desc limit 1").fetchone()
    (entries,) = db.execute("select count(*) from audit").fetchone()
    return int(entries), row[0] if row else GENESIS


def outcome_of(result: str) -> str:
    """One word on how a result came out, from the field that says so; empty where none does.

    Several results give the words they have, each once.
    """
    value = json.loads(result)
    words = map(_outcome, value) if isinstance(value, list) else [_outcome(value)]
    return ",".join(sorted({word for word in words if word}))


def _outcome(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    for inner in ("verdict", "result", "reply"):
        if isinstance(value.get(inner), dict):
            value = {**value[inner], **value}
    return next((word for key in _LABELS if (word := _word(value.get(key)))), "")


def _word(value: object) -> str:
    """A word of ours; anything longer might be somebody's text."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _rows(db: sqlite3.Connection) -> Iterator[tuple[int, str, tuple[object, ...]]]:
    sql = "select seq, hash, at, turn, actor, name, outcome, digest from audit order by seq"
    for seq, digest, *entry in db.execute(sql):
        yield seq, digest, tuple(entry)


def _hash(previous: str, entry: tuple[object, ...]) -> str:
    return hashlib.sha256((previous + json.dumps(entry)).encode()).hexdigest()
