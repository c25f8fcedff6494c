"""What a turn reads from."""

from dataclasses import dataclass

from knowledge import Embedder, Store


@dataclass(frozen=True)
class Library:
    """The knowledge base and the model that reads it."""

    store: Store
    embedder: Embedder
