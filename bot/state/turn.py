"""The seam between the flow and whatever runs it."""

import asyncio
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import lru_cache
from types import NoneType
from typing import Any, ParamSpec, TypeVar, TypeVarTuple, get_type_hints, overload

from bot.errors import InDoubt, LookupFailed, SurfaceError
from bot.messages.history import ThreadState

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Turn(ABC):
    """One event on its way to its end.

    Two rules carry it: steps are re-runnable, effects are not. A step that was interrupted runs
    again; an effect that was interrupted is looked up in the world, or a person is asked. A turn
    does one thing after the other: what runs again is known by its place.

    Attributes:
        id: The event's id.
        state: What the thread remembers; saved together with the end of the turn.
        first: No earlier run of the turn can have left anything in the world.
    """

    def __init__(
        self,
        turn_id: str,
        state: ThreadState,
        run: str | None = None,
        settle_s: float = 0.0,
        *,
        first: bool = False,
    ) -> None:
        self.id = turn_id
        self.state = state
        self.first = first
        self._settle_s = settle_s
        self._run = run or uuid.uuid4().hex

    @overload
    async def step(
        self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T: ...
    @overload
    async def step(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def step(
        self, fn: Callable[P, Awaitable[T] | T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `fn` once and remember its result; a later run of the turn gets the remembered one.

        A coroutine function is awaited; a plain one computes and runs in a worker thread. The
        result is stored as JSON, so `fn` must be annotated with the type it returns.

        Raises:
            FlowChanged: Another step, or a result of another type, is remembered at this place.
            TypeError: `fn` has no name, or does not say what it returns.
        """
        return await self._remember(_name(fn), "step", returned_by(fn), fn, *args, **kwargs)

    async def effect(
        self,
        fn: Callable[[*Ts], Awaitable[T]],
        /,
        *args: *Ts,
        lookup: Callable[[*Ts], Awaitable[T | None]] | None = None,
    ) -> T:
        """Act on the world at most once.

        The intent is durable before the call. A later run that finds the intent without a result
        asks `lookup`, with the same arguments, whether it happened: its answer stands for the
        result, None means that it did not happen and may be done now. A request may still be under
        way when whoever sent it is dead: None is believed once the world has had time to settle.

        Raises:
            InDoubt: An earlier run may have done it, and there is no `lookup` to tell.
            LookupFailed: There is one, and it could not be asked.
            FlowChanged: Something else is remembered at this place.
            TypeError: As for a step; or `fn` returns nothing, so that no `lookup` could tell.
        """
        name, returns = _name(fn), returned_by(fn)
        if lookup is not None and returns is NoneType:
            raise TypeError(f"{name}: an effect that is looked up returns what there is to find")
        intent = await self._remember(f"{name}?", "intent", str, self._stamp)
        run, _, began = intent.partition("@")

        async def once() -> T:
            if run != self._run:
                if lookup is None:
                    raise InDoubt(f"{self.id}: {name}")
                if (found := await self._looked_up(lookup, *args)) is not None:
                    return found
                if (left_s := self._unsettled_s(began)) > 0:
                    await asyncio.sleep(left_s)
                    if (found := await self._looked_up(lookup, *args)) is not None:
                        return found
            self._before_acting()
            return await fn(*args)

        return await self._remember(name, "effect", returns, once)

    async def _looked_up(
        self, lookup: Callable[[*Ts], Awaitable[T | None]], *args: *Ts
    ) -> T | None:
        try:
            return await lookup(*args)
        except SurfaceError as error:
            raise LookupFailed(str(error)) from error

    def _before_acting(self) -> None:
        """Called before an effect; a turn that may only look raises."""
        return

    async def _stamp(self) -> str:
        return f"{self._run}@{time.time():.3f}"

    def _unsettled_s(self, began: str) -> float:
        """How long the world may still be at an effect that began then, as our clock says."""
        age_s = time.time() - float(began or 0)
        return max(0.0, self._settle_s - age_s) if age_s >= 0 else self._settle_s

    @abstractmethod
    async def _remember(
        self,
        name: str,
        kind: str,
        returns: Any,
        fn: Callable[P, Awaitable[T] | T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return the result remembered at this place of the turn, or run `fn` and remember it.

        Raises:
            FlowChanged: What is remembered at this place has another name or type.
        """


def returned_by(fn: Callable[..., object]) -> Any:
    """The type that `fn` says it returns; a coroutine function's is the type it resolves to.

    Raises:
        TypeError: It does not say.
    """
    return _returned_by(getattr(fn, "__func__", fn))


@lru_cache(maxsize=512)
def _returned_by(fn: Callable[..., object]) -> Any:
    """Of a function, without the object whose method it is: nobody is kept alive by this."""
    hints = get_type_hints(fn)
    if "return" not in hints:
        raise TypeError(f"{_name(fn)}: a step or effect is annotated with the type it returns")
    return hints["return"]


def _name(fn: Callable[..., object]) -> str:
    name = getattr(fn, "__name__", None)
    if not isinstance(name, str):
        raise TypeError(f"{fn!r}: a step or effect is a function or a method, it is known by name")
    return name
