"""Waiting for something to change, without polling."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """A condition variable of one event loop: whoever waits looks again after every beat."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def beat(self) -> None:
        """Wake everyone who waits."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, predicate: Callable[[], T], timeout: float) -> T:
        """Return the first true value of `predicate`.

        Raises:
            TimeoutError: It was not true within `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not (value := predicate()):
                await self._event.wait()
            return value
