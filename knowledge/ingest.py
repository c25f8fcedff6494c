import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from knowledge.documents import Document
from knowledge.embed import Embedder, Vector
from knowledge.errors import UnreadableDocument
from knowledge.find import Found, Refused, find, is_archive, is_there
from knowledge.read import read_bytes
from knowledge.rows import File, NewChunk, digest_of
from knowledge.split import Splitter
from knowledge.store import Store

Screen = Callable[[str], str | None]
"""Looks at a chunk with its title and headings; returns why to hold it back, or None."""

Outcome = Literal["added", "replaced", "unchanged", "removed", "skipped", "failed"]


@dataclass(frozen=True)
class Progress:
    """What became of one file.

    Attributes:
        source: The path as it was given, or below the folder that was given.
        document: The document as it is now, or as it was if it is removed.
        problem: Why the file was skipped or failed, and what to do.
    """

    source: str
    outcome: Outcome
    document: Document | None = None
    problem: str | None = None


def no_screen(_text: str) -> None:
    """Hold nothing back."""


def add(
    store: Store,
    paths: Iterable[Path],
    embedder: Embedder,
    *,
    audience: Sequence[str] | None = None,
    screen: Screen = no_screen,
) -> Iterator[Progress]:
    """Load files and folders, and say of each file what became of it, in sorted order.

    A file that is loaded already and has not changed costs no more than reading it. One that
    cannot be read costs a line that says why; the rest goes on.

    Args:
        store: Where they go.
        paths: Files and folders, as the admin wrote them.
        embedder: The model the store's other documents were embedded by.
        audience: Channel and user group ids who may read it; empty for everyone. None leaves a
            document that is loaded already to those who could read it, and a new one to everyone.
        screen: Asked about every chunk. Those it has a reason against are stored, but held back.

    Raises:
        WrongModel: The index was built with another embedding model.
        StoreError: The file of the knowledge base cannot be written.
    """
    store.require_model(embedder.name)
    loader = _Loader(store, embedder, screen)
    for path in paths:
        for found in find(path):
            yield loader.load(found, audience)


def sync(store: Store, embedder: Embedder, *, screen: Screen = no_screen) -> Iterator[Progress]:
    """Read everything again that was added: changed is replaced, new is added, gone is removed.

    A file that cannot be read any more keeps its old text. If a folder itself is gone, nothing of
    it is removed: a disk that is not mounted must not empty the knowledge base.

    Raises:
        WrongModel: The index was built with another embedding model.
        StoreError: The file of the knowledge base cannot be written.
    """
    store.require_model(embedder.name)
    loader = _Loader(store, embedder, screen)
    files = sorted(store.files(), key=lambda file: (file.root, file.location))
    for root, group in groupby(files, key=lambda file: file.root):
        yield from _sync_root(loader, Path(root), list(group))


def _sync_root(loader: "_Loader", root: Path, files: list[File]) -> Iterator[Progress]:
    """Sync what was added by giving one path."""
    lone = len(files) == 1 and files[0].location == files[0].root
    folder = root.parent if lone else root
    if not folder.is_dir() and not is_archive(folder):
        problem = f"the folder {folder} is gone: bring it back, or remove the document by its id"
        yield from (Progress(file.source, "failed", problem=problem) for file in files)
        return
    for file in files:
        if not is_there(Path(file.location)):
            yield Progress(file.source, "removed", loader.store.remove(file.document_id))
    if root.exists():
        yield from _reload(loader, root, files)


def _reload(loader: "_Loader", root: Path, files: list[File]) -> Iterator[Progress]:
    """Load a path again; a new file below it is for those who may read the others."""
    audiences = {file.audience for file in files}
    for found in find(Path(files[0].given), root):
        known = loader.known(found)
        if known and known.root != str(root):
            continue  # it was added by itself since, and is synced by itself
        if known or isinstance(found, Refused):
            yield loader.load(found, None)
        elif len(audiences) == 1:
            yield loader.load(found, files[0].audience)
        else:
            problem = "it is new in a folder whose documents have several audiences: add it itself"
            yield Progress(found.source, "failed", problem=problem)


class _Loader:
    """Takes files into the store, one at a time."""

    def __init__(self, store: Store, embedder: Embedder, screen: Screen) -> None:
        self.store = store
        self._embedder = embedder
        self._screen = screen
        self._known = {file.location: file for file in store.files()}

    def known(self, found: Found | Refused) -> File | None:
        """Return how a file is loaded already, if it is."""
        return None if isinstance(found, Refused) else self._known.get(str(found.location))

    def load(self, found: Found | Refused, audience: Sequence[str] | None) -> Progress:
        """Load one file; an `audience` of None is the one it has, and everyone for a new one."""
        if isinstance(found, Refused):
            outcome = "skipped" if found.skipped else "failed"
            return Progress(found.source, outcome, problem=found.problem)
        known = self.known(found)
        may_read = known.audience if known and audience is None else audience or ()
        readers = tuple(sorted(set(may_read)))
        # Before the file is read: who may not read it any more must not read its old text either.
        moved = bool(known and known.audience != readers)
        if known and moved:
            self.store.set_audience(known.document_id, readers)
        try:
            return self._load(found, readers, known, moved=moved)
        except UnreadableDocument as error:
            return Progress(found.source, "failed", problem=str(error))

    def _load(
        self, found: Found, readers: tuple[str, ...], known: File | None, *, moved: bool
    ) -> Progress:
        data = found.load()
        file = File(
            source=found.source,
            location=str(found.location),
            given=found.given,
            root=str(found.root),
            audience=readers,
            sha256=hashlib.sha256(data).hexdigest(),
        )
        if known and known.sha256 == file.sha256:
            document = self.store.document(file.document_id)
            return Progress(found.source, "replaced" if moved else "unchanged", document)
        document = self._replace(file, data, found.location)
        self._known[file.location] = file
        return Progress(found.source, "replaced" if known else "added", document)

    def _replace(self, file: File, data: bytes, path: Path) -> Document:
        document = read_bytes(path.name, data, folder=path.parent.name)
        splitter = Splitter(document, self._embedder)
        pieces = splitter.pieces()
        embedded = [splitter.embedded(piece) for piece in pieces]
        vectors = self._vectors(file.document_id, embedded)
        chunks = [
            NewChunk(
                heading=piece.heading,
                text=piece.text,
                embedded=text,
                quarantine=self._screen(f"{document.title}\n{piece.heading}\n{piece.text}"),
                vector=vectors[digest_of(text)],
            )
            for piece, text in zip(pieces, embedded, strict=True)
        ]
        return self.store.replace(file, document.title, chunks, model=self._embedder.name)

    def _vectors(self, document_id: str, texts: Sequence[str]) -> dict[str, Vector]:
        """The vector of each text by its digest; those of unchanged chunks are in the store."""
        vectors = self.store.vectors_of(document_id)
        missing = {digest_of(text): text for text in texts if digest_of(text) not in vectors}
        embedded = self._embedder.embed(list(missing.values()))
        return vectors | dict(zip(missing, embedded, strict=True))
