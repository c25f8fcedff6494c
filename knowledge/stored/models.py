"""The embedding model whose vectors are searched, and the next one."""

from collections.abc import Mapping

from knowledge import change
from knowledge.change import Change, Waiting
from knowledge.embed import Embedded
from knowledge.stored.base import StoreFile


class Models(StoreFile):
    """Which model the documents are by, and how far another has come."""

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

    def outdated(self, document_id: str) -> list[Waiting]:
        """Return the chunks of a document's versions that another model embedded."""
        with self.reading():
            return change.outdated(self._connection, document_id)

    def renew(self, model: str, made: Mapping[int, Embedded]) -> None:
        """Give chunks of versions the vectors of the model in use, by their rows."""
        with self._writing() as db:
            change.renew(db, model, made)
