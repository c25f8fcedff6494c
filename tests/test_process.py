"""The command as a process: the demo from an empty folder, and the bot with signals."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from tests.fakes.model_server import Answer, ChatRequest, ModelServer, say
from tests.harness import ADA, BOT_USER, DM, GENERAL, WORKSPACE, has_buttons, text_of

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]

DEMO_ADA, DEMO_DM = "U01ADA", "D01ADA"


@asynccontextmanager
async def sluice(
    folder: Path, *args: str, env: Mapping[str, str]
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a command in a folder, and kill it at the end if it still runs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", *args),
        cwd=folder,
        env={**kept, "PYTHONPATH": str(Path(__file__).parent.parent), **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until(process: asyncio.subprocess.Process, text: str) -> str:
    """Read the output up to the line that holds a text."""
    assert process.stdout
    seen = ""
    async for line in process.stdout:
        seen += line.decode()
        if text in line.decode():
            return line.decode()
    raise AssertionError(f"the process ended without {text!r}:\n{seen}")


class Page:
    """The demo's page, as a browser uses it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def get(self, path: str) -> Any:
        async with self._session.get(f"{self._url}{path}") as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self._session.post(f"{self._url}{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def done(self, root: str) -> None:
        """Wait for the end of the turn: a reply stands a moment before it."""
        query = f"channel={DEMO_DM}&ts={root}&user={DEMO_ADA}"
        while (await self.get(f"/_local/trace?{query}"))["status"] != "done":  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)

    async def replies(self, root: str, count: int) -> list[Any]:
        """The bot's messages in a thread, once there are so many."""
        while True:
            found = await self.get(f"/_local/messages?channel={DEMO_DM}&user={DEMO_ADA}")
            said = [m for m in found["messages"] if m["bot_id"] and m["thread_ts"] == root]
            if len(said) >= count:
                return said
            await asyncio.sleep(0.05)


async def test_the_demo_does_what_its_tour_promises(tmp_path: Path) -> None:
    env = {"SLUICE_HOME": str(tmp_path / "home")}
    (tmp_path / "home" / "demo").mkdir(parents=True)
    (tmp_path / "home" / "demo" / "knowledge.db").write_text("of the demo before")
    async with (
        sluice(tmp_path, "demo", "--no-browser", "--port", "0", env=env) as process,
        aiohttp.ClientSession() as session,
    ):
        url = (await until(process, "Open http")).split()[-1]
        page = Page(session, url)
        tour = (await page.get("/_local/workspace"))["tour"]
        said: dict[str, str] = {}
        root, count = "", 0
        for step in tour:
            thread = {"thread_ts": root} if step["reply"] else {}
            ts = (
                await page.post(
                    "/_local/post",
                    user=DEMO_ADA,
                    channel=DEMO_DM,
                    text=step["message"],
                    **thread,
                )
            )["ts"]
            root, count = (root, count + 1) if step["reply"] else (ts, 1)
            await page.replies(root, count)
            await page.done(ts)
            said[step["title"]] = json.dumps((await page.replies(root, count))[-1])
            if step["title"] == "A tool that writes":
                (card,) = await page.replies(root, 1)
                approve = next(
                    element
                    for block in card["blocks"]
                    if block["type"] == "actions"
                    for element in block["elements"]
                    if element["action_id"] == "approve"
                )
                await page.post(
                    "/_local/click",
                    user=DEMO_ADA,
                    channel=DEMO_DM,
                    ts=card["ts"],
                    block_id=card["blocks"][-1]["block_id"],
                    action_id="approve",
                    value=approve["value"],
                )
                while "INC-" not in (told := json.dumps((await page.replies(root, 2))[-1])):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
                said["approved"] = told
        assert "20 weeks of parental leave" in said["An answer with sources"]
        assert "12 weeks" in said["A follow-up"]
        assert "Engineer" in said["A tool that reads"]
        assert "approve" in said["A tool that writes"]
        assert "INC-" in said["approved"]
        assert "can't find" in said["An honest no"]
        assert "can't act on that message" in said["An attack"]
        assert "visitor badge" in said["A poisoned page"]
        assert "held back" in said["A poisoned page"]
        await page.done(root)
        assert await page.get("/_local/unfurled") == []
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_taken_port_is_explained(tmp_path: Path) -> None:
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as taken:
        port = taken.url.rpartition(":")[2]
        env = {"SLUICE_HOME": str(tmp_path / "home")}
        async with sluice(tmp_path, "demo", "--no-browser", "--port", port, env=env) as process:
            await until(process, "is taken: choose another")
            assert await process.wait() == 1


