"""Turns that were given up: the people have an apology, and admins are told, at Slack's wire."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.local_slack import LocalSlack, Message
from bot.messages.acts import TellParked
from bot.messages.events import Errand
from bot.state import inbox, parked
from bot.state.store import Store
from tests.bot.state.helpers import message
from tests.bot.test_admin_crash import town
from tests.fakes.model_answers import Answer, call, say
from tests.fakes.model_server import ChatRequest, ModelServer
from tests.harness import ADA, BEN, BOT_USER, GENERAL, MIRA, MIRA_DM, Company, life, text_of

CONFIG = """
[access]
admins = ["U01MIRA"]

[limits]
tool_calls = 1
"""
SORRY = "more steps than I am allowed"


class Mind:
    """Calls a tool for ever, until it comes to its senses."""

    sane = False

    def __call__(self, request: ChatRequest) -> Answer:
        if self.sane:
            return say("clarify", "Which ticket do you mean?")
        return call("list_tickets", status="open")


@asynccontextmanager
async def busy(tmp_path: Path) -> AsyncGenerator[tuple[LocalSlack, ModelServer, Mind]]:
    async with ModelServer() as model, town(tmp_path) as slack:
        (tmp_path / "sluice.toml").write_text(CONFIG)
        model.mind = mind = Mind()
        yield slack, model, mind


async def fail(bot: Company, times: int) -> None:
    """Ask so often for what is going to be given up."""
    before = len(bot.said())
    for number in range(times):
        user = (ADA, BEN)[number % 2]
        await bot.slack.post(user, GENERAL, f"<@{BOT_USER}> List the tickets, number {number}")
    await bot.slack.wait_for(lambda: len(bot.said()) == before + times, timeout=60)
    assert all(SORRY in text_of(apology) for apology in bot.said()[before:])


async def told(bot: Company, count: int = 1) -> list[Message]:
    """What Mira has been told, once that is so much."""
    await bot.slack.wait_for(lambda: len(bot.said(MIRA_DM)) >= count, timeout=60)
    await bot.idle()
    return bot.said(MIRA_DM)


async def test_a_storm_is_one_message_with_a_count_and_a_button_that_tries_again(
    tmp_path: Path,
) -> None:
    async with busy(tmp_path) as (slack, model, mind):
        async with life(slack, tmp_path, model) as bot:
            await fail(bot, 5)
            (notice,) = await told(bot)
        words = ("given up on 5 turns", "BudgetSpent", "of Ada", "and 2 more", "[limits]")
        assert [word for word in words if word not in text_of(notice)] == []
        assert "number" not in text_of(notice)  # what people wrote is theirs
        (tmp_path / "sluice.toml").write_text(CONFIG.replace("tool_calls = 1", ""))
        mind.sane = True
        async with life(slack, tmp_path, model) as bot:
            await slack.click(MIRA, MIRA_DM, notice.ts, "turns_retry")
            await slack.wait_for(lambda: len(bot.said()) == 10, timeout=60)
            assert ["Which ticket" in text_of(m) for m in bot.said()[5:]] == [True] * 5
            assert "trying 5 turns again" in text_of((await told(bot, 2))[-1])
            await slack.click(MIRA, MIRA_DM, notice.ts, "turns_retry")
            assert "have been tried again" in text_of((await told(bot, 3))[-1])
            assert len(bot.said()) == 10


async def test_what_fails_soon_after_is_told_later_and_together(tmp_path: Path) -> None:
    async with busy(tmp_path) as (slack, model, _):
        async with life(slack, tmp_path, model) as bot:
            await fail(bot, 1)
            await told(bot)
            await fail(bot, 2)
            await bot.idle()
            wait_s = await bot.bot.engine.store(partial(parked.gather, errands=lambda _: []))
            assert wait_s is not None
            assert parked.PAUSE_S - 60 < wait_s <= parked.PAUSE_S
        async with life(slack, tmp_path, model) as bot:
            assert len(bot.said(MIRA_DM)) == 1
            sooner = "update marks set at = at - 600 where name = 'told'"
            await bot.bot.engine.store(lambda db: db.execute(sooner).rowcount)
        async with life(slack, tmp_path, model) as bot:
            assert "given up on 2 turns" in text_of((await told(bot, 2))[-1])


@pytest.mark.parametrize("after", [False, True])
async def test_a_bot_that_dies_while_it_tells_tells_once(tmp_path: Path, after: bool) -> None:
    async with busy(tmp_path) as (slack, model, _):
        async with life(slack, tmp_path, model) as bot:
            await fail(bot, 1)
            slack.hang_next("chat.postMessage", 60, after=after)
            await slack.wait_for(lambda: slack.hanging, timeout=60)
        async with life(slack, tmp_path, model) as bot:
            await bot.idle()
            (notice,) = await told(bot)
            assert "given up on 1 turn." in text_of(notice)


async def test_a_telling_that_was_given_up_itself_and_what_a_person_stopped_are_not_told(
    tmp_path: Path,
) -> None:
    asked = message("1.0")
    telling = Errand(
        id="T:U:parked-0123456789ab",
        thread="T:U:parked-0123456789ab",
        place=asked.place,
        user=MIRA,
        act=TellParked(group="0123456789ab"),
        received_at=asked.received_at,
    )
    with Store(tmp_path / "state.db") as store:
        for event, error in ((asked, "Stopped"), (telling, "Refused")):
            await store(partial(inbox.add, event=event, surface="slack"))
            started = await store(partial(inbox.start_next, thread=event.thread, surface="slack"))
            assert started
            await store(partial(inbox.park, event=event, run=started.run, error=error))
        assert await store(partial(parked.gather, errands=lambda _: [])) is None
