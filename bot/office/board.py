"""How far something has come, in a message that is edited in place."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Generic, Self, TypeVar

from bot.office.notices import Notice

S = TypeVar("S")

EDIT_EVERY_S = 1.1
"""Slack takes about one edit a second of one channel."""


class Board(Generic[S]):
    """Shows the newest step, about once a second. Call `tell` from any thread."""

    def __init__(self, show: Callable[[Notice], Awaitable[object]], render: Callable[[S], Notice]):
        self._show, self._render = show, render
        self._loop = asyncio.get_running_loop()
        self._newest: S | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._edit())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
                editing = asyncio.ensure_future(self._show(self._render(self._newest)))
                try:
                    await asyncio.shield(editing)
                except asyncio.CancelledError:
                    await editing
                    raise
