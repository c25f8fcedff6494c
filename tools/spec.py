"""The nouns of tools: what may be called, what was asked for, what came back."""

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
    lookup: Callable[[ToolContext], Awaitable[BaseModel | None]] | None = None


AnyTool = Tool[Any]