@pytest.mark.parametrize("http", [True, False], ids=["http", "socket"])
async def test_the_bot_runs_answers_and_stops_in_order(tmp_path: Path, http: bool) -> None:
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        env = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_API_URL": slack.api_url,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLUICE_PORT": "0",
            **({} if http else {"SLACK_APP_TOKEN": slack.app_token}),
        }
        async with sluice(tmp_path, "run", env=env) as process:
            if http:
                line = json.loads(await until(process, '"event"'))
                assert line["event"] == "slack.listening"  # nothing to worry about comes first
                slack.send_events_to(f"http://127.0.0.1:{line['port']}/slack/events")
            else:
                await slack.wait_for(lambda: slack.connected, timeout=60)
            # Before the embedding model is there: the event is taken all the same, in time.
            slack.fail_next("assistant.threads.setStatus", error="unknown_method")
            ts = await slack.post(ADA, GENERAL, f"<@{BOT_USER}> Open a ticket: my screen flickers")
            await slack.wait_for(lambda: any(d.acked for d in slack.deliveries), timeout=60)
            first = slack.deliveries[0].attempts[0]
            assert first.seconds < 3.0
            await slack.wait_for(lambda: any(map(has_buttons, slack.messages(GENERAL))), timeout=90)
            assert "warning" in await until(process, "status.failed")  # Bolt left our log alone
            (card,) = [m for m in slack.messages(GENERAL) if has_buttons(m)]
            await slack.click(ADA, GENERAL, card.ts, "approve")
            await slack.wait_for(
                lambda: any("INC-" in text_of(m) for m in slack.messages(GENERAL)), timeout=60
            )
            await slack.post(ADA, DM, "hello")
            await slack.wait_for(lambda: len(slack.messages(DM)) > 1, timeout=60)
            assert all(m.thread_ts == ts for m in slack.messages(GENERAL) if m.user == BOT_USER)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_second_bot_on_one_home_says_why_it_stops(tmp_path: Path) -> None:
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        env = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        async with sluice(tmp_path, "run", env=env) as first:
            await until(first, "slack.listening")
            async with sluice(tmp_path, "run", env=env) as second:
                await until(second, "already runs on")
                assert await second.wait() == 1


async def test_told_to_stop_the_bot_gives_the_answer_that_is_under_way(tmp_path: Path) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(_: ChatRequest) -> Answer:
        asked.set()
        await go.wait()
        return say("clarify", "What do you mean?")

    async with (
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack,
        ModelServer() as model,
    ):
        model.mind = slow
        env = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_API_URL": slack.api_url,
            "SLACK_APP_TOKEN": slack.app_token,
            "OPENAI_API_KEY": model.api_key,
            "OPENAI_BASE_URL": model.base_url,
            "SLUICE_MODEL": model.model,
        }
        async with sluice(tmp_path, "run", env=env) as process:
            await slack.wait_for(lambda: slack.connected, timeout=60)
            await slack.post(ADA, DM, "What is this?")
            await asyncio.wait_for(asked.wait(), 60)
            process.send_signal(signal.SIGTERM)
            await slack.wait_for(lambda: not slack.connected)
            late = await slack.post(ADA, DM, "And this?")  # nobody takes it any more
            go.set()
            assert await asyncio.wait_for(process.wait(), 60) == 0
        answered = {m.root for m in slack.messages(DM) if m.user == BOT_USER}
        assert len(answered) == 1
        assert late not in answered
        async with sluice(tmp_path, "run", env=env):  # and nothing is lost of what came meanwhile
            await slack.wait_for(
                lambda: late in {m.root for m in slack.messages(DM) if m.user == BOT_USER},
                timeout=90,
            )
