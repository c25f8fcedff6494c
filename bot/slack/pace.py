"""How fast we call Slack: one post after the other in a channel, and so many calls a minute."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from weakref import WeakValueDictionary


class Pace:
    """Slack takes about one post a second in a channel, and answers 429 to more.

    Who has to wait then waits with the channel's turn in hand: those behind do not run into the
    same 429, and other channels notice nothing.
    """

    def __init__(self) -> None:
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, channel: str) -> AbstractAsyncContextManager[None]:
        """The channel's turn, in the order of asking, for the length of the block."""
        turn = self._turns.get(channel)
        if turn is None:
            turn = self._turns[channel] = asyncio.Lock()
        return turn


class Allowance:
    """The calls of one kind that a workspace may still make: a store that fills again by and by.

    Slack counts calls by the minute. So the first ones of an answer need not wait for one another,
    and only what would be too many is spaced out.
    """

    def __init__(self) -> None:
        self._free_at = 0.0

    def take(self, every_s: float, most: int) -> float:
        """Use one call.

        Args:
            every_s: How soon one comes back, in seconds.
            most: How many there are when none was used for long.

        Returns:
            How long to wait before the next one, in seconds; 0 while some are left.
        """
        now = time.monotonic()
        self._free_at = max(self._free_at, now - (most - 1) * every_s) + every_s
        return max(0.0, self._free_at - now)
