"""From what a document is made of to the store, stage by stage."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from knowledge.blocks import ReadDocument
from knowledge.documents import Document
from knowledge.embed import Embedded, Embedder
from knowledge.errors import UnknownDocument, UnreadableDocument
from knowledge.find import Found, Refused
from knowledge.parts import Span
from knowledge.read import read_bytes
from knowledge.rows import Details, File, Kind, NewChunk, digest_of, exact_digest, screened
from knowledge.split import Piece, Splitter
from knowledge.store import Store

Screen = Callable[[str], str | None]
"""Looks at a chunk with its title and headings; returns why to hold it back, or None."""

Outcome = Literal["added", "replaced", "unchanged", "removed", "skipped", "failed"]
Stage = Literal["read", "split", "screened", "embedded", "searchable"]

BATCH = 64
"""How many chunks are embedded between two steps: some two seconds on one core."""


@dataclass(frozen=True)
class Progress:
    """What became of one file.

    Attributes:
        source: The path as it was given, or below the folder that was given; or the URL.
        document: The document as it is now, or as it was if it is removed.
        problem: Why the file was skipped or failed, and what to do.
    """

    source: str
    outcome: Outcome
    document: Document | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Step:
    """How far one document has come: `done` of `total` chunks in a stage; reading counts files."""

    source: str
    stage: Stage
    done: int
    total: int


OnStep = Callable[[Step], None]


@dataclass(frozen=True)
class Content:
    """A document that is on no disk of ours: a file in Slack, a saved message.

    Attributes:
        name: Its file name; what the text looks like counts more than the ending.
        source: Where people find it, such as a link to the message. Content from one source is one
            document.
    """

    name: str
    data: bytes
    source: str


class Page(Protocol):
    """What a fetcher brings of a URL."""

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> bytes: ...


Fetch = Callable[[str], Page]
"""Gets what is at a URL; raises `UnreadableDocument` if it may not or cannot."""


def no_screen(_text: str) -> None:
    """Hold nothing back."""


def no_fetch(_url: str) -> Page:
    """Fetch nothing."""
    raise UnreadableDocument("pages are not fetched here: save it and add the file")


def no_steps(_step: Step) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class _Raw:
    """The bytes of a document, and the names that give it a title where its text has none."""

    data: bytes
    name: str
    folder: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class Loader:
    """Takes documents into the store, one at a time."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        screen: Screen,
        details: Details,
        on_step: OnStep | None,
        syncing: bool = False,
    ) -> None:
        self.store = store
        self.details = details
        self._embedder = embedder
        self._screen = screen
        self._tell = on_step or no_steps
        self._syncing = syncing
        self._known = {file.location: file for file in store.files()}

    def known(self, location: object) -> File | None:
        """Return how the document from a place is loaded already, if it is."""
        return self._known.get(str(location))

    def load(self, found: Found | Refused, audience: Sequence[str] | None) -> Progress:
        """Load one file; an `audience` of None is the one it has, and everyone for a new one."""
        if isinstance(found, Refused):
            outcome = "skipped" if found.skipped else "failed"
            return Progress(found.source, outcome, problem=found.problem)
        place = found.location
        file = File(found.source, str(place), found.given, str(found.root), (), "")
        stamp = found.stamp()  # before it is read, so that it never vouches for newer bytes

        def get() -> _Raw:
            raw = _Raw(found.load(), place.name, place.parent.name)
            if stamp:
                self.store.keep_stamp(str(place), stamp, raw.sha256)
            return raw

        same = self.store.digest_at(str(place), stamp) if stamp else None
        return self._take(file, audience, get, same)

    def load_url(self, url: str, audience: Sequence[str] | None, fetch: Fetch) -> Progress:
        """Load what is at a URL."""

        def get() -> _Raw:
            page = fetch(url)
            return _Raw(page.data, page.name)

        return self._take(_placeless(url, url, "url"), audience, get)

    def load_content(self, content: Content, audience: Sequence[str] | None) -> Progress:
        """Load what somebody has handed over."""
        file = _placeless(content.source, f"content:{content.source}", "content")
        return self._take(file, audience, lambda: _Raw(content.data, content.name))

    def _take(
        self,
        file: File,
        audience: Sequence[str] | None,
        get: Callable[[], _Raw],
        sha256: str | None = None,
    ) -> Progress:
        """Load what `get` brings. With the `sha256` that it must have, it may be left unread."""
        known = self.known(file.location)
        may_read = known.audience if known and audience is None else audience or ()
        file = dataclasses.replace(file, audience=tuple(sorted(set(may_read))))
        try:
            if known and _takes_away(known.audience, file.audience):
                # Before it is read: who may not read it any more must not read its old text either.
                self.store.describe(file.document_id, audience=file.audience)
            if known and sha256 and self._is_known(known, sha256):
                return self._describe(known, file)
            self._tell(Step(file.source, "read", 0, 1))
            raw = get()
            self._tell(Step(file.source, "read", 1, 1))
            file = dataclasses.replace(file, sha256=raw.sha256)
            if known and self._is_known(known, file.sha256):
                return self._describe(known, file)
            document = self._replace(file, raw)
        except UnreadableDocument as error:
            return Progress(file.source, "failed", problem=str(error))
        except UnknownDocument:
            problem = "it was removed while it was loaded: add it again"
            return Progress(file.source, "failed", problem=problem)
        self._known[file.location] = file
        return Progress(file.source, "replaced" if known else "added", document)

    def _is_known(self, known: File, sha256: str) -> bool:
        """Whether a document is loaded from these bytes, or stays as it is in spite of them.

        What an admin has undone, a sync does not bring back.
        """
        return known.sha256 == sha256 or (self._syncing and known.undone == sha256)

    def _describe(self, known: File, file: File) -> Progress:
        """Change what is known of a document whose text is the same."""
        details, before = self.details, self.store.document(file.document_id)
        if self._says_nothing_new(before, known, file):
            return Progress(file.source, "unchanged", before)
        document = self.store.describe(
            file.document_id,
            title=details.title,
            audience=file.audience,
            owner=details.owner,
            expires_at=details.expires_at or ...,
        )
        self._known[file.location] = dataclasses.replace(known, audience=file.audience)
        return Progress(file.source, "replaced", document)

    def _says_nothing_new(self, document: Document, known: File, file: File) -> bool:
        """Whether all that would be written of a document stands there already."""
        details = self.details
        return (
            known.audience == file.audience == document.audience
            and details.title in {None, self.store.given_title(file.document_id)}
            and details.owner in {None, document.owner}
            and details.expires_at in {None, document.expires_at}
        )

    def _replace(self, file: File, raw: _Raw) -> Document:
        document = read_bytes(raw.name, raw.data, folder=raw.folder)
        title = self.details.title or self.store.given_title(file.document_id) or document.title
        self._tell(Step(file.source, "split", 0, 1))  # the first one waits here for the model
        splitter = Splitter(ReadDocument(title, document.blocks), self._embedder)
        pieces = splitter.pieces()
        self._tell(Step(file.source, "split", len(pieces), len(pieces)))
        reasons = self._reasons(file, title, pieces)
        embedded = [splitter.embedded(piece) for piece in pieces]
        vectors = self._vectors(file, dict(zip(embedded, map(splitter.parts, pieces), strict=True)))
        chunks = [
            NewChunk(piece.heading, piece.text, text, reason, made.vector, made.parts)
            for piece, text, reason in zip(pieces, embedded, reasons, strict=True)
            for made in [vectors[digest_of(text)]]
        ]
        model = self._embedder.name
        stored = self.store.replace(file, title, chunks, model=model, details=self.details)
        self._tell(Step(file.source, "searchable", len(chunks), len(chunks)))
        return stored

    def _reasons(self, file: File, title: str, pieces: Sequence[Piece]) -> list[str | None]:
        """Why to hold back each piece; what the document has already was looked at before."""
        seen, reasons = self.store.verdicts_of(file.document_id), list[str | None]()
        for number, piece in enumerate(pieces, 1):
            digest = exact_digest(title, piece.heading, piece.text)
            if digest not in seen:
                seen[digest] = self._screen(screened(title, piece.heading, piece.text))
            reasons.append(seen[digest])
            self._tell(Step(file.source, "screened", number, len(pieces)))
        return reasons

    def _vectors(self, file: File, texts: Mapping[str, Sequence[Span]]) -> dict[str, Embedded]:
        """The vectors of each text by its digest; those of unchanged chunks are in the store."""
        vectors = self.store.vectors_of(file.document_id)
        missing = {digest_of(text): text for text in texts if digest_of(text) not in vectors}
        names = list(missing)
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            embedded = self._embedder.embed_parts(
                [missing[name] for name in batch], [texts[missing[name]] for name in batch]
            )
            vectors |= dict(zip(batch, embedded, strict=True))
            done = len(texts) - len(names) + start + len(batch)
            self._tell(Step(file.source, "embedded", done, len(texts)))
        return vectors


def _placeless(source: str, location: str, kind: Kind) -> File:
    return File(source, location, source, location, (), "", kind)


def _takes_away(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether somebody may not read any more what they could; an empty audience is everyone."""
    return before != after and bool(after) and not (before and set(before) <= set(after))
