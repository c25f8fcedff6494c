"""The schema of the knowledge base, oldest change first. Released migrations are never edited."""

import sqlite3
from typing import cast

from sqlite_utils import Database, Migrations

from knowledge.derived import derive_all

migrations = Migrations("knowledge")


@migrations()
def m001_documents(db: Database) -> None:
    db.table("documents").create(
        {
            "id": str,
            "title": str,
            "source": str,
            "location": str,  # absolute, so that a sync from another folder finds the file
            "given": str,  # what was given to `add`: the file itself, or a folder above it
            "root": str,  # the same, absolute
            "audience": str,  # JSON list of ids
            "sha256": str,
            "added_at": str,
        },
        pk="id",
        not_null={"title", "source", "location", "given", "root", "audience", "sha256", "added_at"},
        strict=True,
    )


@migrations()
def m002_chunks(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE chunks (
            row INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            title TEXT NOT NULL, -- the document's, beside the text so that one index holds both
            heading TEXT NOT NULL,
            text TEXT NOT NULL,
            quarantine TEXT, -- why the guardrails hold it back
            UNIQUE (document_id, position)
        ) STRICT
        """
    )
    # Apart from the texts: loading all vectors must not read all texts.
    db.execute(
        """
        CREATE TABLE vectors (
            row INTEGER PRIMARY KEY REFERENCES chunks (row) ON DELETE CASCADE,
            vector BLOB NOT NULL -- float16, unit length
        ) STRICT
        """
    )


@migrations()
def m003_full_text(db: Database) -> None:
    db.execute(
        """
        CREATE VIRTUAL TABLE chunks_fts USING fts5 (
            title, heading, text,
            content = 'chunks', content_rowid = 'row', tokenize = 'porter unicode61'
        )
        """
    )
    # Triggers, so that no write can leave the words and the texts apart. Chunks are never updated.
    db.execute(
        """
        CREATE TRIGGER chunks_added AFTER INSERT ON chunks BEGIN
            INSERT INTO chunks_fts (rowid, title, heading, text)
            VALUES (new.row, new.title, new.heading, new.text);
        END
        """
    )
    db.execute(
        """
        CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
            INSERT INTO chunks_fts (chunks_fts, rowid, title, heading, text)
            VALUES ('delete', old.row, old.title, old.heading, old.text);
        END
        """
    )


@migrations()
def m004_meta(db: Database) -> None:
    db.table("meta").create(
        {"key": str, "value": str}, pk="key", not_null={"key", "value"}, strict=True
    )


@migrations()
def m005_codes(db: Database) -> None:
    # One row a document, so that the index is read in a moment and a changed document alone.
    db.execute(
        """
        CREATE TABLE codes (
            document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
            changed INTEGER NOT NULL, -- the revision since which these are its chunks
            rows BLOB NOT NULL, -- int64, rising
            codes BLOB NOT NULL -- the signs of the vectors, in whole words of 64 bits
        ) STRICT
        """
    )
    db.execute(
        """
        CREATE TABLE terms (
            row INTEGER PRIMARY KEY REFERENCES chunks (row) ON DELETE CASCADE,
            terms BLOB NOT NULL -- uint32, what `knowledge.terms` makes of the words
        ) STRICT
        """
    )
    db.execute("CREATE INDEX chunks_held ON chunks (row) WHERE quarantine IS NOT NULL")
    derive_all(cast(sqlite3.Connection, db.conn))
