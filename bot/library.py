"""What a turn reads from."""

from dataclasses import dataclass

from knowledge import Embedder, Store


@dataclass(frozen=True)
class Library:
    """The knowledge base and the model that reads it."""

    store: Store
    embedder: Embedder

    @property
    def size(self) -> int:
        """How many passages there are to search."""
        return self.store.size()
