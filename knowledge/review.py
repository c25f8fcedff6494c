"""The second look: what the guardrails held back, and what an admin lets go of it."""

import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime

from knowledge.documents import Held, Released
from knowledge.rows import exact_digest

_HELD = """
    SELECT chunks.row, chunks.id AS chunk_id, document_id, chunks.title, source, heading, text,
        quarantine AS reason
    FROM chunks JOIN documents ON documents.id = document_id
    WHERE quarantine IS NOT NULL
"""


def held(db: sqlite3.Connection, name: str | None = None) -> list[Held]:
    """What is in quarantine, in order; of a document or of one chunk, if its id is given."""
    return [found for _, found in _held(db, name)]


def release(
    db: sqlite3.Connection, name: str, *, by: str, digests: Collection[str] | None
) -> list[Held]:
    """Let the chunks of a document go, or one chunk, and remember who did; return them.

    Args:
        db: In a transaction.
        name: The id of a document or of a chunk.
        by: Who has looked at them.
        digests: Those that were looked at; None for all. A text that has changed since has
            another digest, and stays.
    """
    found = [(row, one) for row, one in _held(db, name) if digests is None or one.digest in digests]
    now = datetime.now(UTC).isoformat()
    for row, one in found:
        db.execute("UPDATE chunks SET quarantine = NULL WHERE row = ?", (row,))
        db.execute(
            "INSERT OR REPLACE INTO releases VALUES (?, ?, ?, ?, ?, ?)",
            (one.document_id, one.digest, one.heading, one.reason, now, by),
        )
    return [one for _, one in found]


def released(db: sqlite3.Connection, document_id: str) -> list[Released]:
    """What was let go of a document, by whom, newest first."""
    sql = (
        "SELECT document_id, heading, reason, released_by, released_at FROM releases"
        " WHERE document_id = ? ORDER BY released_at DESC, digest"
    )
    names = tuple(Released.model_fields)
    rows = db.execute(sql, (document_id,)).fetchall()
    return [Released.model_validate(dict(zip(names, row, strict=True))) for row in rows]


def renamed(db: sqlite3.Connection, document_id: str, old: str, new: str) -> None:
    """Carry what was let go over to a title that an admin has given."""
    sql = "SELECT heading, text FROM chunks WHERE document_id = ?"
    for heading, text in db.execute(sql, (document_id,)).fetchall():
        db.execute(
            "INSERT OR IGNORE INTO releases SELECT document_id, ?, heading, reason, released_at,"
            " released_by FROM releases WHERE document_id = ? AND digest = ?",
            (exact_digest(new, heading, text), document_id, exact_digest(old, heading, text)),
        )


def _held(db: sqlite3.Connection, name: str | None) -> list[tuple[int, Held]]:
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    only = "" if name is None else " AND :name IN (document_id, chunks.id)"
    sql = f"{_HELD}{only} ORDER BY source, document_id, position"
    found: list[tuple[int, Held]] = []
    for row in cursor.execute(sql, {"name": name}).fetchall():
        fields = {key: row[key] for key in row.keys() if key != "row"}  # noqa: SIM118
        digest = exact_digest(row["title"], row["heading"], row["text"])
        found.append((row["row"], Held.model_validate(fields | {"digest": digest})))
    return found
