import json
import sqlite3
import threading
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import EllipsisType, TracebackType

import numpy as np
import numpy.typing as npt

from knowledge import change, life, review
from knowledge.change import Change, Waiting
from knowledge.chunks import retitle
from knowledge.derived import derive, first_rows, read_terms, read_vectors
from knowledge.documents import Chunk, Document, Held, Released, Version
from knowledge.embed import Embedded, Vectors
from knowledge.errors import EmptyIndex, UnknownDocument, WrongModel
from knowledge.index import Index, Rows, read_index
from knowledge.parts import from_codes
from knowledge.rows import (
    CHUNKS,
    DOCUMENTS,
    Details,
    File,
    NewChunk,
    chunk_of,
    document_of,
    embedded_digest,
    exact_digest,
    file_of,
    from_blobs,
    quoted,
)
from knowledge.sqlite import BUSY_S, explained, open_database
from knowledge.terms import ManyTerms

BM25_WEIGHTS = (1.0, 2.0, 1.0)
"""Of a word in the title, in the headings and in the text."""

VERSIONS = 10
"""How many earlier versions of a document are kept."""

NO_DETAILS = Details()


class Store:
    """The knowledge base in one SQLite file.

    Several threads may use one store, and several processes one file: a reader sees what another
    process has added with its next search. Every change is one transaction, so a process that is
    killed leaves the old document or the new one, never a part.

    Args:
        path: The file; it is made if there is none.
        busy_s: How long a write waits for another process, in seconds.
        versions: How many earlier versions of a document are kept.

    Raises:
        StoreError: The file cannot be used; the text says what to do. So does every method.
    """

    def __init__(self, path: Path, *, busy_s: float = BUSY_S, versions: int = VERSIONS) -> None:
        self.path = path
        self._most_versions = versions
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
        self,
        file: File,
        title: str,
        chunks: Sequence[NewChunk],
        *,
        model: str,
        details: Details = NO_DETAILS,
    ) -> Document:
        """Put a document in the place of the one that was loaded from the same file, if any.

        A document has at least one chunk. Chunks that it had already keep their rows.

        Raises:
            WrongModel: The other documents were embedded by another model.
        """
        with self._writing() as db:
            dimensions = len(chunks[0].vector)
            self._check_model(model, dimensions)
            self._set_meta("model", model)
            self._set_meta("dimensions", str(dimensions))
            life.replace(db, file, title, chunks, details)
            life.prune(db, file.document_id, self._most_versions)
            return self.document(file.document_id)

    def audiences(self) -> frozenset[str]:
        """Return every channel and user group that some document is for."""
        with self.reading():
            rows = self._all("SELECT DISTINCT audience FROM documents")
        return frozenset(one for row in rows for one in json.loads(row["audience"]))

    def describe(
        self,
        document_id: str,
        *,
        title: str | None = None,
        audience: Sequence[str] | None = None,
        owner: str | None = None,
        expires_at: datetime | EllipsisType | None = ...,
    ) -> Document:
        """Change what is known of a document beside its text; what is not given stays.

        A title that is given here stays when the document is loaded again. An empty `owner` and an
        `expires_at` of None take away what there was.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self._writing() as db:
            before = self.document(document_id)
            row: life.Row = {"id": document_id}
            if title is not None:
                row |= {"title": title, "titled": 1}
                review.renamed(db, document_id, before.title, title)
                retitle(db, document_id, title)
                derive(db, document_id)
            if audience is not None:
                row["audience"] = json.dumps(sorted(set(audience)))
            if owner is not None:
                row["owner"] = owner
            if not isinstance(expires_at, EllipsisType):
                row["expires_at"] = expires_at.isoformat() if expires_at else None
            life.change(db, row)
            return self.document(document_id)

    def remove(self, document_id: str, by: str = "", *, by_hand: bool = True) -> Document:
        """Take a document out of what is searched, and return what it was; `undo` brings it back.

        What was removed by hand stays removed when its folder is synced.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self._writing() as db:
            document = self.document(document_id)
            life.remove(db, document_id, by=by, by_hand=by_hand)
            life.prune(db, document_id, self._most_versions)
        return document

    def forget(self, document_id: str, by: str = "") -> None:
        """Drop a document for good, removed already or not, with every version of it.

        Raises:
            UnknownDocument: There is none with this id.
        """
        with self._writing() as db:
            if not life.versions(db, document_id):
                self.document(document_id)  # says that it is unknown
            life.forget(db, document_id, by=by)

    def undo(
        self,
        document_id: str,
        by: str = "",
        *,
        audience: Sequence[str] | None = None,
        to: int | None = None,
    ) -> Document:
        """Bring back the version before, or version `to`, with its chunks and vectors.

        Owner and expiry stay as they are. It is for those who could read the version then and may
        read the document now, unless an `audience` is given: undoing never shows a text to more
        people.

        Raises:
            NothingToUndo: There is no such version.
            AudienceUnclear: Those are no people that are known; give an audience.
            WrongModel: That version was embedded by another model.
        """
        with self._writing() as db:
            life.undo(db, document_id, by=by, audience=audience, to=to)
            life.prune(db, document_id, self._most_versions)
            return self.document(document_id)

    def versions(self, document_id: str) -> list[Version]:
        """Return the states of a document: the one that is searched, then the last ended first.

        Removed documents have them too.

        Raises:
            UnknownDocument: There is none with this id, and there was none.
        """
        with self.reading():
            found = life.versions(self._connection, document_id)
            if not found:
                self.document(document_id)  # says that it is unknown
            return found

    def removed_by_hand(self) -> frozenset[str]:
        """Return the ids of the documents that an admin has removed."""
        with self.reading():
            rows = self._all("SELECT document_id FROM removals WHERE by_hand")
        return frozenset(row["document_id"] for row in rows)

    def expired(self, now: datetime) -> list[Document]:
        """Return the documents whose time is up, the longest ago first."""
        found = [document for document in self.documents() if document.expired(now)]
        return sorted(found, key=lambda document: document.expires_at or now)

    # --- the second look --------------------------------------------------------------------------

    def quarantined(self, name: str | None = None) -> list[Held]:
        """Return what is held back: all of it, or of one document or chunk by its id."""
        with self.reading():
            return review.held(self._connection, name)

    def release(self, name: str, *, by: str, digests: Collection[str] | None = None) -> list[Held]:
        """Let go of what an admin has looked at: of a document, or of one chunk, by its id.

        Args:
            name: The id of a document or of a chunk.
            by: Who has looked at it; it is remembered.
            digests: Of the texts that were shown; a text that has changed meanwhile stays. None
                for whatever is there.

        Returns:
            What was let go.
        """
        with self._writing() as db:
            return review.release(db, name, by=by, digests=digests)

    def released(self, document_id: str) -> list[Released]:
        """Return what was let go of a document, newest first."""
        with self.reading():
            return review.released(self._connection, document_id)

    # --- what loading reads -----------------------------------------------------------------------

    def given_title(self, document_id: str) -> str | None:
        """Return the title that an admin has given a document, if one has."""
        with self.reading():
            rows = self._all("SELECT title FROM documents WHERE id = ? AND titled", document_id)
        return rows[0]["title"] if rows else None

    def vectors_of(self, document_id: str) -> dict[str, Embedded]:
        """Return the vectors of a document, of its versions too, by what the embedder read."""
        with self.reading():
            rows = self._all(
                "SELECT id, vector, parts FROM chunks JOIN vectors USING (row)"
                " WHERE document_id = ?1"
                " UNION ALL SELECT id, vector, parts FROM past_chunks WHERE document_id = ?1"
                " AND model = (SELECT value FROM meta WHERE key = 'model')",
                document_id,
            )
        vectors = from_blobs([row["vector"] for row in rows])
        return {
            embedded_digest(row["id"]): Embedded(v, from_codes(row["parts"], len(v)))
            for row, v in zip(rows, vectors, strict=True)
            if row["parts"]  # one from before there were parts is embedded again
        }

    def verdicts_of(self, document_id: str) -> dict[str, str | None]:
        """Return why each text of a document is held back, or None, by its exact digest."""
        with self.reading():
            rows = self._all(
                "SELECT title, heading, text, quarantine FROM chunks WHERE document_id = ?",
                document_id,
            )
        return {exact_digest(*tuple(row)[:3]): row["quarantine"] for row in rows}

    def require_model(self, model: str, dimensions: int | None = None) -> None:
        """Check that the documents were embedded by this model; None if its size is not known yet.

        Raises:
            WrongModel: They were not.
        """
        with self.reading():
            self._check_model(model, dimensions)

    # --- a change of model ------------------------------------------------------------------------

    @property
    def model(self) -> str | None:
        """The model whose vectors are searched; None while there are no documents."""
        with self.reading():
            return self._meta("model") if self._all("SELECT 1 FROM documents LIMIT 1") else None

    def change(self) -> Change | None:
        """Return how far a change of model has come, if one is under way."""
        with self.reading():
            return change.under_way(self._connection)

    def waiting(self, model: str, most: int) -> list[Waiting]:
        """Return chunks that another model has not embedded yet; what it had of a third is gone."""
        with self._writing() as db:
            return change.waiting(db, model, most)

    def prepare(self, model: str, made: Mapping[int, Embedded]) -> None:
        """Keep the next model's vectors of chunks, by their rows, until it takes over."""
        with self._writing() as db:
            change.prepare(db, model, made)

    def switch(self, model: str) -> bool:
        """Let the next model take over if it has every chunk; say whether it did."""
        with self._writing() as db:
            return change.switch(db, model)

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
        """Return what search scans; of a file that has changed, only the change is read.

        Raises:
            EmptyIndex: Nothing has been loaded yet.
        """
        with self.reading():
            revision = self._revision()
            if self._index is None or self._index.revision != revision:
                self._index = read_index(self._connection, revision, self._index)
            if not len(self._index):
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

    def holding(self, word: str, *, start: int = 0, limit: int = -1) -> Rows:
        """Return the chunks that hold a word in any of its forms, in their order.

        Args:
            word: Plain text, never a syntax.
            start: The first row that is looked at.
            limit: The most chunks to return; -1 for all, which takes long for a common word.
        """
        with self.reading():
            return first_rows(self._connection, quoted(word), start, limit)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of chunks, which must be there, in the given order."""
        with self.reading():
            return read_vectors(self._connection, rows)

    def terms(self, rows: Rows) -> ManyTerms:
        """Return the words of chunks, which must be there, in the given order."""
        with self.reading():
            return read_terms(self._connection, rows)

    def documents_with(self, phrase: str) -> frozenset[str]:
        """Return the ids of the documents whose text holds these words in a row."""
        with self.reading():
            found = self._all(
                "SELECT DISTINCT document_id FROM chunks_fts JOIN chunks ON row = chunks_fts.rowid"
                " WHERE chunks_fts MATCH ?",
                f"text : {quoted(phrase)}",
            )
        return frozenset(row["document_id"] for row in found)

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """Return the chunks of a document in order, without those that are held back."""
        with self.reading():
            where = "WHERE document_id = ? AND quarantine IS NULL ORDER BY position"
            return [chunk_of(row) for row in self._all(f"{CHUNKS} {where}", document_id)]

    def texts(self, rows: Sequence[int]) -> list[tuple[str, str]]:
        """Return the heading and the text of chunks, which must be there, in the given order."""
        with self.reading():
            found = self._connection.execute(
                "SELECT heading, text FROM json_each(?) CROSS JOIN chunks ON chunks.row = value",
                (json.dumps(rows),),
            )
            return found.fetchall()

    def chunks(self, rows: Sequence[int]) -> dict[int, tuple[Chunk, str | None]]:
        """Return chunks by their row, each with the reason why it is held back, if it is."""
        marks = ", ".join("?" * len(rows))
        with self.reading():
            found = self._all(f"{CHUNKS} WHERE chunks.row IN ({marks})", *rows)
        return {row["row"]: (chunk_of(row), row["quarantine"]) for row in found}

    def parts(self, rows: Sequence[int]) -> list[bytes | None]:
        """Return what `knowledge.parts` made of the parts of chunks, in the given order."""
        with self.reading():
            found = self._all(
                "SELECT parts FROM json_each(?) CROSS JOIN vectors ON vectors.row = value",
                json.dumps(rows),
            )
        return [row["parts"] for row in found]

    def all_chunks(self) -> list[Chunk]:
        """Return every chunk, those held back too, document by document."""
        with self.reading():
            return [chunk_of(row) for row in self._all(f"{CHUNKS} ORDER BY document_id, position")]

    # --- inside -----------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """Make one change, all of it or nothing. Every change gets a new revision."""
        with self._lock, explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
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
