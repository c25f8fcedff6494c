"""The second look."""

from collections.abc import Collection

from knowledge import review
from knowledge.documents import Held, Released
from knowledge.stored.base import StoreFile


class Reviewing(StoreFile):
    """What is held back, and what was let go."""

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
