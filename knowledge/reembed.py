"""Another embedding model: documents are embedded anew while the old one still answers.

The vectors of both stand side by side, so a process that is killed goes on where it was, and no
search meets vectors of two models.
"""

from collections.abc import Callable, Iterator, Sequence

from knowledge.blocks import ReadDocument
from knowledge.change import Change, Waiting
from knowledge.documents import Document
from knowledge.embed import Embedded, Embedder, Vectors
from knowledge.errors import WrongModel
from knowledge.split import Piece, Splitter
from knowledge.store import Store

BATCH = 32
"""Chunks that are embedded between two transactions."""


def reembed(store: Store, embedder: Embedder) -> Iterator[Change]:
    """Embed every chunk by this model and let it take over; say now and then how far it is.

    Does nothing where the documents are by this model already. What is added meanwhile, by the old
    model, is embedded as well before it takes over.
    """
    while store.model not in {None, embedder.name}:
        chunks = store.waiting(embedder.name, BATCH)
        if chunks:
            store.prepare(embedder.name, _embedded(chunks, embedder))
        elif store.switch(embedder.name):
            return
        if (change := store.change()) is not None:
            yield change


def undo(
    store: Store,
    embedder: Embedder,
    document_id: str,
    by: str = "",
    *,
    audience: Sequence[str] | None = None,
    to: int | None = None,
) -> Document:
    """Bring a version back as `Store.undo` does, be it one that another model embedded.

    Its text is then embedded first, by the model in use; where nothing changed, nothing is.
    """
    try:
        return store.undo(document_id, by, audience=audience, to=to)
    except WrongModel:
        chunks = store.outdated(document_id)
        for start in range(0, len(chunks), BATCH):
            made = _embedded(chunks[start : start + BATCH], embedder)
            store.renew(embedder.name, made)
    return store.undo(document_id, by, audience=audience, to=to)


def _embedded(chunks: Sequence[Waiting], embedder: Embedder) -> dict[int, Embedded]:
    texts: list[str] = []
    spans: list[list[tuple[int, int]]] = []
    for chunk in chunks:
        splitter = Splitter(ReadDocument(title=chunk.title, blocks=()), embedder)
        headings = tuple(chunk.heading.split(" > ")) if chunk.heading else ()
        piece = Piece(headings, chunk.text)
        texts.append(splitter.embedded(piece))
        spans.append(splitter.parts(piece))
    made = embedder.embed_parts(texts, spans)
    return {chunk.row: one for chunk, one in zip(chunks, made, strict=True)}


class Following:
    """The model that the store's documents are by, which may still be another than is wanted.

    Args:
        store: Whose model is followed.
        wanted: The model that is set; the only one where nothing is loaded yet.
        make: Makes the embedder of the model with this name.
    """

    def __init__(self, store: Store, wanted: Embedder, make: Callable[[str], Embedder]) -> None:
        self._store = store
        self._wanted = wanted
        self._make = make
        self._old: Embedder | None = None

    @property
    def name(self) -> str:
        return self._now().name

    @property
    def dimensions(self) -> int:
        return self._now().dimensions

    @property
    def window(self) -> int:
        return self._now().window

    def count_tokens(self, text: str) -> int:
        return self._now().count_tokens(text)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._now().embed(texts)

    def embed_parts(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Embedded]:
        return self._now().embed_parts(texts, spans)

    def _now(self) -> Embedder:
        model = self._store.model
        if model in {None, self._wanted.name}:
            return self._wanted
        if self._old is None or self._old.name != model:
            self._old = self._make(model or "")
        return self._old
