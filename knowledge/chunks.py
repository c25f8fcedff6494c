"""Which chunks a document has: what stays keeps its row, and what goes is kept for its versions.

These are parts of one transaction, which `Store` opens.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.errors import WrongModel
from knowledge.rows import NewChunk, digest_of, embedded_digest, exact_digest, to_blob


@dataclass(frozen=True)
class Kept:
    """A chunk that the document has already."""

    chunk_id: str
    row: int
    title: str
    heading: str
    text: str

    @property
    def content(self) -> tuple[str, str, str, str]:
        """What it is the same by: what the embedder read, and what the guardrails did."""
        return embedded_digest(self.chunk_id), self.title, self.heading, self.text


@dataclass(frozen=True)
class Fresh:
    """A chunk to be written."""

    chunk_id: str
    heading: str
    text: str
    quarantine: str | None
    vector: bytes


def chunks_of(db: sqlite3.Connection, document_id: str) -> list[Kept]:
    """The chunks of a document as it is, in order."""
    sql = "SELECT id, row, title, heading, text FROM chunks WHERE document_id = ? ORDER BY position"
    return [Kept(*row) for row in db.execute(sql, (document_id,))]


def placed(
    db: sqlite3.Connection, document_id: str, title: str, chunks: Sequence[NewChunk]
) -> list[Kept | Fresh]:
    """Say of each chunk whether the document has it already, and name the others."""
    have: defaultdict[tuple[str, ...], list[Kept]] = defaultdict(list)
    for kept in reversed(chunks_of(db, document_id)):
        have[kept.content].append(kept)
    names = _Names(db, document_id)
    found: list[Kept | Fresh] = []
    for chunk in chunks:
        same = have[digest_of(chunk.embedded), title, chunk.heading, chunk.text]
        found.append(same.pop() if same else names.fresh(chunk))
    return found


def remembered(
    db: sqlite3.Connection, document_id: str, chunk_ids: Sequence[str]
) -> list[Kept | Fresh]:
    """The chunks of an earlier version: those the document still has, and those it had.

    Raises:
        WrongModel: They were embedded by another model than the one of the index.
    """
    have = {kept.chunk_id: kept for kept in chunks_of(db, document_id)}
    model = _model(db)
    sql = "SELECT id, heading, text, quarantine, vector FROM past_chunks WHERE document_id = ?"
    past = {row[0]: Fresh(*row) for row in db.execute(f"{sql} AND model = ?", (document_id, model))}
    if not all(i in have or i in past for i in chunk_ids):
        raise WrongModel(
            f"that version was embedded by another model than {model!r}, which the index has now:"
            " load the file again instead"
        )
    return [have[i] if i in have else past[i] for i in chunk_ids]


def arrange(
    db: sqlite3.Connection, document_id: str, title: str, chunks: Sequence[Kept | Fresh]
) -> None:
    """Make these the chunks of a document, in this order. Others go to the past."""
    wanted = {chunk.chunk_id for chunk in chunks}
    _retire(db, [kept for kept in chunks_of(db, document_id) if kept.chunk_id not in wanted])
    released = _released(db, document_id)
    # Out of the way first: two chunks of one document may not stand in one place.
    db.execute("UPDATE chunks SET position = -1 - position WHERE document_id = ?", (document_id,))
    for position, chunk in enumerate(chunks):
        if isinstance(chunk, Kept):
            db.execute("UPDATE chunks SET position = ? WHERE row = ?", (position, chunk.row))
        else:
            _insert(db, document_id, title, position, chunk, released)
    retitle(db, document_id, title)
    db.executemany(
        "DELETE FROM past_chunks WHERE id = ?",
        [(chunk.chunk_id,) for chunk in chunks if isinstance(chunk, Fresh)],
    )


def retitle(db: sqlite3.Connection, document_id: str, title: str) -> None:
    """Give a document's chunks its title; a chunk that has it already is not written."""
    db.execute(
        "UPDATE chunks SET title = ? WHERE document_id = ? AND title <> ?",
        (title, document_id, title),
    )


def forget_past(db: sqlite3.Connection, document_id: str) -> None:
    """Drop the past chunks of a document that no version names any more."""
    sql = "SELECT chunks FROM versions WHERE document_id = ?"
    named = {i for (ids,) in db.execute(sql, (document_id,)) for i in json.loads(ids)}
    past = db.execute("SELECT id FROM past_chunks WHERE document_id = ?", (document_id,))
    lost = [(i,) for (i,) in past.fetchall() if i not in named]
    db.executemany("DELETE FROM past_chunks WHERE id = ?", lost)


class _Names:
    """Gives each chunk an id that no other one of its document has or had."""

    def __init__(self, db: sqlite3.Connection, document_id: str) -> None:
        self._document_id = document_id
        sql = (
            "SELECT id FROM chunks WHERE document_id = :id"
            " UNION ALL SELECT id FROM past_chunks WHERE document_id = :id"
        )
        self._taken = {name for (name,) in db.execute(sql, {"id": document_id})}

    def fresh(self, chunk: NewChunk) -> Fresh:
        stem, number = f"{self._document_id}-{digest_of(chunk.embedded)}", 0
        while f"{stem}-{number}" in self._taken:
            number += 1
        self._taken.add(f"{stem}-{number}")
        return Fresh(
            f"{stem}-{number}", chunk.heading, chunk.text, chunk.quarantine, to_blob(chunk.vector)
        )


def _retire(db: sqlite3.Connection, chunks: Iterable[Kept]) -> None:
    """Move chunks out of what is searched."""
    for chunk in chunks:
        db.execute(
            "INSERT INTO past_chunks SELECT id, document_id, heading, text, quarantine,"
            " (SELECT value FROM meta WHERE key = 'model'), vector"
            " FROM chunks JOIN vectors USING (row) WHERE row = ?",
            (chunk.row,),
        )
        db.execute("DELETE FROM chunks WHERE row = ?", (chunk.row,))


def _insert(
    db: sqlite3.Connection,
    document_id: str,
    title: str,
    position: int,
    chunk: Fresh,
    released: Collection[str],
) -> None:
    passed = exact_digest(title, chunk.heading, chunk.text) in released
    cursor = db.execute(
        "INSERT INTO chunks (id, document_id, position, title, heading, text, quarantine)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            chunk.chunk_id,
            document_id,
            position,
            title,
            chunk.heading,
            chunk.text,
            None if passed else chunk.quarantine,
        ),
    )
    db.execute("INSERT INTO vectors VALUES (?, ?)", (cursor.lastrowid, chunk.vector))


def _model(db: sqlite3.Connection) -> str:
    return db.execute("SELECT value FROM meta WHERE key = 'model'").fetchone()[0]


def _released(db: sqlite3.Connection, document_id: str) -> Mapping[str, str]:
    """The texts of a document that an admin has let go, and what was said against each."""
    sql = "SELECT digest, reason FROM releases WHERE document_id = ?"
    return dict(db.execute(sql, (document_id,)).fetchall())
