"""One machine's engine: every event to its end, in order within a thread, threads in parallel."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from bot import log
from bot.errors import BudgetSpent, FlowChanged, InDoubt, StateError
from bot.messages import Event, ThreadState
from bot.state import inbox, journal
from bot.state.journal import JournaledTurn
from bot.state.store import Store
from bot.state.turn import Turn

Flow = Callable[[Turn, Event], Awaitable[None]]
Apology = Callable[[Turn, Event, Exception], Awaitable[None]]

ATTEMPTS = 3
"""A turn that fails, or takes the process with it, this often is parked."""

APOLOGY_AT = 1_000_000
"""Where an apology stands in the journal, apart from the steps of the flow that failed."""

FINAL = (BudgetSpent, FlowChanged, InDoubt)
"""Errors that another attempt would meet again."""


class Engine:
    """Runs a flow over the inbox, and goes on from the journal after a crash.

    Args:
        store: The state file.
        flow: Takes a turn and its event to an end.
        apologise: Tells the person that their turn has failed.
        surface: Whose events these are; others in the same file are left alone.
        running: How many turns run at once.
        retry_after_s: How long to wait after the first and each further failed attempt, in seconds.
    """

    def __init__(
        self,
        store: Store,
        flow: Flow,
        apologise: Apology,
        *,
        surface: str = "slack",
        running: int = 64,
        retry_after_s: Sequence[float] = (1.0, 5.0, 30.0),
    ) -> None:
        self.store = store
        self._flow, self._apologise, self._surface = flow, apologise, surface
        self._room = asyncio.Semaphore(running)
        self._retry_after_s = retry_after_s
        self._started = self._stopping = False
        self._drains: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._locks: dict[str, asyncio.Lock] = {}
        self._turns: dict[str, tuple[JournaledTurn, asyncio.Task[Exception | None]]] = {}

    async def start(self) -> None:
        """Go on with what an earlier run left open. Events submitted before this wait for it."""
        self._started = True
        for thread in await self.store(partial(inbox.open_threads, surface=self._surface)):
            self._wake(thread)

    async def submit(self, event: Event) -> bool:
        """Take an event; on return it is on disk, so Slack may be told.

        Returns:
            False if it was here already: a second delivery changes nothing.

        Raises:
            StateError: It could not be saved.
        """
        new = await self.store(partial(inbox.add, event=event, surface=self._surface))
        if new:
            self._wake(event.thread)
        return new

    async def knows(self, thread: str) -> bool:
        """Whether the bot is part of a thread."""
        return await self.store(partial(inbox.knows, thread=thread))

    async def revise(self, turn: str, thread: str, text: str) -> None:
        """Answer the new text of an edited message instead, unless its answer is under way."""
        async with self._interrupted(turn, thread) as stopped:
            if stopped and await self.store(partial(inbox.revise, turn=turn, text=text)):
                log.info("turn.revised", turn=turn)

    async def withdraw(self, turn: str, thread: str) -> None:
        """Do not answer a message that was deleted, unless its answer is under way."""
        async with self._interrupted(turn, thread) as stopped:
            if stopped and await self.store(partial(inbox.withdraw, turn=turn)):
                log.info("turn.withdrawn", turn=turn)

    async def idle(self) -> None:
        """Wait until nothing is left to do."""
        while self._drains:
            await asyncio.wait([*self._drains.values()])

    async def stop(self, grace_s: float = 10.0) -> None:
        """Let what runs finish within `grace_s` seconds; the rest goes on at the next start."""
        self._stopping = True
        if tasks := [*self._drains.values()]:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self, thread: str) -> None:
        if thread in self._drains:
            self._woken.add(thread)
        elif self._started:
            self._locks[thread] = asyncio.Lock()
            self._drains[thread] = asyncio.create_task(self._drain(thread))

    async def _drain(self, thread: str) -> None:
        """Answer a thread's events one after the other until none is left."""
        failures = 0
        try:
            while not self._stopping:
                self._woken.discard(thread)
                try:
                    pause_s = await self._next(thread)
                    failures = 0
                except StateError as error:  # nothing is lost: the event is still in the inbox
                    log.error("state.unavailable", error, thread=thread)
                    pause_s = self._pause(failures)
                    failures += 1
                if pause_s is not None:
                    await asyncio.sleep(pause_s)
                elif thread not in self._woken:
                    return
        finally:
            del self._drains[thread], self._locks[thread]

    async def _next(self, thread: str) -> float | None:
        """Take a thread's oldest event to its end; the seconds to wait then, None if none is."""
        async with self._room:
            async with self._locks[thread]:
                started = await self.store(partial(inbox.start_next, thread=thread))
                if started is None:
                    return None
                event, attempts, state, past = started
                turn = JournaledTurn(self.store, event.id, event.user, state, past)
                task = asyncio.create_task(self._to_end(turn, event, attempts))
                self._turns[event.id] = turn, task
            error = await self._outcome(event.id, task)
            if isinstance(error, StateError):
                raise error
            if isinstance(error, FINAL) or (error and attempts >= ATTEMPTS):
                await self._park(event, state, attempts, error)
                return 0.0
        if error is None:
            return 0.0
        log.error("turn.retried", error, turn=event.id, attempts=attempts)
        return self._pause(attempts - 1)

    async def _outcome(
        self, turn_id: str, task: asyncio.Task[Exception | None]
    ) -> Exception | None:
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            del self._turns[turn_id]
        return None if task.cancelled() else task.result()

    async def _to_end(self, turn: JournaledTurn, event: Event, attempts: int) -> Exception | None:
        try:
            if attempts > ATTEMPTS:
                return RuntimeError("the process died in every attempt")
            await self._flow(turn, event)
            await self.store(partial(inbox.finish, event=event, state=turn.state))
        except Exception as error:  # noqa: BLE001 - the outermost edge of a turn
            return error
        return None

    async def _park(
        self, event: Event, state: ThreadState, attempts: int, error: Exception
    ) -> None:
        log.error("turn.parked", error, turn=event.id, attempts=attempts)
        past = await self.store(partial(journal.read, turn=event.id))
        turn = JournaledTurn(self.store, event.id, event.user, state, past, APOLOGY_AT)
        try:
            await self._apologise(turn, event, error)
        except Exception as failure:  # noqa: BLE001 - the apology is the last that can be said
            log.error("turn.apology_failed", failure, turn=event.id)
        await self.store(partial(inbox.park, event=event, state=state, error=type(error).__name__))

    @asynccontextmanager
    async def _interrupted(self, turn_id: str, thread: str) -> AsyncGenerator[bool]:
        """Hold a thread with the turn stopped; False if the turn has begun to act and goes on."""
        async with self._locks.get(thread) or asyncio.Lock():
            turn, task = self._turns.get(turn_id, (None, None))
            if turn is not None and task is not None and not turn.acted:
                task.cancel()
                await asyncio.wait({task})
            yield turn is None or not turn.acted
        self._wake(thread)

    def _pause(self, failures: int) -> float:
        return self._retry_after_s[min(failures, len(self._retry_after_s) - 1)]
