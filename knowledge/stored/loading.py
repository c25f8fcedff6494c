"""What loading reads, so that nothing is done twice."""

from knowledge.embed import Embedded
from knowledge.parts import from_codes
from knowledge.rows import embedded_digest, exact_digest, from_blobs
from knowledge.sqlite import explained
from knowledge.stamps import Stamp
from knowledge.stored.base import StoreFile


class Loading(StoreFile):
    """What is known already of a document that is loaded again."""

    def digest_at(self, location: str, stamp: Stamp) -> str | None:
        """Return the sha256 of the file at a place if it was read with this very stamp."""
        with self.reading():
            rows = self._all(
                "SELECT sha256 FROM stamps WHERE location = ? AND size = ? AND modified_ns = ?"
                " AND changed_ns = ? AND inode = ?",
                location,
                *_columns(stamp),
            )
        return rows[0]["sha256"] if rows else None

    def keep_stamp(self, location: str, stamp: Stamp, sha256: str) -> None:
        """Remember that the file at a place, with this stamp, has these bytes."""
        # No change of what is searched, so no new revision.
        with self._lock, explained(self.path):
            row = (location, *_columns(stamp), sha256)
            self._connection.execute("INSERT OR REPLACE INTO stamps VALUES (?, ?, ?, ?, ?, ?)", row)

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


def _columns(stamp: Stamp) -> tuple[int, int, int, int]:
    """A stamp as SQLite holds it: inodes may be too large for its numbers, so they are folded."""
    return stamp.size, stamp.modified_ns, stamp.changed_ns, stamp.inode % 2**62
