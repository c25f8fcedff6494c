import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.tools.mcp.server import make_server
from tests.tools.samples import a_context
from tools.config import McpSource
from tools.errors import SourceError
from tools.mcp.pins import Pins
from tools.mcp.session import McpSession, check_command
from tools.mcp.source import load_mcp
from tools.openapi.source import Loaded
from tools.run import check, run
from tools.spec import AnyTool, ToolCall, ToolResult

ROOT = Path(__file__).parents[3]


def source(kind: str = "calm", **given: Any) -> McpSource:
    command = [sys.executable, "-m", "tests.tools.mcp.server", kind]
    named = {"name": "wiki", "tools": ["*"], "read": ["search_*"]}
    return McpSource.model_validate(
        named | ({} if "url" in given else {"command": command}) | given
    )


def calm(text: str) -> str | None:
    return "reads like orders" if "Ignore all" in text else None


@asynccontextmanager
async def opened(
    pins: Path, kind: str = "calm", **given: Any
) -> AsyncGenerator[tuple[Loaded, McpSession]]:
    made = source(kind, **given)
    env = {"WIKI_TOKEN": "the bot", "PYTHONPATH": str(ROOT)}
    session = McpSession(made, {"Authorization": "Bearer t"}, env)
    try:
        yield await load_mcp(made, session, Pins(pins), calm), session
    finally:
        await session.aclose()


def named(loaded: Loaded, name: str) -> AnyTool:
    return next(tool for tool in loaded.tools if tool.name == name)


async def called(tool: AnyTool, **arguments: Any) -> ToolResult:
    call = ToolCall(id="c1", name=tool.name, arguments=json.dumps(arguments))
    return await run(call, tool, a_context())


@pytest.fixture
def pins(tmp_path: Path) -> Path:
    return tmp_path / "home" / "pins.json"


@asynccontextmanager
async def over_http() -> AsyncGenerator[str]:
    """The same server for streamable HTTP on loopback."""
    config = uvicorn.Config(make_server().streamable_http_app(), port=0, log_level="critical")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.should_exit = True
        await task


async def test_the_tools_of_a_process_are_called(pins: Path) -> None:
    async with opened(pins) as (loaded, _):
        search = named(loaded, "wiki_search_pages")
        assert (search.effect, search.title) == ("read", "Search pages")
        assert named(loaded, "wiki_add_page").effect == "write"
        result = await called(search, query="tea")
        assert (result.outcome, "5 pages about tea by the bot" in result.content) == ("ok", True)
        wrong = ToolCall(id="c", name=search.name, arguments='{"query": 1, "x": 2}')
        assert check(wrong, search) is not None
        assert (
            '"title":"Tea"' in (await called(named(loaded, "wiki_add_page"), title="Tea")).content
        )


async def test_the_tools_of_a_server_are_called_over_http(pins: Path) -> None:
    async with over_http() as url, opened(pins, url=url) as (loaded, _):
        result = await called(named(loaded, "wiki_search_pages"), query="tea", most=2)
        assert "2 pages about tea" in result.content


async def test_only_what_is_allowed_is_used(pins: Path) -> None:
    async with opened(pins, tools=["search_*"]) as (loaded, _):
        assert [tool.name for tool in loaded.tools] == ["wiki_search_pages"]
    with pytest.raises(SourceError, match="no tool that"):
        async with opened(pins, tools=["absent"]):
            pass


async def test_what_a_tool_says_went_wrong_is_told_to_the_model(pins: Path) -> None:
    async with opened(pins) as (loaded, _):
        result = await called(named(loaded, "wiki_fails"), n=7)
        assert result.outcome == "retry"


async def test_a_description_with_orders_keeps_a_tool_out(pins: Path) -> None:
    async with opened(pins, "orders") as (loaded, _):
        assert "wiki_obey" not in {tool.name for tool in loaded.tools}
        assert "reads like orders" in loaded.left_out["wiki_obey"]


async def test_a_description_that_changes_stops_the_tool(pins: Path) -> None:
    async with opened(pins):
        before = Pins(pins).of("wiki_search_pages")
    async with opened(pins, "changed") as (loaded, _):
        assert "agree wiki_search_pages" in loaded.left_out["wiki_search_pages"]
        assert named(loaded, "wiki_add_page")
    assert before
    assert Pins(pins).of("wiki_search_pages") == before


async def test_a_change_while_the_bot_runs_stops_the_tool(pins: Path) -> None:
    async with opened(pins) as (loaded, _):
        Pins(pins).set("wiki_search_pages", "another")
        result = await called(named(loaded, "wiki_search_pages"), query="tea")
        assert (result.outcome, "agree to it" in result.content) == ("failed", True)


async def test_a_server_that_dies_in_a_write_leaves_it_in_doubt_and_comes_back(pins: Path) -> None:
    async with opened(pins, "dies") as (loaded, _):
        died = await called(named(loaded, "wiki_add_page"), title="Tea")
        assert (died.outcome, "Nobody can tell" in died.content) == ("failed", True)
        again = await called(named(loaded, "wiki_search_pages"), query="tea")
        assert again.outcome == "ok"


async def test_a_server_that_does_not_answer_is_named(pins: Path) -> None:
    with pytest.raises(SourceError, match="does not answer"):
        async with opened(pins, command=[sys.executable, "-c", "pass"], start_s=5):
            pass
    with pytest.raises(SourceError, match="does not answer"):
        async with opened(pins, command=["sleep", "60"], start_s=0.3):
            pass
    with pytest.raises(SourceError, match="no program absent"):
        check_command(source(command=["absent"]))


def test_pins_that_cannot_be_read_are_no_empty_pins(pins: Path) -> None:
    pins.parent.mkdir()
    for text in ("{", "[]"):
        pins.write_text(text)
        with pytest.raises(SourceError, match="cannot be read"):
            Pins(pins).of("x")


@pytest.mark.parametrize(
    "given", [{"command": []}, {"url": "http://127.0.0.1/mcp", "command": ["x"]}, {"tools": []}]
)
def test_a_source_is_a_command_or_an_address(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        source("calm", **({"command": ["x"]} | given))
