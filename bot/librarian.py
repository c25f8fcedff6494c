"""What is done with the knowledge base for an admin in Slack. Each act is a step of a turn."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from bot import kb_words as words
from bot.acts import Details, Proposal, SavedMessage, SlackFile, Source, WebPage
from bot.egress import Gate
from bot.errors import SurfaceError
from bot.kb_progress import Board, working
from bot.library import Library
from bot.messages import Posted, Requester
from bot.notices import Done, Notice, Row
from bot.office import Office
from knowledge import Document, UnknownDocument
from knowledge.alike import Alike, near_duplicates
from knowledge.documents import Version
from knowledge.errors import AudienceUnclear, NothingToUndo
from knowledge.ingest import Content, Progress, Screen, add, add_content, sync
from knowledge.load import Fetch, Step
from knowledge.reembed import undo
from knowledge.rows import Details as Said
from knowledge.samples import sample_questions
from knowledge.search import search

RENEWED_FOR = timedelta(days=183)
SHOWN = 6
"""How many passages a search shows."""


class Librarian:
    """Looks after the documents. One load at a time: the embedding model is one process."""

    def __init__(
        self,
        library: Library,
        office: Office,
        screen: Screen,
        *,
        fetch: Fetch,
        gate: Gate,
    ) -> None:
        self._library, self._office, self._screen = library, office, screen
        self._fetch, self._gate = fetch, gate
        self._loading = asyncio.Lock()

    # --- looking ----------------------------------------------------------------------------------

    async def list_documents(self, page: int) -> Done:
        """A page of what is loaded."""
        documents = await asyncio.to_thread(self._library.store.documents)
        names = await self._names(documents)
        change = await asyncio.to_thread(self._library.store.change)
        return _done(words.listing(documents, page, names, datetime.now(UTC), change))

    async def search_documents(self, query: str) -> Done:
        """What a search finds, whoever may read it: an admin looks for what is loaded."""
        documents = await asyncio.to_thread(self._library.store.documents)
        names = await self._names(documents)
        audiences = {d.document_id: words.readers(d, names) for d in documents}
        everyone = frozenset(one for document in documents for one in document.audience)
        passages = (
            await asyncio.to_thread(
                search,
                self._library.store,
                self._library.embedder,
                query,
                readers=everyone,
                k=SHOWN,
                include_quarantined=True,
            )
            if documents
            else []
        )
        return _done(words.found(query, passages, audiences))

    async def list_quarantine(self, page: int) -> Done:
        """A page of what is held back."""
        held = await asyncio.to_thread(self._library.store.quarantined)
        return _done(words.quarantine(held, page))

    # --- changing ---------------------------------------------------------------------------------

    def remove_document(self, document_id: str, by: str) -> Done:
        """Remove a document. Removing again what this turn has removed changes nothing."""
        try:
            title = self._library.store.remove(document_id, by).title
        except UnknownDocument:
            past = self._past(document_id)
            if not past:
                return _unknown(document_id)
            title = past[0].title
        return Done(
            outcome="removed",
            document_id=document_id,
            notice=Notice(
                text=f":wastebasket: *{title}* is removed: nobody gets answers from it any more.",
                buttons=(words.undo_button(document_id, self.state_of(document_id)),),
            ),
        )

    def state_of(self, document_id: str) -> str:
        """A word for the state of a document, which every change changes; empty for none."""
        past = self._past(document_id)
        return f"{past[0].version}{'' if past[0].current else 'x'}" if past else ""

    def undo_change(self, document_id: str, state: str, by: str, *, added: bool) -> Done:
        """Take back the change that made a state, if that is the present one; so it is done once.

        With `added`, taking back that a document was added removes it.
        """
        if not state:
            return _unknown(document_id)
        if self.state_of(document_id) != state:
            return _failed(
                "That has been undone already, or the document has changed since: nothing was "
                "done. `/kb list` shows how it is now.",
                document_id,
            )
        store = self._library.store
        if added and len(self._past(document_id)) == 1 and not state.endswith("x"):
            return self.remove_document(document_id, by)
        try:
            document = undo(store, self._library.embedder, document_id, by)
        except NothingToUndo:
            return _failed("There is no version before to bring back.", document_id)
        except AudienceUnclear:
            return _failed(
                "The people who could read that version and those who may read the document now "
                "have nobody in common, so I don't know who may read it: undo it on the terminal, "
                "with `sluice kb undo`.",
                document_id,
            )
        return Done(
            outcome="undone",
            document_id=document_id,
            notice=Notice(
                text=f":leftwards_arrow_with_hook: *{document.title}* is as it was before: "
                f"{document.chunks:,} passages, searchable again."
            ),
        )

    def _past(self, document_id: str) -> list[Version]:
        try:
            return self._library.store.versions(document_id)
        except UnknownDocument:
            return []

    def release_held(self, held_id: str, digest: str, by: str) -> Done:
        """Let out a passage that is held back, if its text is still the one that was shown."""
        store = self._library.store
        released = store.release(held_id, by=by, digests=[digest])
        if not released and store.quarantined(held_id):
            return _failed(
                "That text has changed since it was shown here, so I still hold it back: "
                "`/kb quarantine` shows it as it is now.",
                held_id,
            )
        if not released:
            return _failed("There is nothing of that held back any more.", held_id)
        passages = f"{len(released):,} passage{'s' if len(released) > 1 else ''}"
        return Done(
            outcome="released",
            document_id=released[0].document_id,
            notice=Notice(
                text=f":unlock: {passages} of *{released[0].title}* released: answers may quote "
                "it from now on."
            ),
        )

    async def edit_document(self, document_id: str, details: Details) -> Done:
        """Change what is known of a document; a title that is empty stays what it is."""
        try:
            document = await asyncio.to_thread(
                self._library.store.describe,
                document_id,
                title=details.title or None,
                audience=details.audience,
                owner=details.owner,
                expires_at=details.expires_at,
            )
        except UnknownDocument:
            return _unknown(document_id)
        known = words.details(document, await self._names([document]), datetime.now(UTC))
        text = "\n".join([f":pencil2: *{document.title}* is changed.", *known])
        return Done(outcome="edited", document_id=document_id, notice=Notice(text=text))

    def renew_document(self, document_id: str) -> Done:
        """Let a document hold for half a year from now on."""
        until = datetime.now(UTC) + RENEWED_FOR
        try:
            document = self._library.store.describe(document_id, expires_at=until)
        except UnknownDocument:
            return _unknown(document_id)
        return Done(
            outcome="renewed",
            document_id=document_id,
            notice=Notice(
                text=f":white_check_mark: *{document.title}* holds until {until:%d %b %Y}."
            ),
        )

    async def expired_document(self, document_id: str) -> Done:
        """What the owner is told, if the document is there and still expired."""
        try:
            document = await asyncio.to_thread(self._library.store.document, document_id)
        except UnknownDocument:
            return _unknown(document_id)
        outcome = "expired" if document.expired(datetime.now(UTC)) else "current"
        return Done(outcome=outcome, document_id=document_id, notice=words.expired(document))

    # --- loading ----------------------------------------------------------------------------------

    async def add_document(
        self, proposal: Proposal, details: Details, by: Requester, board: Posted
    ) -> Done:
        """Load a document, and show on the board how far it is.

        Doing it again changes nothing: what has been loaded has not changed.

        Raises:
            StoreError: The knowledge base cannot be written.
            ModelError: The embedding model cannot be used.
        """
        source = proposal.source

        def show(notice: Notice) -> "asyncio.Future[None]":
            return asyncio.ensure_future(self._office.retell(board, notice.passed(self._gate)))

        async with self._loading, Board(show, lambda step: working(source.name, step)) as progress:
            try:
                content = await self._content(source, details)
                loaded = await asyncio.to_thread(
                    self._load, source, content, details, by.user, progress.tell
                )
            except SurfaceError as error:
                return _failed(f"I could not get {words.origin(source)} from Slack: {error}.")
        return await self._reported(source, loaded)

    async def sync_documents(self, by: str, board: Posted) -> Done:
        """Read everything again, and show on the board what is read.

        Raises:
            StoreError: The knowledge base cannot be written.
            ModelError: The embedding model cannot be used.
        """

        def show(notice: Notice) -> "asyncio.Future[None]":
            return asyncio.ensure_future(self._office.retell(board, notice.passed(self._gate)))

        def reading(step: Step) -> Notice:
            return Notice(
                text=f":arrows_counterclockwise: *Reading everything again*\n{step.source}"
            )

        async with self._loading, Board(show, reading) as progress:
            done = await asyncio.to_thread(self._sync, by, progress.tell)
        return _synced(done)

    def _sync(self, by: str, tell: Callable[[Step], None]) -> list[Progress]:
        store, embedder = self._library.store, self._library.embedder
        return list(
            sync(store, embedder, fetch=self._fetch, by=by, screen=self._screen, on_step=tell)
        )

    async def _content(self, source: Source, details: Details) -> Content | None:
        """The bytes of what is not fetched by its address."""
        match source:
            case WebPage():
                return None
            case SlackFile():
                got = await self._office.download(source.file_id)
                return Content(name=got.name, data=got.data, source=got.link)
            case SavedMessage():
                names = await self._office.names({source.user})
                said = f"Said by {names.get(source.user) or source.user or 'somebody'} in Slack on "
                said += f"{source.written_at:%d %B %Y}."
                text = f"# {details.title or 'A message'}\n\n{source.text}\n\n{said}\n"
                return Content(name="message.md", data=text.encode(), source=source.link)

    def _load(
        self,
        source: Source,
        content: Content | None,
        details: Details,
        by: str,
        tell: Callable[[Step], None],
    ) -> Progress:
        store, embedder = self._library.store, self._library.embedder
        said = Said(
            title=details.title or None,
            audience=details.audience,
            owner=details.owner or None,
            expires_at=details.expires_at,
            by=by,
        )
        if content is not None:
            return add_content(store, content, embedder, said, screen=self._screen, on_step=tell)
        assert isinstance(source, WebPage)  # noqa: S101 - `_content` says so
        [page] = add(
            store,
            [source.url],
            embedder,
            said,
            screen=self._screen,
            fetch=self._fetch,
            on_step=tell,
        )
        return page

    async def _reported(self, source: Source, loaded: Progress) -> Done:
        """What became of a document, with what it can answer now."""
        if loaded.document is None or loaded.outcome == "failed":
            problem = loaded.problem or "it gave nothing to read"
            return _failed(f"I could not add {words.origin(source)} *{source.name}*: {problem}.")
        document = loaded.document
        questions, alike = await asyncio.to_thread(self._tried, document)
        held = await asyncio.to_thread(self._library.store.quarantined, document.document_id)
        names = await self._names([document])
        state = await asyncio.to_thread(self.state_of, document.document_id)
        notice = words.added(document, loaded.outcome, names, questions, alike, held, state)
        return Done(outcome=loaded.outcome, document_id=document.document_id, notice=notice)

    def _tried(self, document: Document) -> tuple[list[str], list[Alike]]:
        store, document_id = self._library.store, document.document_id
        questions = sample_questions(store, self._library.embedder, document_id)
        return questions, near_duplicates(store, document_id)

    async def _names(self, documents: Iterable[Document]) -> dict[str, str]:
        ids = {one for document in documents for one in (*document.audience, document.owner)}
        return await self._office.names({one for one in ids if one[:1] in ("U", "W", "S")})


def _synced(done: Sequence[Progress]) -> Done:
    """What became of everything, with what went wrong in rows."""
    kinds = ("added", "replaced", "removed", "unchanged", "failed")
    counts = {kind: sum(one.outcome == kind for one in done) for kind in kinds}
    told = ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)
    failed = [one for one in done if one.outcome == "failed"]
    rows = [Row(title=one.source, lines=(one.problem or "",)) for one in failed[: words.PAGE]]
    more = len(failed) - len(rows)
    return Done(
        outcome="synced",
        notice=Notice(
            text=f":white_check_mark: *Everything is read again*: {told or 'there is nothing'}.",
            rows=tuple(rows),
            foot=f"… and {more} more" if more > 0 else "",
        ),
    )


def _done(notice: Notice) -> Done:
    return Done(outcome="done", notice=notice)


def _failed(text: str, document_id: str = "") -> Done:
    return Done(outcome="failed", document_id=document_id, notice=Notice(text=text))


def _unknown(document_id: str) -> Done:
    return _failed(f"No document has the id `{document_id}`: `/kb list` shows them.", document_id)
