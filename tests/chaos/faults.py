"""What goes wrong around a bot, besides its own death."""

import asyncio
import random
import resource
import sqlite3
from contextlib import closing, suppress

from tests.chaos.bots import Bots
from tests.chaos.world import World

AHEAD_S = (5.0, 90.0, 900.0, 10_800.0)
"""How far a clock jumps, back or forth, in seconds."""

METHODS = (
    "users.info",
    "conversations.info",
    "conversations.replies",
    "chat.postMessage",
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
    "chat.update",
    "assistant.threads.setStatus",
)


class Faults:
    """Brings about one thing after the other, at random."""

    def __init__(self, world: World, bots: Bots, seed: int) -> None:
        self._world, self._bots, self._random = world, bots, random.Random(seed)
        self.count: dict[str, int] = {}
        self._kinds = {
            "slack 429": self.slow_down,
            "slack 500": self.fail,
            "slack hangs": self.hang,
            "answer lost": self.lose_answer,
            "socket cut": self.cut,
            "disk full": self.fill_disk,
            "database locked": self.lock,
            "second process": self.second,
        }
        if bots.clock.env:
            self._kinds["clock jumps"] = self.jump

    async def bring(self, every_s: float) -> None:
        """One fault after the other, for as long as nobody stops it."""
        async with asyncio.TaskGroup() as faults:
            while True:
                await asyncio.sleep(self._random.expovariate(1 / every_s))
                kind = self._random.choice([*self._kinds])
                self.count[kind] = self.count.get(kind, 0) + 1
                faults.create_task(self._kinds[kind]())

    async def slow_down(self) -> None:
        method = self._random.choice(("chat.postMessage", "chat.startStream", "chat.stopStream"))
        self._world.slack.fail_next(method, status=429, retry_after=1)

    async def fail(self) -> None:
        self._world.slack.fail_next(self._random.choice(METHODS), status=500)

    async def hang(self) -> None:
        after = self._random.random() < 0.5
        self._world.slack.hang_next(self._random.choice(METHODS), 1.0, after=after)

    async def lose_answer(self) -> None:
        self._world.slack.drop_next(self._random.choice(METHODS))

    async def cut(self) -> None:
        await self._world.slack.cut_connections()

    async def fill_disk(self) -> None:
        """Let no file of the bot grow for a while: what SQLite meets where the disk is full."""
        pid = self._bots.pid
        with suppress(ProcessLookupError, PermissionError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
            try:
                await asyncio.sleep(self._random.uniform(0.1, 0.6))
            finally:  # the last bot of a run is left in peace
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    async def lock(self) -> None:
        """Hold the state file as a backup or a curious admin does."""
        with (
            suppress(sqlite3.Error),
            closing(sqlite3.connect(self._bots.home / "state.db", isolation_level=None)) as db,
        ):
            db.execute("begin immediate")
            await asyncio.sleep(self._random.uniform(0.1, 1.5))
            db.execute("rollback")

    async def jump(self) -> None:
        """Set the bots' clock wrong, and right again after a while."""
        self._bots.clock.set(self._random.choice(AHEAD_S) * self._random.choice((1, -1)))
        try:
            await asyncio.sleep(self._random.uniform(0.3, 3.0))
        finally:
            self._bots.clock.set(0.0)

    async def second(self) -> None:
        """Start another bot on the same home, which has to stop by itself."""
        pid = await self._bots.start(aside=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._bots.gone(pid)
        self._bots.kill(pid)
