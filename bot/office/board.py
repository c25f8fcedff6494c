"""How far something has come, in a message that is edited in place."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Self, TypeVar

from bot.egress.gate import Gate
from bot.messages.events import Posted
from bot.office.notices import Notice
from bot.office.office import Office

S = TypeVar("S")

EDIT_EVERY_S = 1.1
"""Slack takes about one edit a second of one channel."""


class Board(Generic[S]):
    """Shows the newest step in what was told, about once a second. Call `tell` from any thread."""

    def __init__(self, office: Office, posted: Posted, gate: Gate, render: Callable[[S], Notice]):
        self._office, self._posted, self._gate, self._render = office, posted, gate, render
        self._loop = asyncio.get_running_loop()
        self._newest: S | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._edit())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop editing; an edit under way is finished first, so that it cannot come too late."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def tell(self, step: S) -> None:
        """Take note of a step."""
        self._loop.call_soon_threadsafe(self._note, step)

    def _note(self, step: S) -> None:
        self._newest = step
        self._news.set()

    async def _edit(self) -> None:
        while True:
            await asyncio.sleep(EDIT_EVERY_S)
            await self._news.wait()
            self._news.clear()
            if self._newest is not None:
                notice = self._render(self._newest).passed(self._gate)
                editing = asyncio.ensure_future(self._office.retell(self._posted, notice))
                try:
                    await asyncio.shield(editing)
                except asyncio.CancelledError:
                    await editing
                    raise
