import hashlib
import json
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.documents import Chunk, Document
from knowledge.embed import Vector
from knowledge.errors import EmptyIndex, UnknownDocument, WrongModel
from knowledge.index import Index
from knowledge.sqlite import explained, open_database

BM25_WEIGHTS = (1.0, 2.0, 1.0)
"""Of a word in the title, in the headings and in the text."""

Rows = npt.NDArray[np.int64]

_DOCUMENT = """
    SELECT id AS document_id, title, source, audience, sha256, added_at, location, given, root,
        (SELECT count(*) FROM chunks WHERE document_id = documents.id) AS chunks,
        (SELECT count(quarantine) FROM chunks WHERE document_id = documents.id) AS quarantined
    FROM documents
"""
_CHUNK = """
    SELECT chunks.row, chunks.id AS chunk_id, document_id, chunks.title, source, heading, text,
        quarantine
    FROM chunks JOIN documents ON documents.id = document_id
"""


@dataclass(frozen=True)
class File:
    """A file as it was added.

    Attributes:
        source: The path as it was given, or below the folder that was given.
        location: The same, absolute.
        given: What was given: the file itself or a folder above it.
        root: The same, absolute.
    """

    source: str
    location: str
    given: str
    root: str
    audience: tuple[str, ...]
    sha256: str

    @property
    def document_id(self) -> str:
        """The same for the same file, however its path is written."""
        return _digest(self.location, 12)


@dataclass(frozen=True)
class NewChunk:
    """A chunk to be stored; `embedded` is what the embedder read of it."""

    heading: str
    text: str
    embedded: str
    quarantine: str | None
    vector: Vector


