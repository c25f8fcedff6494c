"""How documents come, change, go and come back."""

import json
from collections.abc import Sequence
from datetime import datetime
from types import EllipsisType

from knowledge import life, review
from knowledge.chunks import retitle
from knowledge.derived import derive
from knowledge.documents import Document, Version
from knowledge.rows import NO_DETAILS, Details, File, NewChunk
from knowledge.stored.documents import Documents


class Lives(Documents):
    """Every change of a document; each keeps the version before."""

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
            WrongModel: That version was embedded by another model; `reembed.undo` does that first.
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
