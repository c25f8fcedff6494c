"""The knowledge base in one file. What it can do is in `knowledge.stored`, a subject a file."""

from knowledge.stored.base import VERSIONS
from knowledge.stored.lives import Lives
from knowledge.stored.loading import Loading
from knowledge.stored.models import Models
from knowledge.stored.reviewing import Reviewing
from knowledge.stored.searching import Searching

__all__ = ["VERSIONS", "Store"]


class Store(Lives, Reviewing, Loading, Models, Searching):
    """The knowledge base in one SQLite file.

    Several threads may use one store, and several processes one file: a reader sees what another
    process has added with its next search. Every change is one transaction, so a process that is
    killed leaves the old document or the new one, never a part.

    Args:
        path: The file; it is made if there is none.
        busy_s: How long a write waits for another process, in seconds.
        versions: How many earlier versions of a document are kept.

    Raises:
        StoreError: The file cannot be used; the text says what to do. So does every method.
    """
