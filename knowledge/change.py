"""A change of embedding model: the next one's vectors stand beside the old until they are whole.

These are parts of one transaction, which `Store` opens. `knowledge.reembed` does the work.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.derived import derive_codes
from knowledge.embed import Embedded
from knowledge.parts import to_codes
from knowledge.rows import to_blob


@dataclass(frozen=True)
class Change:
    """How far the next model has come: `done` of `total` chunks."""

    model: str
    done: int
    total: int


@dataclass(frozen=True)
class Waiting:
    """A chunk that a model has not embedded yet; `row` is where its vector goes."""

    row: int
    title: str
    heading: str
    text: str


def under_way(db: sqlite3.Connection) -> Change | None:
    """Say which model is to take over, and how far it has come."""
    found = db.execute("SELECT value FROM meta WHERE key = 'next_model'").fetchone()
    if not found:
        return None
    counts = "SELECT (SELECT count(*) FROM next_vectors), (SELECT count(*) FROM chunks)"
    return Change(found[0], *db.execute(counts).fetchone())


def waiting(db: sqlite3.Connection, model: str, most: int) -> list[Waiting]:
    """Return some of the chunks that wait for this model, and make it the next one."""
    if (now := under_way(db)) is None or now.model != model:
        db.execute("DELETE FROM next_vectors")
        db.execute("INSERT OR REPLACE INTO meta VALUES ('next_model', ?)", (model,))
    found = db.execute(
        "SELECT row, title, heading, text FROM chunks"
        " WHERE row NOT IN (SELECT row FROM next_vectors) ORDER BY row LIMIT ?",
        (most,),
    )
    return [Waiting(*row) for row in found.fetchall()]


def prepare(db: sqlite3.Connection, model: str, made: Mapping[int, Embedded]) -> None:
    """Keep vectors for the next model; of a chunk that is gone meanwhile there is nothing to keep.

    If another process has made another model the next one, they are dropped.
    """
    if (now := under_way(db)) is None or now.model != model:
        return
    db.executemany(
        "INSERT OR REPLACE INTO next_vectors SELECT row, ?, ? FROM chunks WHERE row = ?",
        [(to_blob(one.vector), to_codes(one.parts), row) for row, one in made.items()],
    )


def switch(db: sqlite3.Connection, model: str) -> bool:
    """Let the next model take over, all at once, if it has every chunk."""
    now = under_way(db)
    if now is None or now.model != model or now.done < now.total:
        return False
    size = db.execute("SELECT length(vector) / 2 FROM next_vectors LIMIT 1").fetchone()
    db.execute("DELETE FROM vectors")
    db.execute("INSERT INTO vectors (row, vector, parts) SELECT * FROM next_vectors")
    db.execute("DELETE FROM next_vectors")
    db.execute("DELETE FROM meta WHERE key = 'next_model'")
    new = [("model", model), ("dimensions", str(size[0] if size else 0))]
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", new)
    for (document_id,) in db.execute("SELECT id FROM documents").fetchall():
        derive_codes(db, document_id)
    return True


def outdated(db: sqlite3.Connection, document_id: str) -> list[Waiting]:
    """Return the chunks of a document's versions that another model than today's embedded."""
    found = db.execute(
        "SELECT past_chunks.rowid, coalesce(json_extract(document, '$.title'), ''), heading, text"
        " FROM past_chunks LEFT JOIN versions ON versions.document_id = past_chunks.document_id"
        " AND EXISTS (SELECT 1 FROM json_each(versions.chunks) WHERE value = past_chunks.id)"
        " WHERE past_chunks.document_id = ?"
        " AND model <> (SELECT value FROM meta WHERE key = 'model')"
        " GROUP BY past_chunks.rowid",
        (document_id,),
    )
    return [Waiting(*row) for row in found.fetchall()]


def renew(db: sqlite3.Connection, model: str, made: Mapping[int, Embedded]) -> None:
    """Give past chunks the vectors of this model, by their rows, if it is still the one in use."""
    db.executemany(
        "UPDATE past_chunks SET model = ?1, vector = ?2, parts = ?3 WHERE rowid = ?4"
        " AND ?1 = (SELECT value FROM meta WHERE key = 'model')",
        [(model, to_blob(one.vector), to_codes(one.parts), row) for row, one in made.items()],
    )
