"""An API of FastAPI's and an MCP server, by `sluice.toml` alone: called, asked about, answered."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request

from tests.fakes.model_answers import Answer, call, say
from tests.fakes.model_server import ChatRequest, ModelServer
from tests.harness import ADA, GENERAL, Company, company, has_buttons, text_of
from tests.tools.openapi.pets import make_app

ROOT = Path(__file__).parents[2]
CONFIG = """
[access]
admins = ["U01MIRA"]
[tools]
sample = false
[[tools.openapi]]
name = "pets"
spec = "pets.json"
base_url = "{url}"
operations = ["*"]
auth = {{ variable = "PETS_TOKEN" }}
[[tools.mcp]]
name = "wiki"
command = ["{python}", "-m", "tests.tools.mcp.server", "calm"]
tools = ["search_*", "add_page"]
read = ["search_*"]
"""


@asynccontextmanager
async def on_loopback(app: FastAPI) -> AsyncGenerator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class Mind:
    """Calls the one tool that the last message names, and quotes what it gave."""

    asked = ("find the dogs", "sell rex", "search the wiki", "write a page")
    wishes = (
        call("pets_list_pets", status="available", limit=2),
        call("pets_create_pet", name="Rex", price=3, tags=["dog"]),
        call("wiki_search_pages", query="leave"),
        call("wiki_add_page", title="Leave"),
    )

    def __call__(self, request: ChatRequest) -> Answer:
        last = next(m for m in reversed(request.messages) if m["role"] in ("tool", "user"))
        if last["role"] == "tool":
            content = last["content"]
            if "said no" in content:
                return say("unknown", "I left it.")
            return say("grounded", "Here it is [1].", [(last["tool_call_id"], content)])
        said = str(last["content"]).lower()
        return next(w for text, w in zip(self.asked, self.wishes, strict=True) if text in said)


@asynccontextmanager
async def configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[tuple[Company, ModelServer, list[Request]]]:
    """The bot with both sources, as sluice.toml names them."""
    monkeypatch.chdir(ROOT)  # where the MCP server's module is found
    app, seen = make_app()
    async with on_loopback(app) as url, ModelServer() as model:
        model.mind = Mind()
        app.servers = [{"url": url}]
        (tmp_path / "pets.json").write_text(json.dumps(app.openapi()))
        env = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": model.api_key,
            "SLUICE_MODEL": model.model,
            "PETS_TOKEN": "t0p-secret",
        }
        config = CONFIG.format(url=url, python=sys.executable)
        async with company(tmp_path, config=config, env=env) as bot:
            yield bot, model, seen


async def test_an_api_and_a_server_work_by_configuration_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with configured(tmp_path, monkeypatch) as (bot, model, seen):
        found = await bot.ask("Please find the dogs")
        assert "Here it is" in text_of(found)
        assert "List pets" in text_of(found)
        (read,) = seen
        assert read.url.query == "status=available&limit=2"
        assert read.headers["Authorization"] == "Bearer t0p-secret"
        assert read.headers["X-Sluice-User"] == ADA
        assert "t0p-secret" not in "".join(request.text for request in model.requests)

        card = await bot.ask("Please sell Rex", channel=GENERAL)
        await bot.idle()
        assert has_buttons(card)
        assert "*Create pet* in pets (127.0.0.1:" in text_of(card)
        assert len(seen) == 1  # nothing has happened yet
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        assert "Here it is" in text_of(await bot.next_reply(2))
        assert (seen[1].method, seen[1].url.path) == ("POST", "/pets/")

        assert "Here it is" in text_of(await bot.ask("Please search the wiki"))
        card = await bot.ask("Please write a page")
        await bot.idle()
        assert "*Add page* in wiki (MCP server)" in text_of(card)
        await bot.slack.click(ADA, GENERAL, card.ts, "deny")
        assert "I left it." in text_of(await bot.next_reply(5))
        assert "wiki_add_page" not in [
            step.name for step in (await bot.trace()).steps if step.name == "perform"
        ]

        card = await bot.ask("Please write a page")
        await bot.idle()
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        assert "Here it is" in text_of(await bot.next_reply(7))
        assert '"title":"Leave"' in str(model.requests[-1].results)
