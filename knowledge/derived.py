"""What is derived from the chunks of a document and stored beside them, for search to be fast."""

import json
import sqlite3

import numpy as np

from knowledge.embed import Vectors
from knowledge.index import Rows, pack
from knowledge.rows import from_blobs
from knowledge.terms import ManyTerms, joined, terms_of


def derive(connection: sqlite3.Connection, document_id: str, changed: int) -> None:
    """Store the codes and the terms of a document, whose chunks and vectors are there already."""
    found = connection.execute(
        "SELECT row, title, heading, text, vector FROM chunks JOIN vectors USING (row)"
        " WHERE document_id = ? ORDER BY row",
        (document_id,),
    ).fetchall()
    rows = [row for row, *_ in found]
    packed = pack(rows, from_blobs([vector for *_, vector in found]))
    connection.execute(
        "INSERT OR REPLACE INTO codes VALUES (?, ?, ?, ?)", (document_id, changed, *packed)
    )
    terms = terms_of([(title, heading, text) for _, title, heading, text, _ in found])
    connection.executemany(
        "INSERT OR REPLACE INTO terms VALUES (?, ?)",
        [(row, one.astype("<u4").tobytes()) for row, one in zip(rows, terms, strict=True)],
    )


def derive_all(connection: sqlite3.Connection) -> None:
    """Store what is derived of every document, for a file from before there was any of it."""
    for (document_id,) in connection.execute("SELECT id FROM documents").fetchall():
        derive(connection, document_id, 0)


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
    return np.array(found.split(",") if found else [], dtype=np.int64)
