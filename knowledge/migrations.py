"""The schema of the knowledge base, oldest change first. Released migrations are never edited."""

from sqlite_utils import Database, Migrations

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