class Store:
    """The knowledge base in one SQLite file.

    Several threads may use one store, and several processes one file: a reader sees what another
    process has added with its next search. Every change is one transaction, so a process that is
    killed leaves the old document or the new one, never a part.

    Raises:
        StoreError: The file cannot be used; the text says what to do. So does every method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._connection = open_database(path)

    def __enter__(self) -> "Store":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # --- documents --------------------------------------------------------------------------------

    def documents(self) -> list[Document]:
        """Return every document, in the order of their sources."""
        with self.reading():
            return [_document(row) for row in self._all(f"{_DOCUMENT} ORDER BY source, id")]

    def document(self, document_id: str) -> Document:
        """Return one document.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self.reading():
            rows = self._all(f"{_DOCUMENT} WHERE id = ?", document_id)
        if not rows:
            raise UnknownDocument(
                f"no document has the id {document_id!r}: `sluice kb list` shows them"
            )
        return _document(rows[0])

    def files(self) -> list[File]:
        """Return what has been added, in the order of their places."""
        with self.reading():
            return [_file(row) for row in self._all(f"{_DOCUMENT} ORDER BY location")]

    def replace(
        self, file: File, title: str, chunks: Sequence[NewChunk], *, model: str
    ) -> Document:
        """Put a document in the place of the one that was loaded from the same file, if any.

        Raises:
            WrongModel: The other documents were embedded by another model.
        """
        with self._writing():
            self._claim(model, len(chunks[0].vector) if chunks else 0, file.document_id)
            self._delete(file.document_id)
            self._connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    file.document_id,
                    title,
                    file.source,
                    file.location,
                    file.given,
                    file.root,
                    json.dumps(file.audience),
                    file.sha256,
                    datetime.now(UTC).isoformat(),
                ),
            )
            self._insert(file.document_id, title, chunks)
        return self.document(file.document_id)

    def remove(self, document_id: str) -> Document:
        """Forget a document, and return what it was.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self._writing():
            document = self.document(document_id)
            self._delete(document_id)
        return document

    def vectors_of(self, document_id: str) -> dict[str, Vector]:
        """Return the vectors of a document by the digest of what the embedder read."""
        with self.reading():
            rows = self._all(
                "SELECT id, vector FROM chunks JOIN vectors USING (row) WHERE document_id = ?",
                document_id,
            )
        return {row["id"].split("-")[1]: _unpack(row["vector"]) for row in rows}

    def require_model(self, model: str) -> None:
        """Check that the documents were embedded by this model.

        Raises:
            WrongModel: They were not.
        """
        with self.reading():
            found = self._meta("model")
        if found is not None and found != model:
            raise _wrong_model(self.path, found, model)

    # --- what search reads ------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Generator[None]:
        """See one state of the file, whatever is written meanwhile."""
        with self._lock, explained(self.path):
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.rollback()

    def index(self) -> Index:
        """Return what search scans, read again only when the file has changed.

        Raises:
            EmptyIndex: Nothing has been loaded yet.
        """
        with self.reading():
            revision = int(self._meta("revision") or 0)
            if self._index is None or self._index.revision != revision:
                self._index = self._read_index(revision)
            if not len(self._index.rows):
                raise EmptyIndex("the knowledge base is empty: add documents with `sluice kb add`")
            return self._index

    def match(self, words: Iterable[str]) -> tuple[Rows, npt.NDArray[np.float64]]:
        """Return the chunks that hold any of the words, in their order, and their BM25 scores."""
        query = " OR ".join(_quoted(word) for word in words)
        weights = ", ".join(str(weight) for weight in BM25_WEIGHTS)
        with self.reading():
            found = self._connection.execute(
                f"SELECT rowid, -bm25(chunks_fts, {weights}) FROM chunks_fts"  # noqa: S608 - constants
                " WHERE chunks_fts MATCH ? ORDER BY rowid",
                (query,),
            ).fetchall()
        return (
            np.array([row for row, _ in found], dtype=np.int64),
            np.array([score for _, score in found], dtype=np.float64),
        )

    def chunks(self, rows: Sequence[int]) -> dict[int, tuple[Chunk, str | None]]:
        """Return chunks by their row, each with the reason why it is held back, if it is."""
        marks = ", ".join("?" * len(rows))
        with self.reading():
            found = self._all(f"{_CHUNK} WHERE chunks.row IN ({marks})", *rows)
        return {row["row"]: (_chunk(row), row["quarantine"]) for row in found}

    def all_chunks(self) -> list[Chunk]:
        """Return every chunk, those held back too, document by document."""
        with self.reading():
            return [_chunk(row) for row in self._all(f"{_CHUNK} ORDER BY document_id, position")]

    # --- inside -----------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Generator[None]:
        """Make one change, all of it or nothing. Every change gets a new revision."""
        with self._lock, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute(
                    "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'revision'"
                )
                self._connection.execute("COMMIT")
            finally:
                self._connection.rollback()  # does nothing after the commit

    def _all(self, sql: str, *parameters: object) -> list[sqlite3.Row]:
        cursor = self._connection.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, parameters).fetchall()

    def _meta(self, key: str) -> str | None:
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def _claim(self, model: str, dimensions: int, document_id: str) -> None:
        """Note which model the vectors are from; the first document chooses."""
        found = self._meta("model")
        others = self._connection.execute(
            "SELECT 1 FROM documents WHERE id != ? LIMIT 1", (document_id,)
        ).fetchone()
        if found is not None and found != model and others:
            raise _wrong_model(self.path, found, model)
        self._connection.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            [("model", model), ("dimensions", str(dimensions))],
        )

    def _delete(self, document_id: str) -> None:
        self._connection.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))
        self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def _insert(self, document_id: str, title: str, chunks: Sequence[NewChunk]) -> None:
        for position, chunk in enumerate(chunks):
            cursor = self._connection.execute(
                "INSERT INTO chunks (id, document_id, position, title, heading, text, quarantine)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    f"{document_id}-{digest_of(chunk.embedded)}-{position}",
                    document_id,
                    position,
                    title,
                    chunk.heading,
                    chunk.text,
                    chunk.quarantine,
                ),
            )
            self._connection.execute(
                "INSERT INTO vectors VALUES (?, ?)",
                (cursor.lastrowid, chunk.vector.astype("<f2").tobytes()),
            )

    def _read_index(self, revision: int) -> Index:
        documents = self._all("SELECT id, audience FROM documents")
        numbers = {row["id"]: number for number, row in enumerate(documents)}
        rows = self._all(
            "SELECT row, document_id, quarantine IS NOT NULL AS held, vector"
            " FROM chunks JOIN vectors USING (row) ORDER BY row"
        )
        packed = b"".join(row["vector"] for row in rows)
        vectors = np.frombuffer(packed, dtype="<f2").astype(np.float32)
        return Index(
            revision=revision,
            rows=np.array([row["row"] for row in rows], dtype=np.int64),
            vectors=vectors.reshape(len(rows), -1) if rows else np.zeros((0, 0), np.float32),
            documents=np.array([numbers[row["document_id"]] for row in rows], dtype=np.int64),
            audiences=tuple(frozenset(json.loads(row["audience"])) for row in documents),
            quarantined=np.array([row["held"] for row in rows], dtype=bool),
        )


def digest_of(embedded: str) -> str:
    """Name what the embedder reads of a chunk, so that unchanged chunks keep their vectors."""
    return _digest(embedded, 12)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def _quoted(word: str) -> str:
    """A word as FTS5 reads it: inside quotes there is no syntax."""
    return '"' + word.replace('"', '""').replace("\x00", "") + '"'


def _unpack(vector: bytes) -> Vector:
    return np.frombuffer(vector, dtype="<f2").astype(np.float32)


def _document(row: sqlite3.Row) -> Document:
    fields: dict[str, Any] = {name: row[name] for name in Document.model_fields}
    return Document.model_validate(fields | {"audience": tuple(json.loads(row["audience"]))})


def _file(row: sqlite3.Row) -> File:
    return File(
        source=row["source"],
        location=row["location"],
        given=row["given"],
        root=row["root"],
        audience=tuple(json.loads(row["audience"])),
        sha256=row["sha256"],
    )


def _chunk(row: sqlite3.Row) -> Chunk:
    return Chunk.model_validate({name: row[name] for name in Chunk.model_fields})


def _wrong_model(path: Path, found: str, wanted: str) -> WrongModel:
    return WrongModel(
        f"{path} was built with the embedding model {found!r}, and the settings name {wanted!r}: "
        "set the model back, or move the file away and add the documents again"
    )
