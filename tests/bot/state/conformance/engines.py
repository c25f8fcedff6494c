"""The engines that have to conform."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from bot.messages.events import Event
from bot.state.engine import Engine
from bot.state.lock import in_turn
from bot.state.runs import Apology, Flow
from bot.state.store import Store


class Running(Protocol):
    """An engine at work."""

    async def submit(self, event: Event) -> bool:
        """Take an event; on return it is safe. False if it was here already."""
        ...

    async def idle(self) -> None:
        """Wait until nothing is left to do."""
        ...


class Kind(Protocol):
    """A kind of engine, and how it comes to work on what is kept at a place."""

    def __call__(
        self, home: Path, flow: Flow, sorry: Apology
    ) -> AbstractAsyncContextManager[Running]:
        """Work on a home, once no other process does; go on with what is open there."""
        ...


@asynccontextmanager
async def on_sqlite(home: Path, flow: Flow, sorry: Apology) -> AsyncGenerator[Running]:
    """The engine on one machine."""
    async with in_turn(home):
        with Store(home / "state.db") as store:
            engine = Engine(store, flow, sorry, retry_after_s=(0.001,), settle_s=0.0)
            await engine.start()
            try:
                yield engine
            finally:
                await engine.stop(grace_s=0)


KINDS: Mapping[str, Kind] = {"sqlite": on_sqlite}
