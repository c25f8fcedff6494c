"""What a person sees on pressing "Sources": the passages of a reply, as they may read them now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot import log
from bot.errors import SurfaceError
from bot.messages.events import Place
from bot.slack.ages import age
from bot.slack.blocks import Block, context, section
from bot.slack.buttons import Look
from bot.slack.client import Refused, call
from bot.slack.markup import escape, shorten
from bot.slack.surface import SlackSurface
from bot.sources_shown import Shelf, Shown

TOO_LATE = "I could not open that in time. Please press the button once more."
GONE = "I no longer have a record of this answer."
PASSAGE = 2_600
"""Characters of a passage around its quote that are shown."""

Blocks = Callable[[Look], Awaitable[list[Block]]]
"""Makes what a dialog shows."""


class Looks:
    """Opens dialogs about replies: at once and empty, since Slack allows it for three seconds.

    `makers` are the dialogs by the action of the button that opens them, with their titles.
    """

    def __init__(self, surface: SlackSurface, makers: Mapping[str, tuple[str, Blocks]]) -> None:
        self._surface, self._makers = surface, makers

    async def open(self, look: Look) -> None:
        """Open a dialog, look up what it is to show, and show that."""
        if look.what not in self._makers:
            return
        title, make = self._makers[look.what]
        client = self._surface.client
        try:
            loading = client.views_open(
                trigger_id=look.trigger, view=_view(title, [context("Looking it up...")])
            )
            opened = (await call("views.open", loading))["view"]
            filled = client.views_update(
                view_id=opened["id"], view=_view(title, (await make(look))[:100])
            )
            await call("views.update", filled)
        except Refused as error:
            log.warning("look.refused", code=error.code)
            await self._surface.notify(look.place, TOO_LATE)
        except SurfaceError as error:
            log.warning("look.failed", reason=str(error))

    async def ask(self, place: Place, trigger: str, view: dict[str, Any]) -> None:
        """Open a form; who is too late for it is told, and may press once more."""
        try:
            await call("views.open", self._surface.client.views_open(trigger_id=trigger, view=view))
        except Refused as error:
            log.warning("form.refused", code=error.code)
            await self._surface.notify(place, TOO_LATE)
        except SurfaceError as error:
            log.warning("form.failed", reason=str(error))


class SourcesLook:
    """The passages a reply cites, each with the quote marked."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, look: Look) -> list[Block]:
        """What the one who pressed may read of the sources now."""
        shown = await self._shelf.sources(look.turn, look.place)
        if shown is None:
            return [section(GONE)]
        blocks = [await asyncio.to_thread(_source, source) for source in shown]
        return [block for part in blocks for block in (*part, {"type": "divider"})][:-1]


def _view(title: str, blocks: list[Block]) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    }


def _source(source: Shown) -> list[Block]:
    citation = source.citation
    heading = f"*[{citation.number}] {escape(shorten(citation.title, 150))}*"
    web = citation.source.startswith(("https://", "http://"))  # a path says nothing to a reader
    where = [escape(shorten(citation.heading, 200))]
    where += [escape(shorten(citation.source, 300))] if web else []
    if citation.updated_at:
        where.append(age(citation.updated_at, datetime.now(UTC)))
    blocks = [section(heading), context(" · ".join(part for part in where if part))]
    if source.withheld:
        return [*blocks, context(f":lock: {escape(source.withheld)}")]
    return [*blocks, _marked(source.text, citation.quote)]


def _marked(text: str, quote: str) -> Block:
    """The passage with its quote in bold; as rich text, in which nothing is markup."""
    start, end = span_of(text, quote)
    around = max(0, (PASSAGE - (end - start)) // 2)
    first, last = max(0, start - around), min(len(text), end + around)
    before = ("…" if first else "") + text[first:start]
    after = text[end:last] + ("…" if last < len(text) else "")
    parts = [(before, {}), (text[start:end], {"bold": True}), (after, {})]
    elements = [
        {"type": "text", "text": part, **({"style": style} if style else {})}
        for part, style in parts
        if part
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": elements}]}


def span_of(text: str, quote: str) -> tuple[int, int]:
    """Where a quote stands in a text, whitespace aside; an empty span where it does not."""
    at = [i for i, character in enumerate(text) if not character.isspace()]
    bare = "".join(text[i] for i in at)
    wanted = "".join(quote.split())
    start = bare.find(wanted) if wanted else -1
    if start < 0:
        return 0, 0
    return at[start], at[start + len(wanted) - 1] + 1
