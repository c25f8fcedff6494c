"""A connection to an MCP server: opened when it is needed, and anew after the server died."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool

from tools.config import McpSource
from tools.errors import SourceError

MAX_PAGES = 20
MAX_TOOLS = 500
CLOSE_S = 5.0

_BROKEN = (
    MCPError,
    OSError,
    httpx2.HTTPError,
    anyio.ClosedResourceError,
    anyio.BrokenResourceError,
)


class Disconnected(Exception):
    """The server does not answer, or has died; whether a call happened is not known."""


class McpSession:
    """Speaks to one server. The connection lives in a task of its own, as its scopes demand."""

    def __init__(
        self, source: McpSource, headers: Mapping[str, str], env: Mapping[str, str]
    ) -> None:
        self._source, self._headers, self._env = source, dict(headers), dict(env)
        self._lock = asyncio.Lock()
        self._client: Client | None = None
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def tools(self) -> list[Tool]:
        """What the server offers now, in its order.

        Raises:
            Disconnected: It does not answer.
        """
        return await self._with(self._list)

    async def call(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        """Call a tool.

        Raises:
            Disconnected: The server went away before it had answered.
        """

        async def called(client: Client) -> CallToolResult:
            return await client.call_tool(name, arguments)

        return await self._with(called)

    async def aclose(self) -> None:
        """End the connection, and the process behind it."""
        async with self._lock:
            await self._drop()

    async def _with(self, use: Any) -> Any:
        client = await self._connected()
        try:
            return await use(client)
        except _BROKEN as error:
            async with self._lock:
                if self._client is client:
                    await self._drop()
            raise Disconnected(type(error).__name__) from None

    async def _list(self, client: Client) -> list[Tool]:
        found: list[Tool] = []
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = await client.list_tools(cursor=cursor, cache_mode="refresh")
            found += page.tools
            cursor = page.next_cursor
            if not cursor or len(found) > MAX_TOOLS:
                break
        return found[:MAX_TOOLS]

    async def _connected(self) -> Client:
        async with self._lock:
            if self._client is None or self._task is None or self._task.done():
                await self._drop()
                self._client = await self._open()
            return self._client

    async def _open(self) -> Client:
        ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._closing = asyncio.Event()
        self._task = asyncio.create_task(self._live(ready, self._closing))
        try:
            async with asyncio.timeout(self._source.start_s):
                return await asyncio.shield(ready)
        except TimeoutError:
            await self._drop()
            raise Disconnected("it did not start in time") from None

    async def _live(self, ready: "asyncio.Future[Client]", closing: asyncio.Event) -> None:
        """Hold the connection open until it is no longer wanted."""
        try:
            async with self._transport() as transport, Client(transport) as client:
                ready.set_result(client)
                await closing.wait()
        except Exception as error:  # noqa: BLE001 - a server is foreign code, and its task is its edge
            if not ready.done():
                ready.set_exception(Disconnected(type(error).__name__))

    @asynccontextmanager
    async def _transport(self) -> AsyncGenerator[Any]:
        async with AsyncExitStack() as stack:
            if self._source.url:
                client = httpx2.AsyncClient(
                    headers=self._headers,
                    timeout=self._source.start_s,
                    transport=httpx2.AsyncHTTPTransport(),
                    follow_redirects=False,
                )
                http = await stack.enter_async_context(client)
                yield streamable_http_client(self._source.url, http_client=http)
                return
            silent = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: ASYNC230, SIM115
            command, *arguments = self._source.command
            server = StdioServerParameters(command=command, args=arguments, env=self._env or None)
            yield stdio_client(server, errlog=silent)

    async def _drop(self) -> None:
        task, self._task, self._client = self._task, None, None
        if task is None:
            return
        self._closing.set()
        done, _ = await asyncio.wait({task}, timeout=CLOSE_S)
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=CLOSE_S)


def check_command(source: McpSource) -> None:
    """Say early that there is no such program.

    Raises:
        SourceError: Naming it.
    """
    from shutil import which

    if source.command and which(source.command[0]) is None:
        raise SourceError(f"there is no program {source.command[0]} on the PATH")
