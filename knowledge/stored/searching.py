"""What search reads."""

import json
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.derived import first_rows, read_terms, read_vectors
from knowledge.documents import Chunk
from knowledge.embed import Vectors
from knowledge.errors import EmptyIndex
from knowledge.index import Index, Rows, read_index
from knowledge.rows import CHUNKS, chunk_of, quoted
from knowledge.stored.base import StoreFile
from knowledge.terms import ManyTerms

BM25_WEIGHTS = (1.0, 2.0, 1.0)
"""Of a word in the title, in the headings and in the text."""


class Searching(StoreFile):
    """The index, and what is read of the chunks that it names."""

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
