"""One turn at a time: run the flow, try again, stop it, or give it up with an apology."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot import errors, log
from bot.errors import BudgetSpent, FlowChanged, InDoubt, LookupFailed, StateError, Stopped
from bot.messages.events import Event
from bot.messages.history import ThreadState
from bot.state import inbox, journal
from bot.state.inbox import ATTEMPTS, Started
from bot.state.journal import APOLOGY_AT, CutShort, JournaledTurn, Superseded
from bot.state.order import Order
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

PATIENCE = 20
"""Who may have a reply already gets no apology beside it soon: it is looked for so often more."""

FINAL = (BudgetSpent, FlowChanged, InDoubt, Stopped)
"""Errors that another attempt would meet again."""


class Runs:
    """Attempts at turns, each of which ends in an answer, in a later attempt or in an apology.

    The arguments are the engine's.

    Attributes:
        gave_up: Set when a turn was given up.
    """

    def __init__(
        self,
        store: Store,
        flow: Flow,
        apologise: Apology,
        *,
        retry_after_s: Sequence[float],
        settle_s: float,
        ended: Ended,
        order: Order,
    ) -> None:
        self.gave_up = asyncio.Event()
        self._store, self._flow, self._apologise, self._order = store, flow, apologise, order
        self._retry_after_s, self._settle_s, self._ended = retry_after_s, settle_s, ended
        self._tasks: dict[str, asyncio.Task[Exception | None]] = {}
        self._halted: set[str] = set()
        self._sorries: dict[str, int] = {}

    def cancel(self, run: str) -> None:
        """Stop a run that may not write any more."""
        if task := self._tasks.get(run):
            task.cancel()

    def halt(self, run: str) -> None:
        """Stop a run for good: it comes to its end as a turn that a person stopped."""
        if run in self._tasks:
            self._halted.add(run)
            self.cancel(run)

    def pause(self, failures: int) -> float:
        """How long to wait after so many failures before this one, in seconds."""
        return self._retry_after_s[min(failures, len(self._retry_after_s) - 1)]

    async def attempt(self, started: Started) -> float:
        """Run a turn; park it when it has failed for good. How long to wait before going on."""
        error = await self._outcome(started)
        if error is None:
            return 0.0
        if isinstance(error, StateError | Superseded):
            raise error
        turn, run, reason = started.event.id, started.run, type(error).__name__
        attempts = await self._store(
            partial(inbox.attempt_failed, turn=turn, run=run, error=reason)
        )
        most = ATTEMPTS + PATIENCE if isinstance(error, LookupFailed) else ATTEMPTS
        acting = partial(journal.is_acting, turn=turn)
        if attempts == ATTEMPTS and not isinstance(error, FINAL) and await self._store(acting):
            most += 1  # Slack may have done it all the same: the next attempt only looks
        if isinstance(error, FINAL) or attempts >= most:
            return await self._park(started, error)
        log.error("turn.retried", error, turn=turn, attempts=attempts)
        return self.pause(attempts - 1)

    async def _outcome(self, started: Started) -> Exception | None:
        run = started.run
        if started.halted:
            return await self._stopped(started)
        task = self._tasks[run] = asyncio.create_task(self._to_end(started))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
        finally:
            del self._tasks[run]
        if not task.cancelled():
            self._halted.discard(run)
            return task.result()
        return await self._stopped(started) if run in self._halted else None

    async def _stopped(self, started: Started) -> Exception:
        """What a turn has come to that was stopped: whether a call went through may be unknown."""
        self._halted.discard(started.run)
        turn = started.event.id
        acting = await self._store(partial(journal.is_performing, turn=turn))
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
            await self._store(partial(inbox.finish, event=event, run=run, state=state))
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
                return self.pause(failed - 1)
        self._sorries.pop(event.id, None)
        log.error("turn.parked", error, turn=event.id, attempts=attempts)
        await self._store(partial(inbox.park, event=event, run=run, error=reason, owed=not said))
        self.gave_up.set()
        self._ended(event.id)
        return 0.0

    async def _sorry(self, started: Started, error: Exception) -> bool:
        """Apologise; False if that failed."""
        event = started.event
        past = await self._store(partial(journal.read, turn=event.id))
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
            self._store,
            event.id,
            run,
            event.user,
            state,
            past,
            start,
            only_look=only_look,
            settle_s=self._settle_s,
            first=first,
            order=self._order,
        )


def _recalled(name: str | None, turn: str) -> Exception:
    """The error for which a turn was given up, as far as its name tells."""
    kind = getattr(errors, name or "", None)
    if isinstance(kind, type) and issubclass(kind, errors.TurnError):
        return kind(turn)
    return CutShort(turn)
