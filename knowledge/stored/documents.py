"""Which documents there are."""

import json
from datetime import datetime

from knowledge.documents import Document
from knowledge.errors import UnknownDocument
from knowledge.rows import DOCUMENTS, File, document_of, file_of
from knowledge.stored.base import StoreFile


class Documents(StoreFile):
    """What is loaded."""

    def documents(self) -> list[Document]:
        """Return every document, in the order of their sources."""
        with self.reading():
            return [document_of(row) for row in self._all(f"{DOCUMENTS} ORDER BY source, id")]

    def size(self) -> int:
        """Return how many chunks there are."""
        with self.reading():
            return int(self._all("SELECT count(*) AS n FROM chunks")[0]["n"])

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

    def audiences(self) -> frozenset[str]:
        """Return every channel and user group that some document is for."""
        with self.reading():
            rows = self._all("SELECT DISTINCT audience FROM documents")
        return frozenset(one for row in rows for one in json.loads(row["audience"]))

    def expired(self, now: datetime) -> list[Document]:
        """Return the documents whose time is up, the longest ago first."""
        found = [document for document in self.documents() if document.expired(now)]
        return sorted(found, key=lambda document: document.expires_at or now)
