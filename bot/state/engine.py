"""One machine's engine: every event to its end, in order within a thread, threads in parallel."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from bot import log
from bot.errors import StateError
from bot.messages.events import Event, Stop
from bot.state import debts, inbox, taken_back
from bot.state.inbox import ATTEMPTS, Beside, Suspect
from bot.state.journal import Superseded
from bot.state.order import Order
from bot.state.room import Room
from bot.state.runs import APOLOGIES, Apology, Ended, Flow, Runs, nobody
from bot.state.store import Store

APOLOGISING_S = 60.0
"""How long an apology that is owed holds up the next one, in seconds."""


class Engine:
    """Runs a flow over the inbox, and goes on from the journal after a crash.

    Args:
        store: The state file.
        flow: Takes a turn and its event to an end.
        apologise: Tells the person that their turn has failed.
        surface: Whose events these are; others in the same file are left alone.
        running: How many turns run at once; `Room` shares them between people and channels.
        retry_after_s: How long to wait after the first and each further failed attempt, in seconds.
        settle_s: How long a request of a process that died may still be under way, in seconds.
        ended: Is told of each turn that is done or given up; it must not take long.
        order: Who goes first; shared with whatever else is to wait for turns.

    Attributes:
        gave_up: Set when a turn was given up.
    """

    def __init__(
        self,
        store: Store,
        flow: Flow,
        apologise: Apology,
        *,
        surface: str = "slack",
        running: int = 256,
        retry_after_s: Sequence[float] = (1.0, 5.0, 30.0),
        settle_s: float = 3.0,
        ended: Ended = nobody,
        order: Order | None = None,
    ) -> None:
        self.store, self.order, self._surface = store, order or Order(), surface
        self._runs = Runs(
            store,
            flow,
            apologise,
            retry_after_s=retry_after_s,
            settle_s=settle_s,
            ended=ended,
            order=self.order,
        )
        self.gave_up = self._runs.gave_up
        self._room = Room(running)
        self._suspects, self._cleared = asyncio.Semaphore(1), False
        self._started = self._stopping = False
        self._drains: dict[str, _Drain] = {}

    async def start(self) -> None:
        """Go on with what an earlier run left open. Events submitted before this wait for it."""
        self._started = True
        await self.look()

    async def look(self) -> None:
        """Take up what is open, such as a turn that an admin wants tried again."""
        for thread, user in await self.store(partial(inbox.open_threads, surface=self._surface)):
            self._wake(thread, user)

    async def make_up(self) -> None:
        """Say what apologies are owed, one after the other, where no answer stands after all."""
        seq, begun = 0, ATTEMPTS + APOLOGIES - 1
        while not self._stopping:
            due = partial(debts.take, surface=self._surface, after=seq, begun=begun)
            if (debt := await self.store(due)) is None:
                return
            seq = debt.seq
            self._wake(debt.thread, debt.user)
            if drain := self._drains.get(debt.thread):
                await asyncio.wait({drain.task}, timeout=APOLOGISING_S)

    async def submit(self, event: Event) -> bool:
        """Take an event; on return it is on disk, so Slack may be told.

        Returns:
            False if it was here already: a second delivery changes nothing.

        Raises:
            StateError: It could not be saved.
        """
        new = await self.store(partial(inbox.add, event=event, surface=self._surface))
        if new:
            self._wake(event.thread, event.user)
        return new

    async def knows(self, thread: str) -> bool:
        """Whether the bot is part of a thread."""
        return await self.store(partial(inbox.knows, thread=thread))

    async def revise(self, turn: str, thread: str, text: str) -> None:
        """Answer the new text of an edited message instead, unless its answer is under way."""
        run = await self.store(partial(taken_back.revise, turn=turn, text=text))
        if run is not None:
            log.info("turn.revised", turn=turn)
            self._interrupt(run, thread)

    async def withdraw(self, turn: str, thread: str) -> bool:
        """Do not answer a message that was deleted; False if its answer is under way, or given."""
        run = await self.store(partial(taken_back.withdraw, turn=turn))
        if run is None:
            return False
        log.info("turn.withdrawn", turn=turn)
        self._interrupt(run, thread)
        return True

    async def halt(self, stop: Stop, *, admin: bool) -> bool:
        """Stop what is under way in a thread, its calls included: it is not taken up again.

        On return it is on disk: a crash changes nothing about it.

        Returns:
            False if the person may not; nothing under way is nothing to say no of.

        Raises:
            StateError: It could not be saved.
        """
        found = await self.store(partial(taken_back.halt, stop=stop, admin=admin))
        if found.run:
            log.info("turn.halted", thread_id=stop.thread)
            self._runs.halt(found.run)
            if drain := self._drains.get(stop.thread):
                drain.bell.set()
        return found.allowed

    async def idle(self) -> None:
        """Wait until nothing is left to do."""
        while self._drains:
            await asyncio.wait([drain.task for drain in self._drains.values()])

    async def stop(self, grace_s: float = 10.0) -> None:
        """Let what runs finish within `grace_s` seconds; the rest goes on at the next start."""
        self._stopping = True
        drains = [*self._drains.values()]
        for drain in drains:
            drain.bell.set()
        if tasks := [drain.task for drain in drains]:
            _, late = await asyncio.wait(tasks, timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self, thread: str, user: str = "") -> None:
        if drain := self._drains.get(thread):
            drain.woken = True
        elif self._started and not self._stopping:
            self._drains[thread] = _Drain(self._drain(thread), user)

    def _interrupt(self, run: str, thread: str) -> None:
        """Stop a run that may not write any more, and look at its thread at once."""
        self._runs.cancel(run)
        self._wake(thread)
        if drain := self._drains.get(thread):
            drain.bell.set()

    async def _drain(self, thread: str) -> None:
        """Answer a thread's events one after the other until none is left."""
        drain, failures = self._drains[thread], 0
        try:
            while not self._stopping:
                drain.woken = False
                drain.bell.clear()
                try:
                    pause_s = await self._next(thread, drain.user)
                    failures = 0
                except StateError as error:  # nothing is lost: the event is still in the inbox
                    log.error("state.unavailable", error, thread_id=thread)
                    pause_s = self._runs.pause(failures)
                    failures += 1
                if pause_s:
                    await drain.nap(pause_s)
                elif pause_s is None and not drain.woken:
                    return
        finally:
            del self._drains[thread]

    async def _next(self, thread: str, user: str) -> float | None:
        """Take a thread's oldest event a step further; how long to wait then, None if none is."""
        try:
            return await self._in_its_place(thread, user, "anybody")
        except Suspect:
            return await self._suspected(thread, user)

    async def _suspected(self, thread: str, user: str) -> float | None:
        """Run a suspect: the first of our life by itself, and each that ends makes room for two.

        So most of them are soon cleared. If the process dies under several, none is blamed for it,
        and the next life begins with one again: the culprit comes to be the first in the end.
        """
        async with self._suspects:
            try:
                beside = "suspects" if self._cleared else "nobody"
                return await self._in_its_place(thread, user, beside)
            finally:
                self._cleared = True
                self._suspects.release()

    async def _in_its_place(self, thread: str, user: str, beside: Beside) -> float | None:
        async with self._room.place(user, thread.rpartition(":")[0]):
            if self._stopping:
                return None
            next_one = partial(
                inbox.start_next, thread=thread, surface=self._surface, beside=beside
            )
            if (started := await self.store(next_one)) is None:
                return None
            if beside != "anybody":
                turn, attempts = started.event.id, started.attempts
                log.info("turn.suspected", turn=turn, attempts=attempts, beside=beside)
            try:
                return await self._runs.attempt(started)
            except Superseded:
                return 0.0
            except (StateError, asyncio.CancelledError):
                with suppress(StateError):
                    turn, run = started.event.id, started.run
                    await self.store(partial(inbox.give_back, turn=turn, run=run))
                raise


class _Drain:
    """A thread being answered.

    Attributes:
        user: Who woke it, on whose account it runs.
        woken: Look again before ending.
        bell: Do not wait longer.
    """

    def __init__(self, work: Coroutine[Any, Any, None], user: str) -> None:
        self.user, self.woken, self.bell = user, False, asyncio.Event()
        self.task = asyncio.create_task(work)

    async def nap(self, seconds: float) -> None:
        """Wait, but not when there is something to do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.bell.wait()
