"""What is derived from the chunks of a document and stored beside them, for search to be fast."""

import json
import sqlite3
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.embed import Vectors
from knowledge.index import Rows, pack
from knowledge.rows import from_blobs
from knowledge.terms import Terms, terms_of


@dataclass(frozen=True)
class Details:
    """What is read of n candidates.

    Attributes:
        vectors: Shape (n, d).
        terms: The words of all of them, one after the other.
        starts: Where each one's terms begin, and the end: (n + 1,).
    """

    vectors: Vectors
    terms: Terms
    starts: npt.NDArray[np.int64]


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


def read_details(connection: sqlite3.Connection, rows: Rows) -> Details:
    """Read the vectors and terms of chunks, which must be there, in the order of their rows."""
    found = connection.execute(
        "SELECT vector, terms FROM json_each(?) CROSS JOIN vectors ON vectors.row = value"
        " CROSS JOIN terms ON terms.row = value",
        (json.dumps(rows.tolist()),),
    ).fetchall()
    terms = [blob for _, blob in found]
    lengths = np.array([len(blob) // 4 for blob in terms], dtype=np.int64)
    return Details(
        vectors=from_blobs([vector for vector, _ in found]),
        terms=np.frombuffer(b"".join(terms), dtype="<u4").astype(np.uint32),
        starts=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)]),
    )


def first_rows(connection: sqlite3.Connection, query: str, start: int, limit: int) -> Rows:
    """Return the first chunks from a row on that match a query of FTS5, in their order."""
    found = connection.execute(
        "SELECT rowid FROM chunks_fts WHERE chunks_fts MATCH ? AND rowid >= ?"
        " ORDER BY rowid LIMIT ?",
        (query, start, limit),
    )
    return np.fromiter((row for (row,) in found), dtype=np.int64)
