"""The seam between the flow and whatever runs it."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar, TypeVarTuple, get_type_hints, overload

from bot.errors import InDoubt
from bot.messages import ThreadState

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Turn(ABC):
    """One event on its way to its end.

    Two rules carry it: steps are re-runnable, effects are not. A step that was interrupted runs
    again; an effect that was interrupted is looked up in the world, or a person is asked.

    Attributes:
        id: The event's id.
        state: What the thread remembers; saved together with the end of the turn.
    """

    def __init__(self, turn_id: str, state: ThreadState) -> None:
        self.id = turn_id
        self.state = state
        self._run = uuid.uuid4().hex

    @overload
    async def step(self, fn: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T: ...
    @overload
    async def step(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...
    async def step(self, fn: Callable[P, Awaitable[T] | T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` once and remember its result; a later run of the turn gets the remembered one.

        A coroutine function is awaited; a plain one computes and runs in a worker thread. The
        result is stored as JSON, so `fn` must be annotated with the type it returns.
        """
        return await self._remember(fn.__name__, "step", fn, *args, **kwargs)

    async def effect(
        self,
        fn: Callable[[*Ts], Awaitable[T]],
        *args: *Ts,
        lookup: Callable[[*Ts], Awaitable[T | None]] | None = None,
    ) -> T:
        """Act on the world at most once.

        The intent is durable before the call. A later run that finds the intent without a result
        asks `lookup`, with the same arguments, whether it happened: its answer stands for the
        result, None means that it did not happen and may be done now.

        Raises:
            InDoubt: An earlier run may have done it, and there is no `lookup` to tell.
        """

        async def once(*args: *Ts) -> T:
            if intent != self._run:
                if lookup is None:
                    raise InDoubt(f"{self.id}: {fn.__name__}")
                if (found := await lookup(*args)) is not None:
                    return found
            return await fn(*args)

        once.__annotations__ = {"return": returned_by(fn)}
        intent = await self._remember(f"{fn.__name__}?", "intent", self._stamp)
        return await self._remember(fn.__name__, "effect", once, *args)

    async def _stamp(self) -> str:
        return self._run

    @abstractmethod
    async def _remember(
        self,
        name: str,
        kind: str,
        fn: Callable[P, Awaitable[T] | T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Return the result remembered at this place of the turn, or run `fn` and remember it.

        Raises:
            FlowChanged: What is remembered at this place has another name.
        """


def returned_by(fn: Callable[..., object]) -> object:
    """The type that `fn` says it returns; an awaitable's is the type it resolves to."""
    return get_type_hints(fn)["return"]
