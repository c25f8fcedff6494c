"""What becomes of a document: replaced, undone, removed, each a part of one transaction.

`Store` opens the transaction and calls one of these. A version that was searched once is kept with
its chunks and vectors, so that bringing it back needs neither the model nor the file.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from knowledge.chunks import arrange, chunks_of, forget_past, placed, remembered
from knowledge.documents import Version
from knowledge.errors import AudienceUnclear, NothingToUndo
from knowledge.rows import Details, File, NewChunk

Row = dict[str, Any]
Ended = Literal["replaced", "undone", "removed"]

GONE = "gone"
"""In the place of a digest: what was undone is that the file is gone."""

REMOVED_DAYS = 30
"""How long a removed document can be brought back, in days."""

_ENDED = "SELECT * FROM versions WHERE document_id = ? ORDER BY ended_at DESC, version DESC"
_NUMBERS = ("version", "before", "added_at", "added_by")


def replace(
    db: sqlite3.Connection, file: File, title: str, chunks: Sequence[NewChunk], details: Details
) -> None:
    """Put a document in the place of the one from the same file, which becomes a version.

    Another process may have loaded the same meanwhile: then there is no new version.
    """
    before = row_of(db, file.document_id)
    row = _row(db, file, title, details, before)
    wanted = placed(db, file.document_id, row["title"], chunks)
    if before and before["sha256"] == file.sha256 and wanted == chunks_of(db, file.document_id):
        row |= {key: before[key] for key in _NUMBERS}
    elif before:
        _keep(db, before, "replaced", details.by)
    put(db, row)
    arrange(db, file.document_id, row["title"], wanted)
    db.execute("DELETE FROM removals WHERE document_id = ?", (file.document_id,))


def undo(
    db: sqlite3.Connection,
    document_id: str,
    *,
    by: str,
    audience: Sequence[str] | None,
    to: int | None,
) -> None:
    """Bring back the version before, or another one. The one it takes the place of is kept.

    Raises:
        NothingToUndo: There is no such version, or it is no longer kept.
        AudienceUnclear: Nobody is known to be allowed both: those who could read the version then,
            and those who may read the document now.
        WrongModel: Its chunks were embedded by another model.
    """
    now, gone = row_of(db, document_id), _removal(db, document_id)
    version, row, chunk_ids = _version(db, document_id, to or (now or gone).get("before"))
    wanted = remembered(db, document_id, chunk_ids)
    if audience is not None:
        row["audience"] = json.dumps(sorted(set(audience)))
    elif now:
        row["audience"] = json.dumps(
            _both(json.loads(row["audience"]), json.loads(now["audience"]))
        )
    if now:
        _keep(db, now, "undone", by)
        kept = ("owner", "expires_at", *(("title", "titled") if now["titled"] else ()))
        row |= {key: now[key] for key in kept}
    undone = (now["undone"] or now["sha256"]) if now else ("" if gone["by_hand"] else GONE)
    put(db, row | {"undone": "" if undone == row["sha256"] else undone})
    arrange(db, document_id, row["title"], wanted)
    db.execute("DELETE FROM versions WHERE document_id = ? AND version = ?", (document_id, version))
    db.execute("DELETE FROM removals WHERE document_id = ?", (document_id,))


def remove(db: sqlite3.Connection, document_id: str, *, by: str, by_hand: bool) -> None:
    """Take a document out of what is searched; it can be brought back for `REMOVED_DAYS`."""
    row = row_of(db, document_id)
    if row:
        _keep(db, row, "removed", by)
        arrange(db, document_id, row["title"], [])
        db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        removal = (document_id, row["version"], by_hand, _now(), by)
        db.execute("INSERT OR REPLACE INTO removals VALUES (?, ?, ?, ?, ?)", removal)


def forget(db: sqlite3.Connection, document_id: str, *, by: str) -> None:
    """Drop a document with all its versions; what is left is that it was removed, and by whom."""
    db.execute(
        "DELETE FROM stamps WHERE location IN (SELECT location FROM documents WHERE id = ?1"
        " UNION SELECT json_extract(document, '$.location') FROM versions WHERE document_id = ?1)",
        (document_id,),
    )
    for table in ("chunks", "past_chunks", "versions", "releases"):
        db.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))  # noqa: S608
    db.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    removal = (document_id, None, True, _now(), by)
    db.execute("INSERT OR REPLACE INTO removals VALUES (?, ?, ?, ?, ?)", removal)


def prune(db: sqlite3.Connection, document_id: str, most: int) -> None:
    """Drop the oldest versions of a document beyond `most`, and removed documents after a while."""
    db.execute(
        "DELETE FROM versions WHERE document_id = ?1 AND version NOT IN"
        " (SELECT version FROM versions WHERE document_id = ?1"
        " ORDER BY ended_at DESC, version DESC LIMIT ?2)",
        (document_id, most),
    )
    forget_past(db, document_id)
    limit = (datetime.now(UTC) - timedelta(days=REMOVED_DAYS)).isoformat()
    old = "SELECT document_id FROM removals WHERE version IS NOT NULL AND removed_at < ?"
    for (removed_id,) in db.execute(old, (limit,)).fetchall():
        db.execute("DELETE FROM versions WHERE document_id = ?", (removed_id,))
        db.execute("UPDATE removals SET version = NULL WHERE document_id = ?", (removed_id,))
        forget_past(db, removed_id)


def versions(db: sqlite3.Connection, document_id: str) -> list[Version]:
    """The states of a document: the one that is searched, then those that ended, the last first."""
    now = row_of(db, document_id)
    ids = [kept.chunk_id for kept in chunks_of(db, document_id)]
    found = [_as_version(now, len(ids))] if now else []
    past = _rows(db, _ENDED, document_id)
    found += [_as_version(json.loads(r["document"]), len(json.loads(r["chunks"])), r) for r in past]
    return found


def row_of(db: sqlite3.Connection, document_id: str) -> Row | None:
    """The row of a document, if there is one."""
    rows = _rows(db, "SELECT * FROM documents WHERE id = ?", document_id)
    return rows[0] if rows else None


def put(db: sqlite3.Connection, row: Row) -> None:
    """Write the row of a document in place: its chunks hang on it."""
    names = list(row)
    new = ", ".join(f"{name} = excluded.{name}" for name in names)
    db.execute(
        f"INSERT INTO documents ({', '.join(names)})"  # noqa: S608 - names of our own columns
        f" VALUES ({', '.join(f':{name}' for name in names)}) ON CONFLICT (id) DO UPDATE SET {new}",
        row,
    )


def change(db: sqlite3.Connection, row: Row) -> None:
    """Write some columns of a document that is there."""
    new = ", ".join(f"{name} = :{name}" for name in row)
    db.execute(f"UPDATE documents SET {new} WHERE id = :id", row)  # noqa: S608 - as above


def _row(
    db: sqlite3.Connection, file: File, title: str, details: Details, before: Row | None
) -> Row:
    """The row of a document that is loaded now; what an admin has said of it before still holds."""
    past = before or {"titled": 0, "owner": "", "expires_at": None}
    named = details.title is not None or past["titled"]
    removed = _removal(db, file.document_id)
    return asdict(file) | {
        "id": file.document_id,
        "title": (details.title or past["title"]) if named else title,
        "titled": int(named),
        "audience": json.dumps(file.audience),
        "owner": past["owner"] if details.owner is None else details.owner,
        "expires_at": details.expires_at.isoformat() if details.expires_at else past["expires_at"],
        "version": _last(db, file.document_id) + 1,
        "before": before["version"] if before else removed.get("before"),
        "added_at": _now(),
        "added_by": details.by,
    }


def _keep(db: sqlite3.Connection, row: Row, ended: Ended, by: str) -> None:
    """Put a document as it is among its versions."""
    ids = [kept.chunk_id for kept in chunks_of(db, row["id"])]
    version = (row["id"], row["version"], json.dumps(row), json.dumps(ids), ended, _now(), by)
    db.execute("INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)", version)


def _version(
    db: sqlite3.Connection, document_id: str, number: int | None
) -> tuple[int, Row, list[str]]:
    sql = "SELECT * FROM versions WHERE document_id = ? AND version = ?"
    found = _rows(db, sql, document_id, number)
    if not found:
        raise NothingToUndo(
            f"there is no {f'version {number}' if number else 'version before'} of {document_id!r}"
            f" to bring back: `sluice kb versions {document_id}` shows those that are kept"
        )
    return found[0]["version"], json.loads(found[0]["document"]), json.loads(found[0]["chunks"])


def _both(then: Sequence[str], now: Sequence[str]) -> list[str]:
    """Those who may read both; an empty list is everyone, so it must never stand for nobody."""
    if not then or not now:
        return list(then or now)
    both = sorted(set(then) & set(now))
    if not both:
        raise AudienceUnclear(
            f"that version was for {', '.join(then)}, and the document is for {', '.join(now)} now:"
            " say who may read it, `sluice kb undo ID --audience IDS`"
        )
    return both


def _removal(db: sqlite3.Connection, document_id: str) -> Row:
    """How a document was removed; empty if it was not."""
    sql = "SELECT version AS before, by_hand FROM removals WHERE document_id = ?"
    rows = _rows(db, sql, document_id)
    return rows[0] if rows else {}


def _last(db: sqlite3.Connection, document_id: str) -> int:
    sql = (
        "SELECT max(version) FROM (SELECT version FROM documents WHERE id = :id"
        " UNION ALL SELECT version FROM versions WHERE document_id = :id)"
    )
    return db.execute(sql, {"id": document_id}).fetchone()[0] or 0


def _as_version(row: Row, chunks: int, ended: Row | None = None) -> Version:
    return Version(
        document_id=row["id"],
        version=row["version"],
        title=row["title"],
        audience=tuple(json.loads(row["audience"])),
        sha256=row["sha256"],
        chunks=chunks,
        added_at=row["added_at"],
        added_by=row["added_by"],
        ended_at=ended["ended_at"] if ended else None,
        ended_by=ended["ended_by"] if ended else "",
        ended=ended["ended"] if ended else "",
    )


def _rows(db: sqlite3.Connection, sql: str, *parameters: object) -> list[Row]:
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    return [dict(row) for row in cursor.execute(sql, parameters)]


def _now() -> str:
    return datetime.now(UTC).isoformat()
