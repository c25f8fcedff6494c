"""One post after the other in a channel, channels side by side."""

import asyncio
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
