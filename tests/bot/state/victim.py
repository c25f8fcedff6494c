"""A process that works on a state file and is killed. `python -m tests.bot.state.victim HOME MODE`.

It says on stdout what it has come to; the world is a file beside the state file. MODE is

* `before`: hold in the effect, before the world is touched
* `after`: hold in the effect, when the world has been touched
* `step`: hold in the second step
* `dies`: kill the process in the first step
* `taken`: be told that the event was taken, and hold
* `locked`: hold the home's lock
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.messages.events import Event
from bot.state.engine import Engine
from bot.state.lock import only_one
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import Apologies, message


class Life:
    """A flow of two steps and an effect. It lives as long as `mode` lets it."""

    def __init__(self, home: Path, mode: str = "") -> None:
        self.world, self._mode = home / "world.txt", mode

    async def __call__(self, turn: Turn, event: Event) -> None:
        await turn.step(self.first)
        await turn.step(self.second)
        await turn.effect(self.act, event.id, lookup=self.find)

    async def first(self) -> str:
        if self._mode == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        return self._note("first")

    async def second(self) -> str:
        self._note("second")
        await self._hold("step")
        return "second"

    async def act(self, key: str) -> str:
        await self._hold("before")
        self._note(f"acted {key}")
        await self._hold("after")
        return key

    async def find(self, key: str) -> str | None:
        return key if f"acted {key}" in self.notes() else None

    def notes(self) -> list[str]:
        return self.world.read_text().splitlines() if self.world.exists() else []

    def _note(self, text: str) -> str:
        with self.world.open("a") as file:
            file.write(f"{text}\n")
        return text

    async def _hold(self, mode: str) -> None:
        if mode == self._mode:
            await hold(mode)


async def hold(mode: str) -> None:
    """Tell the parent where we are, and wait to be killed."""
    sys.stdout.write(f"{mode}\n")
    sys.stdout.flush()
    await asyncio.Future()


async def live(home: Path, mode: str) -> None:
    """Take a message and answer it."""
    with only_one(home), Store(home / "state.db") as store:
        if mode == "locked":
            await hold(mode)
        engine = Engine(store, Life(home, mode), Apologies())
        await engine.submit(message())
        if mode == "taken":
            await hold(mode)
        await engine.start()
        await engine.idle()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2]))
