"""Who goes first on the one event loop: deliveries, then turns, older ones first, then previews."""

import asyncio
import heapq
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from itertools import count

AT_ONCE = 32
"""So many turns are at a step at once, not counting those that wait for the world."""

FEW = 4
"""What people see of turns waits while so many are at a step."""

HELD_S = 0.02
"""A step that has taken so long, in seconds, waits for the world: another one may begin."""

PATIENCE_S = 0.1
"""Where deliveries come without a pause, a step begins so often all the same, in seconds."""

_LAST = sys.maxsize


class Order:
    """Lets few steps of turns begin at once, one by one, and none while a delivery is being taken.

    What acknowledges an event needs the loop several times, and each time waits for all that has
    become ready meanwhile. Hundreds of turns that go on at once would make that a second. So a step
    begins alone in a round of the loop, that of the oldest turn: an old turn that hears from its
    model goes on before another one begins. What people see of a turn waits until few go on.

    Args:
        held_s: When a step counts as waiting for the world, in seconds.
        patience_s: How long deliveries without a pause hold a step up, in seconds.
    """

    def __init__(self, held_s: float = HELD_S, patience_s: float = PATIENCE_S) -> None:
        self._held_s, self._patience_s = held_s, patience_s
        self._deliveries, self._due = 0, 0.0
        self._numbers = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._going: set[asyncio.Future[None]] = set()
        self._next: asyncio.Handle | None = None

    def number(self) -> int:
        """The number of a turn that begins now."""
        return next(self._numbers)

    @contextmanager
    def delivery(self) -> Generator[None]:
        """While the block runs, somebody waits to be told that we have their event."""
        if not self._deliveries:
            self._due = asyncio.get_running_loop().time() + self._patience_s
        self._deliveries += 1
        try:
            yield
        finally:
            self._deliveries -= 1
            self._look()

    @asynccontextmanager
    async def step(self, number: int) -> AsyncGenerator[None]:
        """Wait until a step of the turn with this number may begin, and run it in the block."""
        place = self._place(number)
        try:
            await place
            timer = asyncio.get_running_loop().call_later(self._held_s, self._leave, place)
            try:
                yield
            finally:
                timer.cancel()
        finally:
            self._leave(place)

    def last(self) -> asyncio.Future[None]:
        """Is done when few turns are at a step and none waits; who sets its result goes at once."""
        return self._place(_LAST)

    def _place(self, number: int) -> asyncio.Future[None]:
        place = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (number, next(self._numbers), place))
        self._look()
        return place

    def _leave(self, place: asyncio.Future[None]) -> None:
        self._going.discard(place)
        self._look()

    def _look(self) -> None:
        """Let the first one go on, if it may, in the next round of the loop."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        if self._waiting and self._fits(self._waiting[0][0]):
            loop = asyncio.get_running_loop()
            self._next = (
                loop.call_at(self._due, self._admit)
                if self._deliveries
                else loop.call_soon(self._admit)
            )

    def _fits(self, number: int) -> bool:
        return len(self._going) < (FEW if number == _LAST else AT_ONCE)

    def _admit(self) -> None:
        self._next = None
        self._due = asyncio.get_running_loop().time() + self._patience_s
        number, _, place = heapq.heappop(self._waiting)
        if not place.done():  # else its turn was stopped, or it went by itself
            place.set_result(None)
            if number != _LAST:
                self._going.add(place)
        self._look()
