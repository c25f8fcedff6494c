"""Lists that Slack gives page by page."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from bot import log
from bot.errors import SurfaceError
from bot.slack.keys import Body

PAGE, PAGES = 200, 50

Page = Callable[[str | None], Awaitable[Mapping[str, Any]]]
"""Asks for the page behind a cursor; None for the first."""


async def items(
    page: Page, field: str, missing: tuple[str, ...] = (), pages: int = PAGES
) -> AsyncGenerator[Body]:
    """What is on every page; nothing if Slack says that there is no such thing (any more).

    Only the page at hand is in memory.
    """
    cursor: str | None = None
    for _ in range(pages):
        try:
            body = await page(cursor)
        except SurfaceError as error:
            if getattr(error, "code", "") in missing:
                return
            raise
        for item in body.get(field) or ():
            if isinstance(item, dict):
                yield item
        cursor = (body.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
    log.warning("pages.cut", field=field, most=PAGE * pages)
