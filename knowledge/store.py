import json
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from knowledge.documents import Chunk, Document
from knowledge.embed import Vector
from knowledge.errors import EmptyIndex, UnknownDocument, WrongModel
from knowledge.index import Index
from knowledge.rows import (
    CHUNKS,
    DOCUMENTS,
    INSERT_DOCUMENT,
    File,
    NewChunk,
    chunk_of,
    digest_of,
    document_of,
    document_row,
    file_of,
    from_blobs,
    quoted,
    to_blob,
)
from knowledge.sqlite import BUSY_S, explained, open_database

BM25_WEIGHTS = (1.0, 2.0, 1.0)
"""Of a word in the title, in the headings and in the text."""

Rows = npt.NDArray[np.int64]


class Store:
    """The knowledge base in one SQLite file.

    Several threads may use one store, and several processes one file: a reader sees what another
    process has added with its next search. Every change is one transaction, so a process that is
    killed leaves the old document or the new one, never a part.

    Args:
        path: The file; it is made if there is none.
        busy_s: How long a write waits for another process, in seconds.

    Raises:
        StoreError: The file cannot be used; the text says what to do. So does every method.
    """

    def __init__(self, path: Path, *, busy_s: float = BUSY_S) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._index: Index | None = None
        self._connection = open_database(path, busy_s=busy_s)

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
            return [document_of(row) for row in self._all(f"{DOCUMENTS} ORDER BY source, id")]

    def document(self, document_id: str) -> Document:
        """Return one document.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self.reading():
            rows = self._all(f"{DOCUMENTS} WHERE id = ?", document_id)
        if not rows:
            raise UnknownDocument(
                f"no document has the id {document_id!r}: `sluice kb list` shows them"
            )
        return document_of(rows[0])

    def files(self) -> list[File]:
        """Return what has been added, in the order of their places."""
        with self.reading():
            return [file_of(row) for row in self._all(f"{DOCUMENTS} ORDER BY location")]

    def replace(
        self, file: File, title: str, chunks: Sequence[NewChunk], *, model: str
    ) -> Document:
        """Put a document in the place of the one that was loaded from the same file, if any.

        A document has at least one chunk.

        Raises:
            WrongModel: The other documents were embedded by another model.
        """
        with self._writing():
            dimensions = len(chunks[0].vector)
            self._check_model(model, dimensions)
            self._set_meta("model", model)
            self._set_meta("dimensions", str(dimensions))
            self._delete(file.document_id)
            self._connection.execute(INSERT_DOCUMENT, document_row(file, title))
            self._insert(file.document_id, title, chunks)
        return self.document(file.document_id)

    def audiences(self) -> frozenset[str]:
        """Return every channel and user group that some document is for."""
        with self.reading():
            rows = self._all("SELECT DISTINCT audience FROM documents")
        return frozenset(one for row in rows for one in json.loads(row["audience"]))

    def set_audience(self, document_id: str, audience: Sequence[str]) -> Document:
        """Change who may read a document.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self._writing():
            self._connection.execute(
                "UPDATE documents SET audience = ? WHERE id = ?",
                (json.dumps(audience), document_id),
            )
            return self.document(document_id)

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
        vectors = from_blobs([row["vector"] for row in rows])
        return {row["id"].split("-")[1]: vector for row, vector in zip(rows, vectors, strict=True)}

    def require_model(self, model: str, dimensions: int | None = None) -> None:
        """Check that the documents were embedded by this model; None if its size is not known yet.

        Raises:
            WrongModel: They were not.
        """
        with self.reading():
            self._check_model(model, dimensions)

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
            revision = self._revision()
            if self._index is None or self._index.revision != revision:
                self._index = self._read_index(revision)
            if not len(self._index.rows):
                raise EmptyIndex("the knowledge base is empty: add documents with `sluice kb add`")
            return self._index

    def match(self, words: Iterable[str]) -> tuple[Rows, npt.NDArray[np.float64]]:
        """Return the chunks that hold any of the words, in their order, and their BM25 scores."""
        query = " OR ".join(quoted(word) for word in words)
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

    def holding(self, word: str) -> Rows:
        """Return the chunks that hold a word in any of its forms, in their order."""
        with self.reading():
            found = self._connection.execute(
                "SELECT rowid FROM chunks_fts WHERE chunks_fts MATCH ? ORDER BY rowid",
                (quoted(word),),
            ).fetchall()
        return np.array([row for (row,) in found], dtype=np.int64)

    def chunks(self, rows: Sequence[int]) -> dict[int, tuple[Chunk, str | None]]:
        """Return chunks by their row, each with the reason why it is held back, if it is."""
        marks = ", ".join("?" * len(rows))
        with self.reading():
            found = self._all(f"{CHUNKS} WHERE chunks.row IN ({marks})", *rows)
        return {row["row"]: (chunk_of(row), row["quarantine"]) for row in found}

    def all_chunks(self) -> list[Chunk]:
        """Return every chunk, those held back too, document by document."""
        with self.reading():
            return [chunk_of(row) for row in self._all(f"{CHUNKS} ORDER BY document_id, position")]

    # --- inside -----------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Generator[None]:
        """Make one change, all of it or nothing. Every change gets a new revision."""
        with self._lock, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._set_meta("revision", str(self._revision() + 1))
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

    def _set_meta(self, key: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _revision(self) -> int:
        return int(self._meta("revision") or 0)

    def _check_model(self, model: str, dimensions: int | None) -> None:
        found, size = self._meta("model"), self._meta("dimensions")
        same = found == model and dimensions in {None, int(size or 0)}
        if found and not same and self._all("SELECT 1 FROM documents LIMIT 1"):
            raise WrongModel(
                f"{self.path} was built with the embedding model {found!r} ({size} dimensions), and"
                f" now it is {model!r} ({dimensions or 'unknown'}): set the model back, or move the"
                " file away and add the documents again"
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
                (cursor.lastrowid, to_blob(chunk.vector)),
            )

    def _read_index(self, revision: int) -> Index:
        documents = self._all("SELECT id, audience FROM documents")
        numbers = {row["id"]: number for number, row in enumerate(documents)}
        rows = self._all(
            "SELECT row, document_id, quarantine IS NOT NULL AS held, vector"
            " FROM chunks JOIN vectors USING (row) ORDER BY row"
        )
        return Index(
            revision=revision,
            rows=np.array([row["row"] for row in rows], dtype=np.int64),
            vectors=from_blobs([row["vector"] for row in rows]),
            documents=np.array([numbers[row["document_id"]] for row in rows], dtype=np.int64),
            audiences=tuple(frozenset(json.loads(row["audience"])) for row in documents),
            quarantined=np.array([row["held"] for row in rows], dtype=bool),
        )
