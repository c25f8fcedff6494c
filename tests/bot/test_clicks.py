"""Clicks that are forged, replayed, late, by a guest, or after a restart, at the wire."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from pydantic import BaseModel

from bot.commands.run import serving
from bot.local_slack import LocalSlack, Manifest, Message
from bot.manifest import MANIFEST
from bot.settings import Settings
from tests.bot.slack.test_malformed import Door
from tests.bot.slack.test_wire import free_port
from tests.fakes.embedder import HashEmbedder
from tests.fakes.model_answers import call, say
from tests.fakes.model_server import ModelServer
from tests.harness import (
    ADA,
    GENERAL,
    GUEST,
    WORKSPACE,
    Company,
    has_buttons,
    settings_for,
    text_of,
)
from tests.tools.samples import Note, Receipt, a_tool
from tools.client import api_client
from tools.registry import Toolbox
from tools.spec import ToolContext

FORM = "application/x-www-form-urlencoded"


class Office:
    """A bot that can be stopped and started again, whose one tool writes down what it did."""

    def __init__(self, slack: LocalSlack, settings: Settings) -> None:
        self.slack, self.settings = slack, settings
        self.done: list[str] = []

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Company]:
        toolbox = Toolbox()
        tool = a_tool(effect="write", function=self._write_down)
        toolbox.add(api_client("http://127.0.0.1:9"), tool)
        async with serving(self.settings, HashEmbedder(), toolbox=toolbox) as bot:
            url = f"http://127.0.0.1:{self.settings.sluice_port}/slack/events"
            self.slack.send_events_to(url)
            yield Company(self.slack, bot, self.settings)
            await bot.engine.idle()

    async def _write_down(self, args: Note, context: ToolContext) -> BaseModel:
        self.done.append(args.text)
        return Receipt(text=args.text)

    async def press(self, value: str, message: Message, *, at: str, user: str = ADA) -> int:
        """Send a click as Slack would sign it, whatever stands on the screen."""
        payload: dict[str, Any] = {
            "type": "block_actions",
            "team": {"id": WORKSPACE.team_id},
            "user": {"id": user},
            "container": {
                "channel_id": GENERAL,
                "message_ts": message.ts,
                "thread_ts": message.root,
            },
            "actions": [{"action_id": "approve", "value": value, "action_ts": at}],
        }
        url = f"http://127.0.0.1:{self.settings.sluice_port}/slack/events"
        async with aiohttp.ClientSession() as session:
            door = Door(url, self.slack.signing_secret, session)
            return await door.post(urlencode({"payload": json.dumps(payload)}), FORM)


@asynccontextmanager
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    (tmp_path / "sluice.toml").write_text('[access]\nadmins = ["U01MIRA"]\n')
    async with (
        ModelServer() as model,
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST), retry_delays_s=(0.05, 0.1)) as slack,
    ):
        model.mind = lambda request: (
            say("unknown", "Done.") if request.results else call("echo", text="the deed")
        )
        env = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": model.api_key,
            "SLUICE_MODEL": model.model,
            "SLUICE_PORT": str(free_port()),
        }
        yield Office(slack, settings_for(slack, tmp_path, env, http=True))


def value_on(card: Message) -> str:
    """What the Approve button of a card carries."""
    actions = next(block for block in card.blocks if block["type"] == "actions")
    return str(actions["elements"][0]["value"])


async def test_a_forged_click_is_no_consent(tmp_path: Path) -> None:
    async with office(tmp_path) as place, place.open() as bot:
        card = await bot.ask("Do the deed")
        await bot.idle()
        good = json.loads(value_on(card))
        forged = [
            "",
            "approve",
            json.dumps({**good, "digest": "0" * 64}),
            json.dumps({**good, "call_id": "call_000000000000"}),
            json.dumps({**good, "thread": f"{good['thread']}9"}),
            json.dumps({**good, "more": 1}),
        ]
        for n, value in enumerate(forged):
            assert await place.press(value, card, at=f"9.{n}") == 200
        await bot.idle()
        assert place.done == []
        assert has_buttons(bot.said()[0])
        assert len(bot.said(viewer=ADA)) == 1 + len(forged)  # each is explained


async def test_a_click_that_is_replayed_counts_once(tmp_path: Path) -> None:
    async with office(tmp_path) as place, place.open() as bot:
        card = await bot.ask("Do the deed")
        await bot.idle()
        value = value_on(card)
        for at in ("9.1", "9.1", "9.1"):
            assert await place.press(value, card, at=at) == 200
        await bot.next_reply(1)
        await bot.idle()
        assert await place.press(value, card, at="9.2") == 200
        await bot.idle()
        assert place.done == ["the deed"]
        assert "settled already" in text_of(bot.said(viewer=ADA)[-1])


async def test_a_guests_click_is_refused(tmp_path: Path) -> None:
    async with office(tmp_path) as place, place.open() as bot:
        card = await bot.ask("Do the deed")
        await bot.idle()
        await bot.slack.click(GUEST, GENERAL, card.ts, "approve")
        await bot.slack.wait_for(lambda: len(bot.said(viewer=GUEST)) > 1)
        assert "Guests can't approve" in text_of(bot.said(viewer=GUEST)[-1])
        assert place.done == []
        assert has_buttons(bot.said()[0])


async def test_a_click_after_a_restart_counts_and_counts_once(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        async with place.open() as bot:
            card = await bot.ask("Do the deed")
            await bot.idle()
        async with place.open() as bot:
            await bot.slack.click(ADA, GENERAL, card.ts, "approve")
            await bot.next_reply(1)
            await bot.idle()
        async with place.open() as bot:
            await place.press(value_on(card), card, at="9.9")
            await bot.idle()
            assert "settled already" in text_of(bot.said(viewer=ADA)[-1])
        assert place.done == ["the deed"]


async def test_a_click_after_its_time_does_nothing_and_ends_the_card(tmp_path: Path) -> None:
    async with office(tmp_path) as place:
        async with place.open() as bot:
            card = await bot.ask("Do the deed")
            await bot.idle()
            # A day passes: what is kept of the card says that its time is over.
            await bot.bot.engine.store(
                lambda db: db.executemany(
                    "update threads set state = ? where id = ?",
                    [
                        (re.sub(r'("expires_at":")2\d{3}', r"\g<1>2020", state), key)
                        for key, state in db.execute("select id, state from threads").fetchall()
                    ],
                )
            )
        async with place.open() as bot:
            await bot.slack.click(ADA, GENERAL, card.ts, "approve")
            await bot.next_reply(1)
            await bot.idle()
            ended = bot.said()[0]
        assert place.done == []
        assert not has_buttons(ended)
        assert "Expired, clicked by Ada" in text_of(ended)
