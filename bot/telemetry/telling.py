"""Tells of turns over OTLP as they end; off unless `sluice.toml` has an endpoint."""

import asyncio
from functools import partial
from typing import Protocol

from bot import log
from bot.config import Telemetry
from bot.errors import SettingsError, StateError
from bot.state import known as record
from bot.state.store import Store
from bot.telemetry.spans import SpanMade, spans

_MISSING = (
    "sluice.toml: telemetry.endpoint is set, but OpenTelemetry is not installed: "
    "pip install 'sluice-bot[telemetry]'"
)


class Sink(Protocol):
    """Where the spans of a turn go."""

    def send(self, root: SpanMade, children: list[SpanMade]) -> None:
        """Send them; it may take a moment."""
        ...

    def close(self) -> None:
        """Send what is left."""
        ...


class Telling:
    """Tells a sink of every turn that ends. What cannot be told is logged, and the bot goes on."""

    def __init__(self, store: Store, sink: Sink, *, content: bool) -> None:
        self._store, self._sink, self._content = store, sink, content
        self._tasks: set[asyncio.Task[None]] = set()

    def ended(self, turn: str) -> None:
        """A turn has ended."""
        task = asyncio.create_task(self._tell(turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        """Tell what is left, and end."""
        await asyncio.gather(*self._tasks)
        await asyncio.to_thread(self._sink.close)

    async def _tell(self, turn: str) -> None:
        try:
            if known := await self._store(partial(record.find, turn=turn)):
                root, children = spans(known, content=self._content)
                await asyncio.to_thread(self._sink.send, root, children)
        except (StateError, OSError, ValueError) as error:
            log.error("telemetry.failed", error, turn=turn)


def open_sink(settings: Telemetry) -> Sink:
    """A sink that sends over OTLP; the variables OTEL_EXPORTER_OTLP_* hold for it as well.

    Raises:
        SettingsError: OpenTelemetry is not installed.
    """
    try:
        from bot.telemetry.otlp import Otlp
    except ImportError as error:
        raise SettingsError([_MISSING]) from error
    return Otlp(str(settings.endpoint))
