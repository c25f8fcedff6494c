"""What is derived from the chunks of a document and stored beside them, for search to be fast."""

import json
import sqlite3

import numpy as np

from knowledge.embed import Vectors
from knowledge.index import Rows, pack
from knowledge.rows import from_blobs
from knowledge.terms import ManyTerms, joined, terms_of

_REVISION = "SELECT coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'revision'), 0)"


def derive(db: sqlite3.Connection, document_id: str) -> None:
    """Store the codes and the terms of a document as it is now; part of the change that made it."""
    derive_codes(db, document_id)
    found = db.execute(
        "SELECT row, title, heading, text FROM chunks WHERE document_id = ? ORDER BY row",
        (document_id,),
    ).fetchall()
    terms = terms_of([(title, heading, text) for _, title, heading, text in found])
    db.executemany(
        "INSERT OR REPLACE INTO terms VALUES (?, ?)",
        [(row, one.astype("<u4").tobytes()) for (row, *_), one in zip(found, terms, strict=True)],
    )


def derive_codes(db: sqlite3.Connection, document_id: str) -> None:
    """Store the codes of a document's vectors as they are now."""
    found = db.execute(
        "SELECT row, vector FROM chunks JOIN vectors USING (row) WHERE document_id = ?"
        " ORDER BY row",
        (document_id,),
    ).fetchall()
    db.execute("DELETE FROM codes WHERE document_id = ?", (document_id,))
    if found:
        packed = pack([row for row, _ in found], from_blobs([vector for _, vector in found]))
        (revision,) = db.execute(_REVISION).fetchone()
        db.execute("INSERT INTO codes VALUES (?, ?, ?, ?)", (document_id, revision + 1, *packed))


def derive_all(db: sqlite3.Connection) -> None:
    """Store what is derived of every document, for a file from before there was any of it."""
    for (document_id,) in db.execute("SELECT id FROM documents").fetchall():
        derive(db, document_id)


def read_vectors(connection: sqlite3.Connection, rows: Rows) -> Vectors:
    """Read the vectors of chunks, which must be there, in the given order."""
    found = connection.execute(
        "SELECT vector FROM json_each(?) CROSS JOIN vectors ON vectors.row = value",
        (json.dumps(rows.tolist()),),
    )
    return from_blobs([vector for (vector,) in found.fetchall()])


def read_terms(connection: sqlite3.Connection, rows: Rows) -> ManyTerms:
    """Read the terms of chunks, which must be there, in the given order."""
    found = connection.execute(
        "SELECT terms FROM json_each(?) CROSS JOIN terms ON terms.row = value",
        (json.dumps(rows.tolist()),),
    )
    return joined([terms for (terms,) in found.fetchall()])


def first_rows(connection: sqlite3.Connection, query: str, start: int, limit: int) -> Rows:
    """Return the first chunks from a row on that match a query of FTS5, in their order."""
    # One text of many numbers: a row at a time, Python takes longer than FTS5 does.
    (found,) = connection.execute(
        "SELECT group_concat(row) FROM (SELECT rowid AS row FROM chunks_fts"
        " WHERE chunks_fts MATCH ? AND rowid >= ? ORDER BY rowid LIMIT ?)",
        (query, start, limit),
    ).fetchone()
    return np.fromstring(found or "", dtype=np.int64, sep=",")
