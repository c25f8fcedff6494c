"""The nouns of tools: what may be called, what was asked for, what came back."""

import inspect
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypedDict, TypeVar, Unpack

import httpx2
from pydantic import BaseModel, ConfigDict, Field

Effect = Literal["read", "write", "egress"]
"""`read` changes nothing, `write` changes something inside the company, `egress` sends data out."""

Audience = Literal["everyone", "employees", "admins"]
"""Who may call a tool; `employees` leaves out guests and people of other workspaces."""

AskWhen = Literal["by_effect", "always"]
"""When a person is asked: where the effect wants it, or even before a read."""

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
    private: bool = Field(default=False, description="For the requester alone.")


@dataclass(frozen=True)
class Caller:
    """Who asks for a tool and from where, as the directory knows them. Unknown groups are none."""

    user: str = ""
    admin: bool = False
    guest: bool = False
    groups: frozenset[str] = frozenset()
    channel: str = ""

    @property
    def audiences(self) -> frozenset[Audience]:
        """The audiences that this person belongs to."""
        if self.guest:
            return frozenset({"everyone"})
        return frozenset({"everyone", "employees", *(("admins",) if self.admin else ())})


@dataclass(frozen=True)
class ToolContext:
    """Who asks, and through which client. The model can set none of it."""

    user_id: str
    user_name: str
    idempotency_key: str
    api: httpx2.AsyncClient


Lookup = Callable[[ToolContext], Awaitable[BaseModel | None]]
"""Asks the API whether a call with the context's idempotency key has happened."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What may be declared about a tool, whatever it comes from, beside its effect.

    Attributes:
        examples: Things people say when they want it, for routing.
        may: Who may call it.
        users: Where any are named, these people and those of `groups` may, and nobody else.
        groups: User groups whose members may; see `users`.
        channels: Where any are named, it may be called from these channels only.
        consent: `always` asks even before a read.
        danger: Somebody other than the requester must approve.
        approvers: People who may approve in place of an admin, or of the requester.
        approvals: How many different people must approve, 1 or 2.
        timeout_s: How long one call may take, in seconds.
        max_chars: Results longer than this are cut, with a note.
        free_text: Its results hold words that somebody wrote, so they taint the turn. False only
            for results that are numbers, dates and names of our own.
        private: Its results are for the requester alone: others in a channel get a note.
        destination: For effect `egress`, the argument that says where the data goes: a URL, a
            host or an e-mail address.
    """

    examples: tuple[str, ...] = ()
    may: Audience = "employees"
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    consent: AskWhen = "by_effect"
    danger: bool = False
    approvers: tuple[str, ...] = ()
    approvals: Literal[1, 2] = 1
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    max_chars: Annotated[int, Field(ge=200, le=60_000)] = 8_000
    free_text: bool = True
    private: bool = False
    destination: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tool(Rules, Generic[ArgsT]):
    """A function the model may ask for, with what is declared about it.

    Attributes:
        name: What the model calls, `snake_case`.
        title: The same for people, e.g. "Open a ticket".
        description: The docstring's first line; the model and the router read it.
        args: The arguments; unknown ones are refused.
        function: Runs it. Raises `ToolRetry` or `ToolFailed`.
        system: Where it acts, for people, e.g. "crm (crm.example.com)"; empty for tools of our own.
        lookup: Asks the API whether a call with this idempotency key has happened; None if the
            API cannot tell.
    """

    name: str
    title: str
    description: str
    args: type[ArgsT]
    function: Callable[[ArgsT, ToolContext], Awaitable[BaseModel]]
    effect: Effect
    system: str = ""
    lookup: Lookup | None = None

    def open_to(self, caller: Caller) -> bool:
        """Whether this person may call it from where they are."""
        named = bool(self.users or self.groups)
        among = caller.user in self.users or not caller.groups.isdisjoint(self.groups)
        here = not self.channels or caller.channel in self.channels
        return self.may in caller.audiences and (among or not named) and here


AnyTool = Tool[Any]


class Declared(TypedDict, total=False):
    """The same as keyword arguments; see `Rules` and, for `lookup`, `Tool`."""

    examples: tuple[str, ...]
    may: Audience
    users: tuple[str, ...]
    groups: tuple[str, ...]
    channels: tuple[str, ...]
    consent: AskWhen
    danger: bool
    approvers: tuple[str, ...]
    approvals: Literal[1, 2]
    timeout_s: float
    max_chars: int
    free_text: bool
    private: bool
    lookup: Lookup | None
    destination: str | None


def tool(
    *, effect: Effect, title: str | None = None, **declared: Unpack[Declared]
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
        if effect == "egress" and declared.get("destination") not in args.model_fields:
            raise TypeError(f"{name}: an egress tool names the argument that is its destination")
        return Tool(
            name=name,
            title=title or name.replace("_", " ").capitalize(),
            description=_description_of(function),
            args=args,
            function=function,
            effect=effect,
            **declared,
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
