"""Tools and a context for tests that need no API."""

import httpx2
from pydantic import BaseModel, ConfigDict

from tools.spec import AnyTool, Effect, Tool, ToolCall, ToolContext


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    to: str = ""


class Receipt(BaseModel):
    text: str


async def echo(args: Note, context: ToolContext) -> Receipt:
    return Receipt(text=args.text)


def a_tool(name: str = "echo", effect: Effect = "read", **declared: object) -> AnyTool:
    fields = {"title": "Echo", "description": "Say it again.", "args": Note, "function": echo}
    return Tool(name=name, effect=effect, **(fields | declared))  # pyright: ignore[reportArgumentType]


def a_call(arguments: str = '{"text": "hello"}', name: str = "echo") -> ToolCall:
    return ToolCall(id="c1", name=name, arguments=arguments)


def a_context() -> ToolContext:
    """A context whose API refuses every request."""
    refuse = httpx2.MockTransport(lambda request: httpx2.Response(503))
    return ToolContext(
        user_id="U01ADA",
        user_name="Ada Okafor",
        idempotency_key="turn-1:c1",
        api=httpx2.AsyncClient(transport=refuse, base_url="http://api.test"),
    )
