"""Tools from the APIs and servers that `sluice.toml` names."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from bot import log
from bot.errors import SettingsError
from bot.guardrails.policy import Policy
from bot.settings import Settings
from bot.stages.screen import assess
from tools.client import api_client
from tools.config import Auth, McpSource, OpenApiSource
from tools.errors import SourceError
from tools.openapi.document import Document
from tools.openapi.source import Loaded, load_openapi
from tools.registry import Toolbox

if TYPE_CHECKING:
    from tools.mcp.session import McpSession

PINS = "mcp_pins.json"


@asynccontextmanager
async def open_sources(
    settings: Settings, policy: Policy, toolbox: Toolbox
) -> AsyncGenerator[None]:
    """Add the tools of every source, for as long as the block lasts.

    An MCP server that does not answer costs its own tools, and the log tells; a document that
    cannot be used is a mistake in the settings.

    Raises:
        SettingsError: Naming every document that cannot be used, and why.
    """
    problems: list[str] = []
    for source in settings.config.tools.openapi:
        try:
            _add(source, source.base_url, read_openapi(source, settings), settings, toolbox)
        except (SourceError, ValueError) as error:
            problems.append(f"sluice.toml: tools.openapi {source.name}: {error}")
    if problems:
        raise SettingsError(problems)
    async with AsyncExitStack() as stack:
        for server in settings.config.tools.mcp:
            try:
                loaded = await stack.enter_async_context(open_mcp(server, settings, policy))
                _add(server, "http://mcp.invalid/", loaded, settings, toolbox)
            except (SourceError, ValueError) as error:
                log.warning("tools.unavailable", source=server.name, reason=str(error))
        yield


def read_openapi(source: OpenApiSource, settings: Settings) -> Loaded:
    """The tools of an OpenAPI document, and what was left out of it.

    Raises:
        SourceError: The document cannot be used.
    """
    return load_openapi(source, Document.read(settings.folder / source.spec))


@asynccontextmanager
async def open_mcp(source: McpSource, settings: Settings, policy: Policy) -> AsyncGenerator[Loaded]:
    """The tools of an MCP server, which is spoken to for as long as the block lasts.

    Raises:
        SourceError: The server cannot be used.
    """
    from tools.mcp.pins import Pins  # loads mcp: only where a server is set up
    from tools.mcp.source import load_mcp

    async with mcp_session(source, settings) as session:
        yield await load_mcp(source, session, Pins(settings.sluice_home / PINS), screen_by(policy))


@asynccontextmanager
async def mcp_session(source: McpSource, settings: Settings) -> "AsyncGenerator[McpSession]":
    """A connection to an MCP server, which is opened when it is first used.

    Raises:
        SourceError: There is no such program.
    """
    from tools.mcp.session import McpSession, check_command

    check_command(source)
    session = McpSession(source, headers_for(source.auth, settings), _environment(source, settings))
    try:
        yield session
    finally:
        await session.aclose()


def screen_by(policy: Policy) -> Callable[[str], str | None]:
    """What the guardrails have against a text that a server brings."""

    def screen(text: str) -> str | None:
        suspect = assess(text, "tool", policy).action != "allow"
        return "reads like orders to an assistant" if suspect else None

    return screen


def headers_for(auth: Auth | None, settings: Settings) -> dict[str, str]:
    """The header that tells a source who we are."""
    if auth is None:
        return {}
    return auth.headers(settings.tool_secrets[auth.variable].get_secret_value())


def _environment(source: McpSource, settings: Settings) -> dict[str, str]:
    """What a server's process is told; nothing else of our own environment reaches it."""
    if source.auth is None:
        return {}
    name = source.auth.variable
    return {name: settings.tool_secrets[name].get_secret_value()}


def _add(
    source: OpenApiSource | McpSource,
    base_url: str,
    loaded: Loaded,
    settings: Settings,
    toolbox: Toolbox,
) -> None:
    headers = headers_for(source.auth, settings) if isinstance(source, OpenApiSource) else {}
    toolbox.add(api_client(base_url, headers=headers), *loaded.tools)
    tools, left_out = len(loaded.tools), len(loaded.left_out)
    log.info("tools.loaded", source=source.name, tools=tools, left_out=left_out)
    for tool, why in loaded.left_out.items():
        log.warning("tools.left_out", source=source.name, tool=tool, reason=why)
