"""One machine's engine: every event to its end, in order within a thread, threads in parallel."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from bot import errors, log
from bot.errors import BudgetSpent, FlowChanged, InDoubt, LookupFailed, StateError, Stopped
from bot.messages.events import Event, Stop
from bot.messages.history import ThreadState
from bot.state import debts, inbox, journal
from bot.state.inbox import ATTEMPTS, Beside, Started, Suspect
from bot.state.journal import APOLOGY_AT, CutShort, JournaledTurn, Superseded
from bot.state.order import Order
from bot.state.room import Room
from bot.state.store import Store
from bot.state.turn import Turn

Flow = Callable[[Turn, Event], Awaitable[None]]
Apology = Callable[[Turn, Event, Exception], Awaitable[None]]
Ended = Callable[[str], None]
"""Is told the id of a turn that has come to its end."""


def nobody(_: str) -> None:
    """Nobody wants to know."""


APOLOGIES = 20
"""An apology under which the process dies is tried this often: else the person has nothing."""

APOLOGISING_S = 60.0
"""How long an apology that is owed holds up the next one, in seconds."""

PATIENCE = 20
"""Who may have a reply already gets no apology beside it soon: it is looked for so often more."""

FINAL = (BudgetSpent, FlowChanged, InDoubt, Stopped)
"""Errors that another attempt would meet again."""


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
        self.store, self.gave_up, self.order = store, asyncio.Event(), order or Order()
        self._flow, self._apologise, self._surface = flow, apologise, surface
        self._room = Room(running)
        self._suspects, self._cleared = asyncio.Semaphore(1), False
        self._retry_after_s, self._settle_s, self._ended = retry_after_s, settle_s, ended
        self._started = self._stopping = False
        self._drains: dict[str, _Drain] = {}
        self._sorries: dict[str, int] = {}
        self._runs: dict[str, asyncio.Task[Exception | None]] = {}
        self._halted: set[str] = set()

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
        run = await self.store(partial(inbox.revise, turn=turn, text=text))
        if run is not None:
            log.info("turn.revised", turn=turn)
            self._interrupt(run, thread)

    async def withdraw(self, turn: str, thread: str) -> bool:
        """Do not answer a message that was deleted; False if its answer is under way, or given."""
        run = await self.store(partial(inbox.withdraw, turn=turn))
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
        found = await self.store(partial(inbox.halt, stop=stop, admin=admin))
        if found.run:
            log.info("turn.halted", thread_id=stop.thread)
            if task := self._runs.get(found.run):
                self._halted.add(found.run)
                task.cancel()
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
        if task := self._runs.get(run):
            task.cancel()
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
                    pause_s = self._pause(failures)
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
                return await self._attempt(started)
            except Superseded:
                return 0.0
            except (StateError, asyncio.CancelledError):
                with suppress(StateError):
                    turn, run = started.event.id, started.run
                    await self.store(partial(inbox.give_back, turn=turn, run=run))
                raise

    async def _attempt(self, started: Started) -> float:
        """Run a turn; park it when it has failed for good. How long to wait before going on."""
        error = await self._outcome(started)
        if error is None:
            return 0.0
        if isinstance(error, StateError | Superseded):
            raise error
        turn, run, reason = started.event.id, started.run, type(error).__name__
        attempts = await self.store(partial(inbox.attempt_failed, turn=turn, run=run, error=reason))
        most = ATTEMPTS + PATIENCE if isinstance(error, LookupFailed) else ATTEMPTS
        acting = partial(journal.is_acting, turn=turn)
        if attempts == ATTEMPTS and not isinstance(error, FINAL) and await self.store(acting):
            most += 1  # Slack may have done it all the same: the next attempt only looks
        if isinstance(error, FINAL) or attempts >= most:
            return await self._park(started, error)
        log.error("turn.retried", error, turn=turn, attempts=attempts)
        return self._pause(attempts - 1)

    async def _outcome(self, started: Started) -> Exception | None:
        run = started.run
        if started.halted:
            return await self._stopped(started)
        task = self._runs[run] = asyncio.create_task(self._to_end(started))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            del self._runs[run]
        if not task.cancelled():
            self._halted.discard(run)
            return task.result()
        return await self._stopped(started) if run in self._halted else None

    async def _stopped(self, started: Started) -> Exception:
        """What a turn has come to that was stopped: whether a call went through may be unknown."""
        self._halted.discard(started.run)
        turn = started.event.id
        acting = await self.store(partial(journal.is_performing, turn=turn))
        return InDoubt(f"{turn}: stopped") if acting else Stopped(turn)

    async def _to_end(self, started: Started) -> Exception | None:
        """Run the flow. What it raises is returned: this is the outermost edge of a turn."""
        event, run, attempts, state, past, failed, *_ = started
        clock = time.perf_counter()
        if past and past[-1].n >= APOLOGY_AT:  # the person may have the apology already
            return _recalled(failed, event.id)
        only_look = attempts > ATTEMPTS  # whether its answer stands
        if only_look and not (past and attempts <= ATTEMPTS + APOLOGIES):
            return CutShort(event.id)
        if state is None:
            return FlowChanged(f"{event.id}: the state of its thread cannot be read")
        try:
            await self._flow(self._turn(started, state, only_look=only_look), event)
            await self.store(partial(inbox.finish, event=event, run=run, state=state))
        except CutShort:  # nothing stands there; the turn failed as it did before the look
            return _recalled(failed, event.id)
        except Exception as error:  # noqa: BLE001
            return error
        seconds = round(time.perf_counter() - clock, 3)
        log.info("turn.completed", turn=event.id, attempts=attempts, duration_s=seconds)
        self._ended(event.id)
        return None

    async def _park(self, started: Started, error: Exception) -> float:
        """Give up on a turn with an apology. How long to wait where even that has to be retried."""
        event, run, attempts = started.event, started.run, started.attempts
        reason = type(error).__name__
        may_say = attempts <= ATTEMPTS + APOLOGIES
        said = may_say and await self._sorry(started, error)
        if may_say and not said:
            failed = self._sorries.get(event.id, 0) + 1
            if failed < ATTEMPTS:
                self._sorries[event.id] = failed
                return self._pause(failed - 1)
        self._sorries.pop(event.id, None)
        log.error("turn.parked", error, turn=event.id, attempts=attempts)
        await self.store(partial(inbox.park, event=event, run=run, error=reason, owed=not said))
        self.gave_up.set()
        self._ended(event.id)
        return 0.0

    async def _sorry(self, started: Started, error: Exception) -> bool:
        """Apologise; False if that failed."""
        event = started.event
        past = await self.store(partial(journal.read, turn=event.id))
        turn = self._turn(started._replace(past=past, first=False), ThreadState(), APOLOGY_AT)
        try:
            await self._apologise(turn, event, error)
        except (StateError, Superseded):
            raise
        except Exception as failure:  # noqa: BLE001 - the apology is the last that can be said
            log.error("turn.apology_failed", failure, turn=event.id)
            return False
        return True

    def _turn(
        self, started: Started, state: ThreadState, start: int = 0, *, only_look: bool = False
    ) -> JournaledTurn:
        event, run, _, _, past, _, first, _ = started
        return JournaledTurn(
            self.store,
            event.id,
            run,
            event.user,
            state,
            past,
            start,
            only_look=only_look,
            settle_s=self._settle_s,
            first=first,
            order=self.order,
        )

    def _pause(self, failures: int) -> float:
        return self._retry_after_s[min(failures, len(self._retry_after_s) - 1)]


def _recalled(name: str | None, turn: str) -> Exception:
    """The error for which a turn was given up, as far as its name tells."""
    kind = getattr(errors, name or "", None)
    if isinstance(kind, type) and issubclass(kind, errors.TurnError):
        return kind(turn)
    return CutShort(turn)


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
