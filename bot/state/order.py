"""Who goes first on the one event loop: deliveries, then turns, older ones first, then previews."""

import asyncio
import heapq
import sys
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count

LAST = sys.maxsize
"""The number of what can wait for all turns."""

QUIET_S = 0.005
"""What can wait for all turns waits until none has gone on for so long, in seconds."""

PATIENCE_S = 0.1
"""Where deliveries come without a pause, a step begins so often all the same, in seconds."""


class Order:
    """Lets the steps of turns begin one by one, and none while a delivery is being taken.

    What acknowledges an event needs the loop several times, and each time waits for all that has
    become ready meanwhile. Hundreds of turns that go on at once would make that a second. So one
    step begins in each round of the loop, that of the oldest turn; and an old turn that hears from
    its model goes on before another one begins. What can wait for all turns waits until none has
    gone on for a moment.
    """

    def __init__(self, patience_s: float = PATIENCE_S, quiet_s: float = QUIET_S) -> None:
        self._patience_s, self._quiet_s = patience_s, quiet_s
        self._deliveries, self._quiet_from = 0, 0.0
        self._numbers = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._next: asyncio.Handle | None = None

    def number(self) -> int:
        """The place of a turn that begins now."""
        return next(self._numbers)

    @contextmanager
    def delivery(self) -> Generator[None]:
        """While the block runs, somebody waits to be told that we have their event."""
        self._deliveries += 1
        try:
            yield
        finally:
            self._deliveries -= 1
            if not self._deliveries:
                self._look()

    def place(self, number: int = LAST) -> asyncio.Future[None]:
        """A place in the queue; it is done when whoever has it may go on.

        `number` is that of a turn; without it, all turns go before. Who sets the result themselves
        waits no longer.
        """
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (number, next(self._numbers), future))
        if self._waiting[0][2] is future:
            self._look()
        return future

    def _look(self) -> None:
        """Let the first one go on in the next round of the loop, or when it has waited enough."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._waiting:
            loop = asyncio.get_running_loop()
            self._next = loop.call_at(loop.time() + self._wait_s(loop.time()), self._admit)

    def _wait_s(self, now: float) -> float:
        quiet_s = self._quiet_from - now if self._waiting[0][0] == LAST else 0.0
        return max(quiet_s, self._patience_s if self._deliveries else 0.0)

    def _admit(self) -> None:
        self._next = None
        number, _, future = heapq.heappop(self._waiting)
        if not future.done():  # else its turn was stopped, or it went by itself
            future.set_result(None)
        if number != LAST:
            self._quiet_from = asyncio.get_running_loop().time() + self._quiet_s
        self._look()
