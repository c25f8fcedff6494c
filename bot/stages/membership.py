"""Membership: who asks, whose documents a reply may use, and whether that holds to the end."""

import asyncio

from bot.library import Library
from bot.messages.events import Aside, Message, Place
from bot.messages.replies import Reply
from bot.messages.requester import Requester
from bot.messages.task import Readers, Task
from bot.surface import Surface
from knowledge import UnknownDocument
from tools.registry import Toolbox

CHANGED = (
    "Who may read the documents I used has changed while I was working on this, so I keep what "
    "I found to myself. Please ask me again."
)


async def identify(user: str, place: Place, surface: Surface, toolbox: Toolbox) -> Requester:
    """Look a person up, with the user groups that some tool is for.

    Raises:
        SurfaceError: Slack could not be reached.
    """
    requester = await surface.identify(user, place)
    groups = await surface.belongs(user, toolbox.groups, fresh=False)
    return requester.model_copy(update={"groups": _sorted(groups)})


async def membership(message: Message, surface: Surface, library: Library) -> Readers:
    """Look up whose documents may be used; unknown membership is no membership.

    Only the channels and user groups that some document names are looked up.

    Raises:
        StoreError: The knowledge base cannot be read.
    """
    named = await asyncio.to_thread(library.store.audiences)
    return await _look_up(message.place, message.user, named, surface, fresh=False)


async def still_readable(reply: Reply, task: Task, surface: Surface, library: Library) -> Reply:
    """Let a reply pass if its readers may still read all that it may draw on.

    A turn takes its time, and one that waits for an approval may take a day. Meanwhile a person may
    have left a channel, and a document may have been removed or be for fewer people.
    """
    audiences = await asyncio.to_thread(_audiences, task.evidence.documents, library)
    if audiences is None:
        return Reply(status="refused", text=CHANGED)
    restricted = [audience for audience in audiences if audience]
    if not restricted:
        return reply
    named = frozenset[str]().union(*restricted)
    message = task.message
    readers = await _look_up(message.place, message.user, named, surface, fresh=True)
    if all(audience & set(readers.here) for audience in restricted):
        return reply
    return Reply(status="refused", text=CHANGED)


def in_private(message: Message, aside: Aside) -> Message:
    """The same question, in a place that the asker alone reads."""
    private = {"id": aside.id, "thread": aside.thread, "place": aside.place}
    anew = {"received_at": aside.received_at, "sent_at": None}
    return message.model_copy(update=private | anew)


def not_asked() -> Reply:
    """What somebody is told who wants to see the private answer to a question of another."""
    text = "I only answer the person who asked, and that question is not yours. Please ask me it."
    return Reply(status="refused", text=text)


async def _look_up(
    place: Place, user: str, named: frozenset[str], surface: Surface, *, fresh: bool
) -> Readers:
    if not named:
        return Readers()
    asker = await surface.belongs(user, named, fresh=fresh)
    if place.private or place.kind == "im":
        return Readers(here=_sorted(asker), asker=_sorted(asker))
    everyone = await surface.all_belong(place, named, fresh=fresh)
    return Readers(here=_sorted(everyone | (named & {place.channel})), asker=_sorted(asker))


def _audiences(documents: frozenset[str], library: Library) -> list[frozenset[str]] | None:
    """Who may read each document now; None if one is gone."""
    try:
        found = [library.store.document(document_id) for document_id in sorted(documents)]
    except UnknownDocument:
        return None
    return [frozenset(document.audience) for document in found]


def _sorted(ids: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
