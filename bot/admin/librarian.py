"""What is done with the knowledge base for an admin in Slack. Each act is a step of a turn."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.admin import words
from bot.library import Library
from bot.messages.acts import Details
from bot.office.notices import Done, Notice
from bot.office.office import Office
from knowledge import Document, UnknownDocument
from knowledge.documents import Version
from knowledge.errors import AudienceUnclear, NothingToUndo
from knowledge.reembed import undo
from knowledge.search import search

RENEWED_FOR = timedelta(days=183)
SHOWN = 6
"""How many passages a search shows."""


class Librarian:
    """Shows the documents, and changes what is known of them; `intake` brings them in."""

    def __init__(self, library: Library, office: Office) -> None:
        self._library, self._office = library, office

    # --- looking ----------------------------------------------------------------------------------

    async def list_documents(self, page: int) -> Done:
        """A page of what is loaded."""
        documents = await asyncio.to_thread(self._library.store.documents)
        names = await self.names_in(documents)
        change = await asyncio.to_thread(self._library.store.change)
        return _done(words.listing(documents, page, names, datetime.now(UTC), change))

    async def search_documents(self, query: str) -> Done:
        """What a search finds, whoever may read it: an admin looks for what is loaded."""
        documents = await asyncio.to_thread(self._library.store.documents)
        names = await self.names_in(documents)
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
            return failed(
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
            return failed("There is no version before to bring back.", document_id)
        except AudienceUnclear:
            return failed(
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
            return failed(
                "That text has changed since it was shown here, so I still hold it back: "
                "`/kb quarantine` shows it as it is now.",
                held_id,
            )
        if not released:
            return failed("There is nothing of that held back any more.", held_id)
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
            document = await asyncio.to_thread(self._edited, document_id, details)
        except UnknownDocument:
            return _unknown(document_id)
        known = words.details(document, await self.names_in([document]), datetime.now(UTC))
        text = "\n".join([f":pencil2: *{document.title}* is changed.", *known])
        return Done(outcome="edited", document_id=document_id, notice=Notice(text=text))

    def _edited(self, document_id: str, details: Details) -> Document:
        store = self._library.store
        same = details.title in ("", store.document(document_id).title)
        return store.describe(
            document_id,
            title=None
            if same
            else details.title,  # else a sync would not bring the file's any more
            audience=details.audience,
            owner=details.owner,
            expires_at=details.expires_at,
        )

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

    async def names_in(self, documents: Iterable[Document]) -> dict[str, str]:
        """What the people and user groups are called that documents name."""
        ids = {one for document in documents for one in (*document.audience, document.owner)}
        return await self._office.names({one for one in ids if one[:1] in ("U", "W", "S")})


def _done(notice: Notice) -> Done:
    return Done(outcome="done", notice=notice)


def failed(text: str, document_id: str = "") -> Done:
    """What was not done, and why."""
    return Done(outcome="failed", document_id=document_id, notice=Notice(text=text))


def _unknown(document_id: str) -> Done:
    return failed(f"No document has the id `{document_id}`: `/kb list` shows them.", document_id)
