"""What "Why this answer?" opens, at the wire."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.config import Price
from bot.local_slack import Message
from bot.slack.why import GONE, LINES, NOT_YOURS, told
from bot.state.account import Account, Line, account
from tests.harness import ADA, BEN, DM, GENERAL, MIRA, Company, company

QUESTION = "How many days of annual leave do employees get?"


async def opened(bot: Company, user: str, reply: Message, value: str | None = None) -> str:
    """What a person reads in the dialog after pressing the button under a reply."""
    await bot.slack.click(user, reply.channel, reply.ts, "why_open", value)

    def modal() -> str:
        shown = json.dumps(bot.slack.modal(user), ensure_ascii=False)
        return "" if shown == "null" or "Looking it up" in shown else shown

    return await bot.slack.wait_for(modal)


async def test_the_asker_sees_the_whole_turn(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        reply = await bot.ask(QUESTION)
        await bot.idle()
        shown = await opened(bot, ADA, reply)
        turn = (await bot.trace()).turn_id
        for words in ("screen", "*allow*", "Leave", "reason", "extractive", "validate", turn):
            assert words in shown
        assert f"for “{QUESTION}”" in shown


@pytest.mark.parametrize(("user", "whole"), [(BEN, False), (MIRA, True)])
async def test_others_see_what_the_conversation_may_see_and_admins_all(
    tmp_path: Path, user: str, whole: bool
) -> None:
    async with company(tmp_path) as bot:
        reply = await bot.ask(QUESTION)
        await bot.idle()
        shown = await opened(bot, user, reply)
        assert "Leave" in shown
        assert (f"“{QUESTION}”" in shown) is whole
        assert ("more is for the person who asked" in shown) is not whole


async def test_a_forged_button_opens_no_other_conversation(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask("How many days of annual leave do contractors get?", channel=DM)
        await bot.idle()
        private = (await bot.trace()).turn_id
        reply = await bot.ask(QUESTION)
        await bot.idle()
        assert GONE in await opened(bot, BEN, reply, private)
        assert GONE in await opened(bot, BEN, reply, "T:C:9.9")


async def test_a_private_answer_is_explained_to_nobody_else(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.slack.command(ADA, GENERAL, "/ask", QUESTION)
        await bot.slack.wait_for(lambda: bot.said(viewer=ADA))
        await bot.idle()
        private = (await bot.trace()).turn_id
        assert "annual leave" in await opened(bot, ADA, bot.said(viewer=ADA)[-1])
        reply = await bot.ask(QUESTION)
        await bot.idle()
        assert NOT_YOURS in await opened(bot, BEN, reply, private)


def line(**fields: Any) -> Line:
    return Line.model_validate({"step": "say", "seconds": 1.5, **fields})


def an_account(**fields: Any) -> Account:
    plain = {
        "turn_id": "T",
        "event": "message",
        "status": "failed",
        "error": "BudgetSpent",
        "mood": "bad",
        "seconds": 2.0,
        "models": ("m",),
        "input_tokens": 1_000_000,
        "output_tokens": 10,
        "cost": 0.25,
        "currency": "EUR",
        "repairs": 2,
        "lines": (line(),),
    }
    return Account.model_validate({**plain, **fields})


def test_a_turn_says_what_it_took_and_how_it_ended() -> None:
    shown = json.dumps(told(an_account(), whole=True))
    assert "1,000,010 tokens (1,000,000 in, 10 out), 0.2500 EUR" in shown
    assert "2 repairs" in shown
    assert "BudgetSpent" in shown
    assert "1.5 s" in shown
    assert "EUR" not in json.dumps(told(an_account(cost=None), whole=True))
    assert "tokens" not in json.dumps(told(an_account(input_tokens=0, output_tokens=0), whole=True))


def test_a_long_turn_fits_a_dialog_whatever_stands_in_it() -> None:
    lines = tuple(line(detail="<!channel> & " * 900, private="x" * 9_000) for _ in range(200))
    blocks = told(an_account(lines=lines), whole=True)
    assert len(blocks) == LINES + 3
    assert all(len(json.dumps(block)) < 3_900 for block in blocks)
    assert "<!channel>" not in json.dumps(blocks)


async def test_prices_are_those_of_the_model(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(QUESTION)
        await bot.idle()
        found = await bot.trace()
    steps = [
        step.model_copy(
            update={
                "result": {
                    **step.result,
                    "author": "m",
                    "usage": {"input_tokens": 2_000_000, "output_tokens": 1, "requests": 1},
                }
            }
        )
        if step.name == "reason"
        else step
        for step in found.steps
    ]
    found = found.model_copy(update={"steps": tuple(steps)})
    assert account(found, {"m": Price(input=1.5, output=4)}, "USD").cost == pytest.approx(3.000004)
    assert account(found, {"other": Price(input=1, output=4)}, "USD").cost is None
