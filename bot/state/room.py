"""How many turns run at once, and whose turn it is: nobody takes all the room."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

Lane = tuple[str, str]
"""A person in a channel."""

PERSON, CHANNEL = 8, 2
"""A person gets one eighth of the places at most, a channel one half."""


class Room:
    """A bounded number of places, shared between people and channels.

    A place that falls free goes to the person, then to the channel, with the fewest; among equals
    to who waits longest. So ten thousand messages of one person delay nobody else's, and a channel
    that Slack slows down holds up only itself.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._most_of_person = max(1, places // PERSON)
        self._most_of_channel = max(1, places // CHANNEL)
        self._people, self._channels = Counter[str](), Counter[str]()
        self._waiting: dict[Lane, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def place(self, person: str, channel: str) -> AsyncGenerator[None]:
        """Wait for a place, and have it for the length of the block."""
        lane = person, channel
        await self._enter(lane)
        try:
            yield
        finally:
            self._leave(lane)

    async def _enter(self, lane: Lane) -> None:
        if self._free and self._fits(lane):
            self._take(lane)
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(lane, deque()).append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # the place came with the cancellation
                self._leave(lane)
            raise

    def _leave(self, lane: Lane) -> None:
        self._free += 1
        for counts, name in ((self._people, lane[0]), (self._channels, lane[1])):
            counts[name] -= 1
            if not counts[name]:
                del counts[name]
        self._admit()

    def _admit(self) -> None:
        while self._free and (lane := self._next()) is not None:
            queue = self._waiting.pop(lane)
            future = queue.popleft()
            if queue:
                self._waiting[lane] = queue  # at the end: among equals, others come first
            if not future.done():
                self._take(lane)
                future.set_result(None)

    def _next(self) -> Lane | None:
        fitting = (lane for lane in self._waiting if self._fits(lane))
        return min(
            fitting,
            key=lambda lane: (self._people[lane[0]], self._channels[lane[1]]),
            default=None,
        )

    def _take(self, lane: Lane) -> None:
        self._free -= 1
        self._people[lane[0]] += 1
        self._channels[lane[1]] += 1

    def _fits(self, lane: Lane) -> bool:
        return (
            self._people[lane[0]] < self._most_of_person
            and self._channels[lane[1]] < self._most_of_channel
        )
