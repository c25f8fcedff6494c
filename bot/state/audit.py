"""The audit: append-only and hash-chained. It says who and what, and holds no text of a message.

Each row carries the digest of the journal entry it stands for and the hash of itself with the row
before it, so that an entry that is changed or removed later shows, while the texts in the journal
may be deleted without breaking the chain.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator

GENESIS = "0" * 64
_LABELS = ("action", "outcome", "status")


def append(
    db: sqlite3.Connection, at: float, turn: str, actor: str, name: str, result: str
) -> None:
    """Add the entry `name` of a turn, whose remembered result is the JSON text `result`."""
    row = db.execute("select hash from audit order by seq desc limit 1").fetchone()
    entry = (at, turn, actor, name, outcome_of(result), hashlib.sha256(result.encode()).hexdigest())
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


def outcome_of(result: str) -> str:
    """One word on how a result came out, from the field that says so; empty where none does."""
    value = json.loads(result)
    if isinstance(value, list):
        labels = [outcome_of(json.dumps(item)) for item in value]
        return ",".join(sorted({label for label in labels if label}))
    if not isinstance(value, dict):
        return ""
    for inner in ("verdict", "result", "reply"):
        if isinstance(value.get(inner), dict):
            value = {**value[inner], **value}
    return next((value[key] for key in _LABELS if isinstance(value.get(key), str)), "")


def _rows(db: sqlite3.Connection) -> Iterator[tuple[int, str, tuple[object, ...]]]:
    sql = "select seq, hash, at, turn, actor, name, outcome, digest from audit order by seq"
    for seq, digest, *entry in db.execute(sql):
        yield seq, digest, tuple(entry)


def _hash(previous: str, entry: tuple[object, ...]) -> str:
    return hashlib.sha256((previous + json.dumps(entry)).encode()).hexdigest()
