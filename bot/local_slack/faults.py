"""Faults that a test orders for the next calls of a method."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.local_slack.errors import ApiRefusal


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    `error` is answered instead of running the method; `hang_s` passes before it, or with `after`
    once its effect stands; `drop` cuts the connection after the effect.
    """

    error: ApiRefusal | None = None
    hang_s: float = 0.0
    after: bool = False
    drop: bool = False


@dataclass
class Faults:
    """Faults by method, used up first come, first served."""

    closing: asyncio.Event
    changed: Callable[[], None]
    hanging: int = 0
    _next: defaultdict[str, deque[Fault]] = field(
        default_factory=lambda: defaultdict[str, deque[Fault]](deque[Fault])
    )

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        self._next[method].extend([fault] * times)

    def take(self, method: str) -> Fault:
        """The fault of this call, an empty one where none was ordered."""
        return self._next[method].popleft() if self._next[method] else Fault()

    async def hang(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        self.hanging += 1
        self.changed()
        try:
            async with asyncio.timeout(seconds):
                await self.closing.wait()
        except TimeoutError:
            return
        finally:
            self.hanging -= 1
