"""Private results, two approvers and sources of tools, at Slack's wire."""

import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import assembled
from bot.commands.run import serving
from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from bot.terminal import TerminalSurface
from tests.fakes.embedder import HashEmbedder
from tests.fakes.model_answers import Answer, call, say
from tests.fakes.model_server import ChatRequest, ModelServer
from tests.harness import (
    ADA,
    BEN,
    DM,
    FINANCE,
    GENERAL,
    MIRA,
    WORKSPACE,
    Company,
    has_buttons,
    settings_for,
    text_of,
)
from tests.tools.samples import a_tool
from tools.client import api_client
from tools.registry import Toolbox

ROOT = Path(__file__).parents[2]
SALARY = call("echo", text="salary 7")
DONE = say("unknown", "Done.", [])


def tell(request: ChatRequest) -> Answer:
    """Say what the first result holds."""
    source, content = next(iter(request.results.items()))
    return say("grounded", "It is 7 [1].", [(source, content)])


@asynccontextmanager
async def thinking(
    tmp_path: Path, script: list[Any], **declared: Any
) -> AsyncGenerator[tuple[Company, ModelServer]]:
    """The bot with one tool, and a model that gives the answers of a script."""
    toolbox = Toolbox()
    toolbox.add(api_client("http://127.0.0.1:9"), replace(a_tool(), **declared))

    def mind(request: ChatRequest) -> Answer:
        thought = script.pop(0)
        return thought if isinstance(thought, Answer) else thought(request)

    (tmp_path / "sluice.toml").write_text('[access]\nadmins = ["U01MIRA"]\n')
    async with (
        ModelServer() as model,
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack,
    ):
        model.mind = mind
        env = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": model.api_key,
            "SLUICE_MODEL": model.model,
        }
        settings = settings_for(slack, tmp_path, env)
        async with serving(settings, HashEmbedder(), toolbox=toolbox) as bot:
            yield Company(slack, bot, settings), model
            await bot.engine.idle()
    assert script == []


async def test_a_private_result_is_for_the_person_and_a_channel_gets_a_note(
    tmp_path: Path,
) -> None:
    async with thinking(tmp_path, [SALARY, tell], private=True) as (bot, _):
        await bot.ask("What is my salary?")
        await bot.idle()
        assert sum("It is 7" in text_of(m) for m in bot.said(viewer=ADA)) == 1
        seen = [text_of(message) for message in bot.said(viewer=BEN)]
        assert len(seen) == 1
        assert "answered privately" in seen[0]
        assert "is 7" not in seen[0]
        assert "salary" not in seen[0]


async def test_nobody_else_in_the_thread_is_told_what_was_private(tmp_path: Path) -> None:
    async with thinking(tmp_path, [SALARY, tell, DONE], private=True) as (bot, model):
        await bot.ask("What is my salary?")
        await bot.idle()
        root = bot.said(viewer=BEN)[0].root
        before = len(bot.said())
        await bot.slack.post(BEN, GENERAL, "<@U01BOT> What was it?", root)
        await bot.next_reply(before)
        assert "salary 7" not in model.requests[2].text
        assert "It is 7" not in model.requests[2].text
        assert "Done." in text_of(bot.said(viewer=BEN)[-1])


async def test_alone_with_the_bot_nothing_is_said_twice(tmp_path: Path) -> None:
    async with thinking(tmp_path, [SALARY, tell], private=True) as (bot, _):
        await bot.ask("What is my salary?", channel=DM)
        await bot.idle()
        assert len(bot.said(DM)) == 1


async def test_after_a_private_result_a_card_is_shown_to_the_person_alone(tmp_path: Path) -> None:
    both = [SALARY, tell, call("echo", text="again"), DONE]
    async with thinking(tmp_path, both, private=True, consent="by_effect") as (bot, _):
        tool = bot.bot.deps.toolbox.get("echo")
        assert tool
        await bot.ask("What is my salary?")
        await bot.idle()
        object.__setattr__(tool, "consent", "always")
        root = bot.said(viewer=BEN)[0].root
        before = len(bot.said(viewer=ADA))
        await bot.slack.post(ADA, GENERAL, "<@U01BOT> And again?", root)
        await bot.slack.wait_for(lambda: len(bot.said(viewer=ADA)) > before)
        card = bot.said(viewer=ADA)[-1]
        assert has_buttons(card)
        assert not any(has_buttons(message) for message in bot.said(viewer=BEN))
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await bot.idle()
        assert "answered privately" in text_of(bot.said(viewer=BEN)[-1])


