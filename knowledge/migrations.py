"""The schema of the knowledge base, oldest change first. Released migrations are never edited."""

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
    derive_all(db.conn)


@migrations()
def m006_lives(db: Database) -> None:
    for column in (
        "owner TEXT NOT NULL DEFAULT ''",  # a user id, or none
        "expires_at TEXT",
        "version INTEGER NOT NULL DEFAULT 1",
        "before INTEGER",  # the version whose place it took: where undo leads
        "added_by TEXT NOT NULL DEFAULT ''",
        "kind TEXT NOT NULL DEFAULT 'file'",  # file, url or content: how a sync reads it again
        "titled INTEGER NOT NULL DEFAULT 0",  # an admin gave the title: the file's does not count
        "undone TEXT NOT NULL DEFAULT ''",  # sha256 of what was undone: a sync leaves that alone
    ):
        db.execute(f"ALTER TABLE documents ADD COLUMN {column}")
    db.execute(
        """
        CREATE TABLE versions (
            document_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            document TEXT NOT NULL, -- JSON: its row of `documents`
            chunks TEXT NOT NULL, -- JSON: the ids of its chunks in order, in `chunks` or past ones
            ended TEXT NOT NULL, -- replaced, undone or removed
            ended_at TEXT NOT NULL,
            ended_by TEXT NOT NULL,
            PRIMARY KEY (document_id, version)
        ) STRICT
        """
    )
    # Chunks that only versions hold: out of the index and of the full text, with their vectors.
    db.execute(
        """
        CREATE TABLE past_chunks (
            id TEXT PRIMARY KEY,
            document_id TEXT NOT NULL,
            heading TEXT NOT NULL,
            text TEXT NOT NULL,
            quarantine TEXT,
            model TEXT NOT NULL,
            vector BLOB NOT NULL
        ) STRICT
        """
    )
    db.execute("CREATE INDEX past_chunks_of ON past_chunks (document_id)")
    db.execute(
        """
        CREATE TABLE removals (
            document_id TEXT PRIMARY KEY,
            version INTEGER, -- the one to bring back; NULL if nothing was kept
            by_hand INTEGER NOT NULL, -- a sync leaves out what an admin removed
            removed_at TEXT NOT NULL,
            removed_by TEXT NOT NULL
        ) STRICT
        """
    )
    db.execute(
        """
        CREATE TABLE releases (
            document_id TEXT NOT NULL,
            digest TEXT NOT NULL, -- of the title, the headings and the text that were looked at
            heading TEXT NOT NULL,
            reason TEXT NOT NULL, -- what the guardrails had said
            released_at TEXT NOT NULL,
            released_by TEXT NOT NULL,
            PRIMARY KEY (document_id, digest)
        ) STRICT
        """
    )
    # A title can be changed without loading the document again.
    db.execute(
        """
        CREATE TRIGGER chunks_changed AFTER UPDATE OF title, heading, text ON chunks BEGIN
            INSERT INTO chunks_fts (chunks_fts, rowid, title, heading, text)
            VALUES ('delete', old.row, old.title, old.heading, old.text);
            INSERT INTO chunks_fts (rowid, title, heading, text)
            VALUES (new.row, new.title, new.heading, new.text);
        END
        """
    )


@migrations()
def m008_parts(db: Database) -> None:
    # Behind the vector in its row: it is read only of the few chunks that come first.
    db.execute("ALTER TABLE vectors ADD COLUMN parts BLOB")  # int8, see `knowledge.parts`
    db.execute("ALTER TABLE past_chunks ADD COLUMN parts BLOB")


@migrations()
def m009_next_vectors(db: Database) -> None:
    # Of the model that is to take over, while the one of `vectors` still answers.
    db.execute(
        """
        CREATE TABLE next_vectors (
            row INTEGER PRIMARY KEY REFERENCES chunks (row) ON DELETE CASCADE,
            vector BLOB NOT NULL,
            parts BLOB
        ) STRICT
        """
    )


@migrations()
def m010_stamps(db: Database) -> None:
    # A cache: what a file's bytes were when the file system last said these things of it.
    db.execute(
        """
        CREATE TABLE stamps (
            location TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            modified_ns INTEGER NOT NULL,
            changed_ns INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            sha256 TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )
