"""What can go wrong in the knowledge base.

* KnowledgeError
  x EmptyIndex             nothing has been loaded yet
  x UnknownDocument        no document has this id
  x UnreadableDocument     a file that cannot be read, and what to do about it
  x NothingToUndo          there is no version to bring back
  x AudienceUnclear        nobody is known to be allowed to read what would be brought back
  x WrongModel             the index was built with another embedding model
  * StoreError             the file of the knowledge base cannot be used
    x StoreDamaged         it is not a sound database
    x StoreBusy            another process is writing to it, and does not end
  * ModelError             the embedding model cannot be used
    x ModelFilesMissing    its files are not on this machine
    x ModelFilesDamaged    its files are not the ones they should be
    x EmbedderStopped      its process has ended

`str(error)` is written by us, for an admin: what is wrong, then what to do. `apology` is what a
person in a channel may be told.
"""


class KnowledgeError(Exception):
    """Base class of every error this package raises on purpose."""

    apology = "I can't look into my documents right now. Please ask an admin to look at it."


class EmptyIndex(KnowledgeError):
    """Nothing has been loaded yet."""

    apology = "I have no documents yet. Please ask an admin to load some with `sluice kb add`."


class UnknownDocument(KnowledgeError):
    """No document has this id."""

    apology = "I have no document with that id. Please ask an admin which ones there are."


class NothingToUndo(KnowledgeError):
    """There is no such version, or it is no longer kept."""

    apology = "There is no earlier version of that document. Please look at `sluice kb versions`."


class AudienceUnclear(KnowledgeError):
    """Those who could read a version may not read the document, and the reverse."""

    apology = "That version was for others. Please say who may read it now."


class UnreadableDocument(KnowledgeError):
    """A file cannot be read; the text says why and what to do."""

    apology = "I can't read that file. Please save it as PDF, Markdown or text and add it again."


class WrongModel(KnowledgeError):
    """The vectors in the index were made by another embedding model."""

    apology = "My documents have to be loaded anew. Please ask an admin to run `sluice doctor`."


class StoreError(KnowledgeError):
    """The file of the knowledge base cannot be opened, read or written."""


class StoreDamaged(StoreError):
    """The file is not a sound SQLite database."""

    apology = "My documents are damaged. Please ask an admin to run `sluice doctor`."


class StoreBusy(StoreError):
    """Another process has been writing to the file for longer than we wait."""

    apology = "My documents are being updated. Please try again in a minute."


class ModelError(KnowledgeError):
    """The embedding model cannot be used."""


class EmbedderStopped(ModelError):
    """The process of the model was closed, or died twice in a row."""

    apology = "I am just restarting. Please ask me again in a minute."


class ModelFilesMissing(ModelError):
    """The model's files are not on this machine."""

    apology = "I am not set up correctly. Please ask an admin to run `sluice doctor`."


class ModelFilesDamaged(ModelError):
    """The model's weights are not the ones they should be."""

    apology = "I am not set up correctly. Please ask an admin to run `sluice doctor`."
