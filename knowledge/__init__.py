"""The knowledge base: documents in, passages out. It knows nothing of Slack, the bot or the model.

    from knowledge import SentenceTransformerEmbedder, Store, add
    from knowledge.search import search

Importing it loads neither numpy nor torch: each name comes from its module when it is first asked
for. `search` stays in its module, which has the same name.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.alike import Alike, near_duplicates
    from knowledge.documents import Chunk, Document, Held, Passage, Released, Version
    from knowledge.embed import Embedder, SentenceTransformerEmbedder
    from knowledge.errors import (
        AudienceUnclear,
        EmbedderStopped,
        EmptyIndex,
        KnowledgeError,
        ModelError,
        ModelFilesDamaged,
        ModelFilesMissing,
        NothingToUndo,
        StoreBusy,
        StoreDamaged,
        StoreError,
        UnknownDocument,
        UnreadableDocument,
        WrongModel,
    )
    from knowledge.ingest import add, add_content, sync
    from knowledge.load import Content, Progress, Screen, Step
    from knowledge.rows import Details
    from knowledge.samples import sample_questions
    from knowledge.search import ANSWERABLE, answerable
    from knowledge.store import Store

__all__ = [
    "ANSWERABLE",
    "Alike",
    "AudienceUnclear",
    "Chunk",
    "Content",
    "Details",
    "Document",
    "Embedder",
    "EmbedderStopped",
    "EmptyIndex",
    "Held",
    "KnowledgeError",
    "ModelError",
    "ModelFilesDamaged",
    "ModelFilesMissing",
    "NothingToUndo",
    "Passage",
    "Progress",
    "Released",
    "Screen",
    "SentenceTransformerEmbedder",
    "Step",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "UnknownDocument",
    "UnreadableDocument",
    "Version",
    "WrongModel",
    "add",
    "add_content",
    "answerable",
    "near_duplicates",
    "sample_questions",
    "sync",
]

_HOME = {
    "alike": ("Alike", "near_duplicates"),
    "documents": ("Chunk", "Document", "Held", "Passage", "Released", "Version"),
    "embed": ("Embedder", "SentenceTransformerEmbedder"),
    "ingest": ("add", "add_content", "sync"),
    "load": ("Content", "Progress", "Screen", "Step"),
    "rows": ("Details",),
    "samples": ("sample_questions",),
    "search": ("ANSWERABLE", "answerable"),
    "store": ("Store",),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'knowledge' has no attribute {name!r}")
    home = next((module for module, names in _HOME.items() if name in names), "errors")
    return getattr(importlib.import_module(f"knowledge.{home}"), name)
