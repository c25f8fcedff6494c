"""The tools of an MCP server, as far as they are allowed, screened and agreed to."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

import mcp.types as wire
from pydantic import BaseModel, JsonValue

from tools.arguments import shorten
from tools.config import McpSource, Override
from tools.errors import SourceError, ToolFailed, ToolInDoubt, ToolRetry
from tools.mcp.pins import CHANGED, Pins, digest_of
from tools.mcp.session import Disconnected, McpSession
from tools.openapi.document import Document
from tools.openapi.schemas import Schemas
from tools.openapi.source import Answer, Loaded
from tools.spec import AnyTool, Effect, Tool, ToolContext

MAX_RESULT_CHARS = 200_000
MAX_REASON_CHARS = 300

Screen = Callable[[str], str | None]
"""Why a text may not be shown to a model, None if it may."""


@dataclass(frozen=True)
class Found:
    """A tool as the server describes it now, and why it may not be used."""

    name: str
    tool: wire.Tool
    problem: str | None


async def load_mcp(source: McpSource, session: McpSession, pins: Pins, screen: Screen) -> Loaded:
    """Make tools of those that the source allows.

    A tool that nobody has seen yet is pinned as it is, if its words pass the screen: to allow it
    was the admin's consent. One that has changed since then stays out.

    Raises:
        SourceError: The server does not answer, or offers none of these tools.
    """
    tools, left_out = dict[str, AnyTool](), dict[str, str]()
    for found in await look(source, session, pins, screen):
        if found.problem:
            left_out[found.name] = found.problem
            continue
        try:
            tools[found.name] = _tool(found, source, session, pins)
        except SourceError as error:
            left_out[found.name] = str(error)
            continue
        pins.set(found.name, digest_of(found.tool))
    if not tools and not left_out:
        raise SourceError("the server offers no tool that `tools` allows")
    return Loaded(tuple(tools.values()), left_out)


async def look(source: McpSource, session: McpSession, pins: Pins, screen: Screen) -> list[Found]:
    """What the server offers now, of what the source allows, each with what speaks against it.

    Raises:
        SourceError: The server does not answer.
    """
    try:
        offered = await session.tools()
    except Disconnected as error:
        raise SourceError(f"the server does not answer ({error})") from None
    allowed = [t for t in offered if any(fnmatchcase(t.name, p) for p in source.tools)]
    return [_found(tool, source, pins, screen) for tool in allowed]


def _found(tool: wire.Tool, source: McpSource, pins: Pins, screen: Screen) -> Found:
    name = name_of(source, tool.name)
    agreed = pins.of(name)
    if problem := screen(_words(tool)):
        return Found(name, tool, f"its description {problem}")
    if agreed is not None and agreed != digest_of(tool):
        return Found(name, tool, CHANGED.format(name=name))
    return Found(name, tool, None)


def name_of(source: McpSource, name: str) -> str:
    """What a tool of a source is called here."""
    return f"{source.name}_{re.sub(r'[^a-zA-Z0-9_-]+', '_', name)}"[:60]


def _words(tool: wire.Tool) -> str:
    """All text that a server brings with a tool: an order may hide in an argument's description."""
    return "\n".join(
        [tool.name, tool.title or "", tool.description or "", *_texts(tool.input_schema)]
    )


def _texts(node: Any) -> list[str]:
    match node:
        case str():
            return [node]
        case dict():
            return [text for pair in node.items() for part in pair for text in _texts(part)]
        case list():
            return [text for part in node for text in _texts(part)]
        case _:
            return []


def _tool(found: Found, source: McpSource, session: McpSession, pins: Pins) -> AnyTool:
    tool, declared = found.tool, source.override.get(found.tool.name, Override())
    args = _arguments(tool, found.name)
    wires = {str(info.alias) for info in args.model_fields.values()}
    if declared.destination is not None and declared.destination not in wires:
        raise SourceError(f"it has no argument {declared.destination} to be its destination")
    effect: Effect = declared.effect or (
        "read" if any(fnmatchcase(tool.name, p) for p in source.read) else "write"
    )
    said = " ".join((tool.description or tool.title or tool.name).split())
    return Tool(
        name=found.name,
        title=declared.title or shorten(" ".join((tool.title or _spoken(tool.name)).split()), 100),
        description=declared.description or shorten(said, 300),
        args=args,
        function=_caller(found, session, pins, effect),
        effect=effect,
        system=f"{source.name} ({urlsplit(source.url).netloc if source.url else 'MCP server'})",
        **declared.declared(),
    )


def _arguments(tool: wire.Tool, name: str) -> type[BaseModel]:
    schema = tool.input_schema
    schemas = Schemas(Document({"openapi": "3.1.0", "paths": {}, **schema}, name))
    made = schemas.type_of(schema, f"{name}_arguments") if schema.get("properties") else None
    if isinstance(made, type) and issubclass(made, BaseModel):
        return made
    return schemas.object_of({}, f"{name}_arguments")


def _caller(found: Found, session: McpSession, pins: Pins, effect: Effect) -> Any:
    async def call(args: BaseModel, context: ToolContext) -> Answer:  # noqa: ARG001 - every tool has it
        given = args.model_dump(mode="json", by_alias=True, exclude_none=True)
        try:
            await _unchanged(found, session, pins)
        except Disconnected:
            raise ToolFailed("The server of this tool does not answer.") from None
        try:
            result = await session.call(found.tool.name, given)
        except Disconnected:
            problem = "The server of this tool went away before it had answered."
            raise (ToolFailed(problem) if effect == "read" else ToolInDoubt(problem)) from None
        return _answer(result)

    return call


async def _unchanged(found: Found, session: McpSession, pins: Pins) -> None:
    """Compare with what was agreed to, before each call: a server may change at any time."""
    now = next((tool for tool in await session.tools() if tool.name == found.tool.name), None)
    if now is None or digest_of(now) != pins.of(found.name):
        raise ToolFailed("This tool has changed; an admin has to look at it and agree to it.")


def _answer(result: wire.CallToolResult) -> Answer:
    text = "\n".join(_shown(block) for block in result.content)
    if result.is_error:
        raise ToolRetry(f"The tool says: {shorten(text, MAX_REASON_CHARS)}")
    found: JsonValue = result.structured_content or {"text": shorten(text, MAX_RESULT_CHARS)}
    return Answer(found)


def _shown(block: Any) -> str:
    return block.text if isinstance(block, wire.TextContent) else f"[{block.type}, left out]"


def _spoken(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:].lower()
