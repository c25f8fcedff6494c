"""The knowledge base: documents in, passages out. It knows nothing of Slack, the bot or the model.

    from knowledge import SentenceTransformerEmbedder, Store, add
    from knowledge.search import search

Importing it loads neither numpy nor torch: each name comes from its module when it is first asked
for. `search` stays in its module, which has the same name.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.documents import Chunk, Document, Passage
    from knowledge.embed import Embedder, SentenceTransformerEmbedder
    from knowledge.errors import (
        EmbedderStopped,
        EmptyIndex,
        KnowledgeError,
        ModelError,
        ModelFilesDamaged,
        ModelFilesMissing,
        StoreBusy,
        StoreDamaged,
        StoreError,
        UnknownDocument,
        UnreadableDocument,
        WrongModel,
    )
    from knowledge.ingest import Progress, Screen, add, sync
    from knowledge.search import ANSWERABLE, answerable
    from knowledge.store import Store

__all__ = [
    "ANSWERABLE",
    "Chunk",
    "Document",
    "Embedder",
    "EmbedderStopped",
    "EmptyIndex",
    "KnowledgeError",
    "ModelError",
    "ModelFilesDamaged",
    "ModelFilesMissing",
    "Passage",
    "Progress",
    "Screen",
    "SentenceTransformerEmbedder",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "UnknownDocument",
    "UnreadableDocument",
    "WrongModel",
    "add",
    "answerable",
    "sync",
]

_HOME = {
    "documents": ("Chunk", "Document", "Passage"),
    "embed": ("Embedder", "SentenceTransformerEmbedder"),
    "ingest": ("Progress", "Screen", "add", "sync"),
    "search": ("ANSWERABLE", "answerable"),
    "store": ("Store",),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'knowledge' has no attribute {name!r}")
    home = next((module for module, names in _HOME.items() if name in names), "errors")
    return getattr(importlib.import_module(f"knowledge.{home}"), name)
