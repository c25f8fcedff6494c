"""The nouns of tools: what may be called, what was asked for, what came back."""

import inspect
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, Field

Effect = Literal["read", "write", "egress"]
"""`read` changes nothing, `write` changes something inside the company, `egress` sends data out."""

Audience = Literal["everyone", "employees", "admins"]
"""Who may call a tool; `employees` leaves out guests and people of other workspaces."""

ArgsT = TypeVar("ArgsT", bound=BaseModel)


class ToolCall(BaseModel):
    """What the model asked for. `arguments` is JSON text that it wrote, and not yet trusted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    arguments: str = "{}"


class ToolResult(BaseModel):
    """What a call gave, in text for the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call_id: str
    name: str
    outcome: Literal["ok", "retry", "failed", "denied", "withheld"]
    content: str = Field(description="JSON of the result, or one sentence about what went wrong.")
    truncated: bool = False


@dataclass(frozen=True)
class ToolContext:
    """Who asks, and through which client. The model can set none of it."""

    user_id: str
    user_name: str
    idempotency_key: str
    api: httpx2.AsyncClient


Lookup = Callable[[ToolContext], Awaitable[BaseModel | None]]
"""Asks the API whether a call with the context's idempotency key has happened."""


@dataclass(frozen=True)
class Tool(Generic[ArgsT]):
    """A function the model may ask for, with what is declared about it.

    Attributes:
        name: What the model calls, `snake_case`.
        title: The same for people, e.g. "Open a ticket".
        description: The docstring's first line; the model and the router read it.
        args: The arguments; unknown ones are refused.
        function: Runs it. Raises `ToolRetry` or `ToolFailed`.
        examples: Things people say when they want it, for routing.
        may: Who may call it.
        danger: Somebody other than the requester must approve.
        timeout_s: How long one call may take, in seconds.
        max_chars: Results longer than this are cut, with a note.
        lookup: Asks the API whether a call with this idempotency key has happened; None if the
            API cannot tell.
        destination: For effect `egress`, the argument that says where the data goes: a URL, a
            host or an e-mail address.
    """

    name: str
    title: str
    description: str
    args: type[ArgsT]
    function: Callable[[ArgsT, ToolContext], Awaitable[BaseModel]]
    effect: Effect
    examples: tuple[str, ...] = ()
    may: Audience = "employees"
    danger: bool = False
    timeout_s: float = 10.0
    max_chars: int = 8_000
    lookup: Lookup | None = None
    destination: str | None = None


AnyTool = Tool[Any]


def tool(
    *,
    effect: Effect,
    title: str | None = None,
    examples: tuple[str, ...] = (),
    may: Audience = "employees",
    danger: bool = False,
    timeout_s: float = 10.0,
    max_chars: int = 8_000,
    lookup: Lookup | None = None,
    destination: str | None = None,
) -> Callable[[Callable[[ArgsT, ToolContext], Awaitable[BaseModel]]], Tool[ArgsT]]:
    """Make a `Tool` of an async function `(args: Args, context: ToolContext) -> Result`.

    Its name is the function's, its description the docstring's first line, and its arguments are
    the fields of the model that annotates the first parameter.

    Raises:
        TypeError: The function does not have that shape, has no docstring, takes arguments that
            are not declared, or sends data out without saying where.
    """

    def define(function: Callable[[ArgsT, ToolContext], Awaitable[BaseModel]]) -> Tool[ArgsT]:
        name = function.__name__
        args = _args_of(function)
        if effect == "egress" and destination not in args.model_fields:
            raise TypeError(f"{name}: an egress tool names the argument that is its destination")
        return Tool(
            name=name,
            title=title or name.replace("_", " ").capitalize(),
            description=_description_of(function),
            args=args,
            function=function,
            effect=effect,
            examples=examples,
            may=may,
            danger=danger,
            timeout_s=timeout_s,
            max_chars=max_chars,
            lookup=lookup,
            destination=destination,
        )

    return define


def _description_of(function: Callable[..., Any]) -> str:
    lines = (inspect.getdoc(function) or "").strip().splitlines()
    if not lines:
        raise TypeError(f"{function.__name__}: a tool needs a docstring, the model reads it")
    return lines[0]


def _args_of(function: Callable[[ArgsT, ToolContext], Awaitable[BaseModel]]) -> type[ArgsT]:
    name = function.__name__
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"{name}: a tool is an async function")
    hints = typing.get_type_hints(function)
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is not p.POSITIONAL_OR_KEYWORD for p in parameters) or len(parameters) != 2:
        raise TypeError(f"{name}: a tool takes two parameters, its arguments and a ToolContext")
    args, context = (hints.get(p.name) for p in parameters)
    if context is not ToolContext:
        raise TypeError(f"{name}: the second parameter of a tool is a ToolContext")
    if not _is_model(args) or args.model_config.get("extra") != "forbid":
        raise TypeError(f'{name}: the arguments of a tool are a model with extra="forbid"')
    if not _is_model(hints.get("return")):
        raise TypeError(f"{name}: a tool returns a model")
    return typing.cast("type[ArgsT]", args)


def _is_model(hint: object) -> typing.TypeGuard[type[BaseModel]]:
    return isinstance(hint, type) and issubclass(hint, BaseModel)
