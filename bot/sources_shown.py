"""The sources of a reply as one person may read them at the moment they ask."""

import asyncio
import sqlite3
from functools import partial

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.library import Library
from bot.messages.decisions import Decision
from bot.messages.events import Place
from bot.messages.history import Returned
from bot.messages.replies import Citation, Reply
from bot.messages.task import Evidence
from bot.stages.membership import identify
from bot.state import journal
from bot.state.store import Store
from bot.surface import Surface
from knowledge import UnknownDocument
from tools.registry import Toolbox

NOT_YOURS = "You may not read this source."
REMOVED = "This document has been removed, or has changed since."
A_TOOL = "What a tool answered is shown only to the person who asked."


_RESULTS = TypeAdapter(list[Returned])


class Shown(BaseModel):
    """A source: its text, or why it is withheld from this person."""

    model_config = ConfigDict(frozen=True)

    citation: Citation
    text: str = ""
    withheld: str = ""


class Shelf:
    """Finds the sources of a turn in our own record, and asks who may read them now."""

    def __init__(self, store: Store, surface: Surface, library: Library, toolbox: Toolbox) -> None:
        self._store, self._surface = store, surface
        self._library, self._toolbox = library, toolbox

    async def sources(self, turn: str, place: Place) -> list[Shown] | None:
        """The cited sources, as the person of a place may read them; None if there is no record.

        The button's value is client data: a turn of another conversation is no record of this one.

        Raises:
            SurfaceError: Slack could not be asked who the person is.
        """
        told = await self._store(partial(_told, turn=turn, prefix=f"{place.team}:{place.channel}:"))
        if told is None:
            return None
        asker, reply, texts = told
        who = await identify(place.user, place, self._surface, self._toolbox)
        if who.barred or (reply.private and asker != place.user):
            return [Shown(citation=c, withheld=NOT_YOURS) for c in reply.citations]
        return [
            await self._shown(citation, texts.get(citation.number, ""), place.user, asker)
            for citation in reply.citations
        ]

    async def _shown(self, citation: Citation, text: str, user: str, asker: str) -> Shown:
        if not citation.document_id:
            may = user == asker
            shown = text or citation.quote  # what was said in the thread is not of this turn
            return Shown(
                citation=citation, text=shown if may else "", withheld="" if may else A_TOOL
            )
        try:
            document = await asyncio.to_thread(self._library.store.document, citation.document_id)
        except UnknownDocument:
            return Shown(citation=citation, withheld=REMOVED)
        audience = frozenset(document.audience)
        if audience and not await self._surface.belongs(user, audience, fresh=True):
            hidden = citation.model_copy(update={"heading": "", "source": "", "quote": ""})
            return Shown(citation=hidden, withheld=NOT_YOURS)
        return Shown(citation=citation, text=text)


def _told(
    db: sqlite3.Connection, turn: str, prefix: str
) -> tuple[str, Reply, dict[int, str]] | None:
    """Who asked, what was said, and the texts of its sources by their numbers."""
    row = db.execute("select user, thread from inbox where id = ?", (turn,)).fetchone()
    if row is None or not row[1].startswith(prefix):
        return None
    texts: dict[str, str] = {}
    reply, drafted = None, Decision(author="")
    for entry in journal.read(db, turn):
        match entry.name:
            case "sift":
                found = Evidence.model_validate_json(entry.result).passages
                texts |= {f"p{n}": passage.text for n, passage in enumerate(found, start=1)}
            case "inspect":
                texts |= {r.result.call_id: r.result.content for r in _returned(entry.result)}
            case "reason":
                drafted = Decision.model_validate_json(entry.result)
            case "still_readable":
                reply = Reply.model_validate_json(entry.result)
            case _:
                pass
    if reply is None or drafted.draft is None:
        return None
    quoted = enumerate(drafted.draft.citations, start=1)
    return row[0], reply, {n: texts.get(quote.source_id, "") for n, quote in quoted}


def _returned(result: str) -> list[Returned]:
    return _RESULTS.validate_json(result)
