"""How documents come in: what an admin adds in Slack, and everything read again."""

import asyncio
from collections.abc import Callable, Sequence

from bot.admin import words
from bot.admin.librarian import Librarian, failed
from bot.admin.progress import working
from bot.egress.gate import Gate
from bot.errors import SurfaceError
from bot.library import Library
from bot.messages.acts import Details, Proposal, SavedMessage, SlackFile, Source, WebPage
from bot.messages.events import Posted
from bot.messages.requester import Requester
from bot.office.board import Board
from bot.office.notices import Done, Notice, Row
from bot.office.office import Office
from knowledge import Document
from knowledge.alike import Alike, near_duplicates
from knowledge.ingest import Content, Progress, Screen, add, add_content, sync
from knowledge.load import Fetch, Step
from knowledge.rows import Details as Said
from knowledge.samples import sample_questions


class Intake:
    """Takes documents in, one load at a time: the embedding model is one process."""

    def __init__(
        self,
        library: Library,
        office: Office,
        librarian: Librarian,
        screen: Screen,
        *,
        fetch: Fetch,
        gate: Gate,
    ) -> None:
        self._library, self._office, self._librarian = library, office, librarian
        self._screen, self._fetch, self._gate = screen, fetch, gate
        self._loading = asyncio.Lock()

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

        def loading(step: Step) -> Notice:
            return working(source.name, step)

        async with self._loading, self._board(board, loading) as progress:
            try:
                content = await self._content(source, details)
                loaded = await asyncio.to_thread(
                    self._load, source, content, details, by.user, progress.tell
                )
            except SurfaceError as error:
                return failed(f"I could not get {words.origin(source)} from Slack: {error}.")
        return await self._reported(source, loaded)

    async def sync_documents(self, by: str, board: Posted) -> Done:
        """Read everything again, and show on the board what is read.

        Raises:
            StoreError: The knowledge base cannot be written.
            ModelError: The embedding model cannot be used.
        """

        def reading(step: Step) -> Notice:
            return Notice(
                text=f":arrows_counterclockwise: *Reading everything again*\n{step.source}"
            )

        async with self._loading, self._board(board, reading) as progress:
            done = await asyncio.to_thread(self._sync, by, progress.tell)
        return _synced(done)

    def _board(self, posted: Posted, render: Callable[[Step], Notice]) -> Board[Step]:
        return Board(self._office, posted, self._gate, render)

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
            return failed(f"I could not add {words.origin(source)} *{source.name}*: {problem}.")
        document = loaded.document
        questions, alike = await asyncio.to_thread(self._tried, document)
        held = await asyncio.to_thread(self._library.store.quarantined, document.document_id)
        names = await self._librarian.names_in([document])
        state = await asyncio.to_thread(self._librarian.state_of, document.document_id)
        notice = words.added(document, loaded.outcome, names, questions, alike, held, state)
        return Done(outcome=loaded.outcome, document_id=document.document_id, notice=notice)

    def _tried(self, document: Document) -> tuple[list[str], list[Alike]]:
        store, document_id = self._library.store, document.document_id
        questions = sample_questions(store, self._library.embedder, document_id)
        return questions, near_duplicates(store, document_id)


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
