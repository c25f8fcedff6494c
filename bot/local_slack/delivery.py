"""Handing events to the app, again where it does not acknowledge, and what became of each."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bot.local_slack.records import Attempt, Delivery, Json
from bot.local_slack.transport import Ack, Envelope, Retry, Transport


class Deliveries:
    """Every delivery in the order in which it was first made.

    An event is tried once and then once more after each of `retry_delays_s`; a command or an
    interaction once only, because Slack shows its failure to the person instead.
    """

    def __init__(
        self,
        transport: Callable[[], Transport],
        retry_delays_s: Sequence[float],
        changed: Callable[[], None],
    ) -> None:
        self.log: list[Delivery] = []
        self._transport = transport
        self._delays = tuple(retry_delays_s)
        self._changed = changed
        self._running: set[asyncio.Task[None]] = set()
        self._failed: list[BaseException] = []

    def send(self, event_id: str, name: str, payload: Json) -> None:
        """Start delivering an event; it does not wait for the app."""
        index = self._open(
            Delivery(event_id=event_id, kind="events_api", type=name, payload=payload)
        )
        self._start(self._deliver(index))

    async def ask(self, kind: Envelope, event_id: str, name: str, payload: Json) -> Ack:
        """Deliver a command or an interaction once, and return the app's answer."""
        index = self._open(Delivery(event_id=event_id, kind=kind, type=name, payload=payload))
        ack = await self._attempt(index, None)
        self._replace(index, done=True)
        return ack

    async def close(self) -> None:
        """Stop what still runs.

        Raises:
            BaseExceptionGroup: A delivery failed in a way that is a bug here, not the app's.
        """
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._failed:
            raise BaseExceptionGroup("deliveries failed", self._failed)

    def _open(self, delivery: Delivery) -> int:
        self.log.append(delivery)
        return len(self.log) - 1

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed.append(error)

    async def _deliver(self, index: int) -> None:
        ack = await self._attempt(index, None)
        for num, delay in enumerate(self._delays, start=1):
            if ack.ok or ack.no_retry:
                break
            await asyncio.sleep(delay)
            ack = await self._attempt(index, Retry(num, ack.failure or "unknown_error"))
        self._replace(index, done=True)

    async def _attempt(self, index: int, retry: Retry | None) -> Ack:
        delivery, started = self.log[index], time.monotonic()
        ack = await self._transport().deliver(delivery.kind, delivery.payload, retry)
        attempt = Attempt(
            status=ack.status,
            seconds=time.monotonic() - started,
            retry_num=retry.num if retry else 0,
            retry_reason=retry.reason if retry else None,
            failure=ack.failure,
        )
        attempts = (*self.log[index].attempts, attempt)
        self._replace(index, attempts=attempts, acked=ack.ok)
        return ack

    def _replace(self, index: int, **changes: Any) -> None:
        self.log[index] = self.log[index].model_copy(update=changes)
        self._changed()