async def test_two_people_have_to_approve_where_that_is_asked(tmp_path: Path) -> None:
    declared = {"effect": "write", "approvals": 2}
    async with thinking(tmp_path, [SALARY, DONE], **declared) as (bot, model):
        card = await bot.ask("Do it")
        await bot.idle()
        assert "Two people have to approve" in text_of(card)
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await bot.idle()
        half = bot.said()[0]
        assert has_buttons(half)
        assert "Approved by Ada" in text_of(half)
        assert len(model.requests) == 1
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await bot.slack.wait_for(lambda: len(bot.said(viewer=ADA)) > 1)
        assert "now somebody else has to" in text_of(bot.said(viewer=ADA)[-1])
        assert len(model.requests) == 1
        await bot.slack.click(MIRA, GENERAL, card.ts, "approve")
        await bot.slack.wait_for(lambda: "and by Mira" in text_of(bot.said()[0]))
        await bot.idle()
        assert len(model.requests) == 2
        assert not has_buttons(bot.said()[0])


async def test_an_apology_that_is_owed_for_a_spent_approval_says_that_nobody_can_tell(
    tmp_path: Path,
) -> None:
    """The process died under the click again and again after the call had begun to act."""
    async with thinking(tmp_path, [SALARY, DONE], effect="write") as (bot, model):
        card = await bot.ask("Do it")
        await bot.idle()
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await bot.idle()
        engine, said = bot.bot.engine, len(bot.said())
        for sql in (
            "delete from journal where n > (select max(n) from journal where name = 'perform')"
            " and turn like 'click:%'",
            "update inbox set state = 'failed', error = 'CutShort', owed = 1"
            " where id like 'click:%'",
        ):
            await engine.store(lambda db, sql=sql: db.execute(sql))
        await engine.make_up()
        assert "can't tell whether it went through" in text_of(bot.said()[-1])
        assert (len(bot.said()), len(model.requests)) == (said + 1, 2)


async def test_a_wrong_click_leaves_a_row_in_the_audit(tmp_path: Path) -> None:
    async with thinking(tmp_path, [SALARY], effect="write") as (bot, _):
        card = await bot.ask("Do it")
        await bot.idle()
        await bot.slack.click(BEN, GENERAL, card.ts, "approve")
        await bot.slack.wait_for(lambda: len(bot.said(viewer=BEN)) > 1)
        await bot.idle()
        rows = await bot.bot.engine.store(
            lambda db: db.execute(
                "select actor, outcome from audit where name = 'check_click'"
            ).fetchall()
        )
        assert rows == [(BEN, "refused")]


SOURCES = """
[tools]
sample = false
[[tools.openapi]]
name = "pets"
spec = "pets.json"
base_url = "http://127.0.0.1:9/api"
operations = ["*"]
auth = {{ variable = "PETS_TOKEN" }}
[[tools.mcp]]
name = "wiki"
command = ["{python}", "-m", "tests.tools.mcp.server", "calm"]
tools = ["search_*"]
[[tools.mcp]]
name = "gone"
command = ["/absent/program"]
tools = ["*"]
"""


async def test_sources_become_tools_by_configuration_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    operation = {"get": {"operationId": "listPets", "summary": "List pets"}}
    document = {"openapi": "3.1.0", "paths": {"/pets": operation}}
    (tmp_path / "pets.json").write_text(json.dumps(document))
    (tmp_path / "sluice.toml").write_text(SOURCES.format(python=sys.executable))
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        settings = settings_for(slack, tmp_path, {"PETS_TOKEN": "t0p"})
        surface = TerminalSurface(settings.config.access)
        async with assembled(settings, surface, embedder=HashEmbedder()) as bot:
            names = [tool.name for tool in bot.deps.toolbox]
            assert names == ["pets_list_pets", "wiki_search_pages"]
            tool = bot.deps.toolbox.get("pets_list_pets")
            assert tool
            api = bot.deps.toolbox.context_for(tool, ADA, "Ada", "k").api
            assert api.headers["Authorization"] == "Bearer t0p"
    assert "t0p" not in repr(settings)


async def test_a_tool_for_a_user_group_is_offered_to_its_members_alone(tmp_path: Path) -> None:
    async with thinking(tmp_path, [DONE, DONE], groups=(FINANCE,)) as (bot, model):
        await bot.ask("Please echo this", user=ADA)
        await bot.ask("Please echo this", user=BEN)
    assert [len(request.tools) for request in model.requests] == [1, 0]
