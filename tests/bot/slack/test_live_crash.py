"""A bot that dies while it writes: the next one finds the message and completes it."""

import asyncio
from pathlib import Path

import pytest

from tests.bot.slack.test_live import GOOD, QUESTION, cited, drafts, drip, held
from tests.bot.test_admin_crash import town
from tests.fakes.model_server import Mind, ModelServer, call
from tests.harness import ADA, BOT_USER, GENERAL, has_buttons, life, text_of


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("at", ["begin", "add", "end"])
async def test_a_message_that_was_being_written_is_completed_and_not_posted_again(
    tmp_path: Path, at: str, streams: bool, after: bool
) -> None:
    streamed = {"begin": "startStream", "add": "appendStream", "end": "stopStream"}
    edited = {"begin": "postMessage", "add": "update", "end": "update"}
    method = f"chat.{(streamed if streams else edited)[at]}"
    async with ModelServer() as model, town(tmp_path) as slack:
        go = asyncio.Event()
        model.mind = held(cited(GOOD), '"citations"', go)
        if not streams:
            slack.fail_next("chat.startStream", error="unknown_method", times=2)
        async with life(slack, tmp_path, model) as bot:
            if at != "end":
                slack.hang_next(method, 60, after=after)
            await slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
            if at == "end":
                await slack.wait_for(lambda: any("Ask" in text_of(m) for m in drafts(bot)))
                slack.hang_next(method, 60, after=after)
                go.set()
            await slack.wait_for(lambda: slack.hanging)
        go.set()
        async with life(slack, tmp_path, model) as bot:
            await bot.idle()
            assert [GOOD in text_of(m) for m in bot.said()] == [True]
            assert drafts(bot) == []


@pytest.mark.parametrize("after", [False, True])
async def test_what_was_being_written_after_an_approval_is_completed_too(
    tmp_path: Path, after: bool
) -> None:
    ticket = call("open_ticket", title="The screen flickers", description="It flickers.")
    go = asyncio.Event()
    minds: list[Mind] = [lambda request: ticket, *[held(cited(GOOD), '"citations"', go)] * 2]
    async with ModelServer() as model, town(tmp_path) as slack:
        model.mind = lambda request: minds.pop(0)(request)
        async with life(slack, tmp_path, model) as bot:
            await slack.post(ADA, GENERAL, f"<@{BOT_USER}> Open a ticket. {QUESTION}")
            await slack.wait_for(lambda: any(map(has_buttons, bot.said())))
            (card,) = bot.said()
            slack.hang_next("chat.appendStream", 60, after=after)
            await slack.click(ADA, GENERAL, card.ts, "approve")
            await slack.wait_for(lambda: slack.hanging)
        go.set()
        async with life(slack, tmp_path, model) as bot:
            await bot.idle()
            assert [GOOD in text_of(m) for m in bot.said()] == [False, True]
            assert drafts(bot) == []


async def test_beside_a_reply_that_stands_no_preview_is_begun(tmp_path: Path) -> None:
    """The next run waits until a request of the dead one must have arrived, and shows nothing."""
    async with ModelServer() as model, town(tmp_path) as slack:
        go = asyncio.Event()
        model.mind = held(cited(GOOD), '"citations"', go)
        async with life(slack, tmp_path, model) as bot:
            await slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
            await slack.wait_for(lambda: any("Ask" in text_of(m) for m in drafts(bot)))
            slack.hang_next("chat.stopStream", 60, after=True)
            go.set()
            await slack.wait_for(lambda: slack.hanging)
        before = len(slack.calls)
        slack.hang_next("conversations.replies", 1.5)
        async with life(slack, tmp_path, model) as bot:
            await bot.idle()
            assert [GOOD in text_of(m) for m in bot.said()] == [True]
        assert [c.method for c in slack.calls[before:] if "Stream" in c.method] == []


async def test_a_preview_that_could_not_be_deleted_is_deleted_later(tmp_path: Path) -> None:
    async with ModelServer() as model, town(tmp_path) as slack:
        model.mind = drip(cited(GOOD), 0.1)
        async with life(slack, tmp_path, model) as bot:
            ts = await slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
            await slack.wait_for(lambda: bool(drafts(bot)))
            slack.fail_next("chat.delete", status=500)
            await slack.delete(ADA, GENERAL, ts)
            await slack.wait_for(lambda: not drafts(bot))
            await bot.idle()
            assert bot.said() == []
