"""Telling open pages what changed."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

NoticeType = Literal[
    "message", "update", "delete", "ephemeral", "status", "home", "view", "connected"
]
_BACKLOG: Final = 1000


class Notice(BaseModel):
    """One line of the page's event stream."""

    model_config = ConfigDict(frozen=True)

    type: NoticeType
    channel: str | None = None
    ts: str | None = None


class Notices:
    """Passes each notice to the open pages of those who may know of it."""

    def __init__(self, may_see: Callable[[str, str], bool], changed: Callable[[], None]) -> None:
        self._may_see = may_see
        self.changed = changed
        self._pages: dict[asyncio.Queue[Notice | None], str] = {}

    def tell(
        self,
        type: NoticeType,
        channel: str | None = None,
        ts: str | None = None,
        *,
        to: str | None = None,
    ) -> None:
        """Tell everyone who sees the channel, or `to` alone."""
        notice = Notice(type=type, channel=channel, ts=ts)
        for page, viewer in tuple(self._pages.items()):
            if to in (None, viewer) and (channel is None or self._may_see(channel, viewer)):
                _push(page, notice)
        self.changed()

    @contextmanager
    def page_of(self, viewer: str) -> Generator[asyncio.Queue[Notice | None]]:
        """The notices for one open page; None ends them."""
        page: asyncio.Queue[Notice | None] = asyncio.Queue(_BACKLOG)
        self._pages[page] = viewer
        try:
            yield page
        finally:
            self._pages.pop(page, None)

    def close(self) -> None:
        """End every page's stream."""
        for page in tuple(self._pages):
            _push(page, None)


def _push(page: asyncio.Queue[Notice | None], notice: Notice | None) -> None:
    if page.full():
        # A page that reads nothing may lose old notices; it loads everything again anyway.
        page.get_nowait()
    page.put_nowait(notice)
