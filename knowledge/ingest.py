"""Loading documents, and keeping them as their files are."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from knowledge.embed import Embedder
from knowledge.errors import UnknownDocument
from knowledge.find import Refused, find, is_archive, is_there
from knowledge.life import GONE
from knowledge.load import (
    Content,
    Fetch,
    Loader,
    OnStep,
    Progress,
    Screen,
    Step,
    no_fetch,
    no_screen,
)
from knowledge.rows import NO_DETAILS, Details, File, document_id_of
from knowledge.store import Store

__all__ = [
    "Content",
    "Fetch",
    "Progress",
    "Screen",
    "Step",
    "add",
    "add_content",
    "sync",
]


def add(
    store: Store,
    sources: Iterable[Path | str],
    embedder: Embedder,
    details: Details = NO_DETAILS,
    *,
    screen: Screen = no_screen,
    fetch: Fetch = no_fetch,
    on_step: OnStep | None = None,
) -> Iterator[Progress]:
    """Load files, folders and pages, and say of each file what became of it, in sorted order.

    A file that is loaded already and has not changed costs no more than a look at it; of one that
    has changed only the changed chunks are screened, embedded and written. One that cannot be read
    costs a line that says why; the rest goes on.

    Args:
        store: Where they go.
        sources: Files and folders, as the admin wrote them; text is the URL of a page.
        embedder: The model the store's other documents were embedded by.
        details: What is said of each of them.
        screen: Asked about every new chunk. Those it has a reason against are stored, but held
            back.
        fetch: Gets the pages, and decides which it may.
        on_step: Told how far each document is.

    Raises:
        WrongModel: The index was built with another embedding model.
        StoreError: The file of the knowledge base cannot be written.
    """
    store.require_model(embedder.name)
    loader = Loader(store, embedder, screen=screen, details=details, on_step=on_step)
    for source in sources:
        if isinstance(source, str):
            yield loader.load_url(source, details.audience, fetch)
        else:
            yield from (loader.load(found, details.audience) for found in find(source))


def add_content(
    store: Store,
    content: Content,
    embedder: Embedder,
    details: Details = NO_DETAILS,
    *,
    screen: Screen = no_screen,
    on_step: OnStep | None = None,
) -> Progress:
    """Load what has no path, such as a file from Slack; the rest as in `add`."""
    store.require_model(embedder.name)
    loader = Loader(store, embedder, screen=screen, details=details, on_step=on_step)
    return loader.load_content(content, details.audience)


def sync(
    store: Store,
    embedder: Embedder,
    *,
    fetch: Fetch = no_fetch,
    by: str = "",
    screen: Screen = no_screen,
    on_step: OnStep | None = None,
) -> Iterator[Progress]:
    """Read everything again that was added: changed is replaced, new is added, gone is removed.

    A file that cannot be read any more keeps its old text. If a folder itself is gone, nothing of
    it is removed: a disk that is not mounted must not empty the knowledge base. What an admin has
    removed or undone stays so, until the file is another one or is added by itself. A page that
    cannot be fetched keeps its old text; content from Slack is not read again.

    Raises:
        WrongModel: The index was built with another embedding model.
        StoreError: The file of the knowledge base cannot be written.
    """
    store.require_model(embedder.name)
    loader = Loader(
        store, embedder, screen=screen, details=Details(by=by), on_step=on_step, syncing=True
    )
    files = sorted(store.files(), key=lambda file: (file.root, file.location))
    on_disk = [file for file in files if file.kind == "file"]
    for root, group in groupby(on_disk, key=lambda file: file.root):
        yield from _sync_root(loader, Path(root), list(group))
    for file in files:
        if file.kind == "url":
            yield loader.load_url(file.source, None, fetch)


def _sync_root(loader: Loader, root: Path, files: list[File]) -> Iterator[Progress]:
    """Sync what was added by giving one path."""
    lone = len(files) == 1 and files[0].location == files[0].root
    folder = root.parent if lone else root
    if not folder.is_dir() and not is_archive(folder):
        problem = f"the folder {folder} is gone: bring it back, or remove the document by its id"
        yield from (Progress(file.source, "failed", problem=problem) for file in files)
        return
    for file in files:
        if not is_there(Path(file.location)):
            yield from _gone(loader, file)
    if root.exists():
        yield from _reload(loader, root, files)


def _gone(loader: Loader, file: File) -> Iterator[Progress]:
    """Remove a document whose file is gone, unless an admin has undone just that."""
    try:
        if file.undone == GONE:
            yield Progress(file.source, "unchanged", loader.store.document(file.document_id))
        else:
            by = loader.details.by
            removed = loader.store.remove(file.document_id, by, by_hand=False)
            yield Progress(file.source, "removed", removed)
    except UnknownDocument:
        return  # somebody was quicker


def _reload(loader: Loader, root: Path, files: list[File]) -> Iterator[Progress]:
    """Load a path again; a new file below it is for those who may read the others."""
    audiences = {file.audience for file in files}
    removed = loader.store.removed_by_hand()
    for found in find(Path(files[0].given), root):
        known = None if isinstance(found, Refused) else loader.known(found.location)
        if known and known.root != str(root):
            continue  # it was added by itself since, and is synced by itself
        if known or isinstance(found, Refused):
            yield loader.load(found, None)
        elif document_id_of(str(found.location)) in removed:
            yield Progress(found.source, "skipped", problem=_REMOVED)
        elif len(audiences) == 1:
            yield loader.load(found, files[0].audience)
        else:
            problem = "it is new in a folder whose documents have several audiences: add it itself"
            yield Progress(found.source, "failed", problem=problem)


_REMOVED = "an admin has removed it: add it by itself to load it again"
