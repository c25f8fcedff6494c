"""Questions a document can now answer, for the person who has just added it."""

from knowledge.embed import Embedder
from knowledge.questions import candidates
from knowledge.search import search
from knowledge.store import Store

MAX_TRIED = 16
"""How many questions are searched for at most: some 10 ms each."""


def sample_questions(store: Store, embedder: Embedder, document_id: str, n: int = 3) -> list[str]:
    """Return up to `n` questions that this document answers.

    Each has been searched for, by one who may read the document, and found it before any other.
    There are fewer, even none, where the document's words make no good question.

    Raises:
        UnknownDocument: There is none with this id.
    """
    document = store.document(document_id)
    sections = [(chunk.heading, chunk.text) for chunk in store.chunks_of(document_id)]
    found: list[str] = []
    for question in candidates(document.title, sections)[:MAX_TRIED]:
        first = search(store, embedder, question, readers=frozenset(document.audience), k=1)
        if first and first[0].document_id == document_id:
            found.append(question)
        if len(found) == n:
            break
    return found
