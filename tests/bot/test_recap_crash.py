"""A summary that is cut short goes on at the next start: from the last part, and told once."""

import re
import time
from pathlib import Path

import pytest

from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from tests.bot.test_recap import nothing_to_note, the_summary
from tests.fakes.embedder import HashEmbedder
from tests.fakes.model_server import Answer, ChatRequest, ModelServer, hang
from tests.harness import (
    ADA,
    DM,
    GENERAL,
    PAGES,
    WORKSPACE,
    life,
    load_pages,
    text_of,
)


@pytest.mark.parametrize("cut", [1, 3, 5])
async def test_a_summary_goes_on_from_the_part_where_it_was_cut(tmp_path: Path, cut: int) -> None:
    """Four parts and the whole: at the model's answer number `cut` the bot ends."""
    load_pages(tmp_path / "home", tmp_path / "pages", PAGES, HashEmbedder())
    async with (
        ModelServer() as server,
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST), retry_delays_s=(0.05, 0.1)) as slack,
    ):
        began = time.time() - 3600
        for n in range(300):
            slack.wrote(ADA, GENERAL, f"{n} " + "word " * 40, began + n)

        def think(asked: ChatRequest) -> Answer:
            return hang() if len(server.requests) == cut else nothing_to_note(asked)

        server.mind = think
        async with life(slack, tmp_path, server):
            await slack.command(ADA, GENERAL, "/summarize")
            await server.until(lambda: len(server.requests) == cut)
        async with life(slack, tmp_path, server) as bot:
            await bot.idle()
            assert "300 messages" in text_of(the_summary(bot))
            assert len(bot.said(DM)) == 1
        assert len(server.requests) == 6  # the one that was cut, and no other, was asked again
        texts = [r.last["content"] for r in server.requests]
        read = [int(n) for text in texts for n in re.findall(r"\| (\d+) word", text)]
        assert set(read) == set(range(300))


@pytest.mark.parametrize(
    ("method", "after"),
    [
        ("conversations.history", False),
        ("conversations.open", False),
        ("chat.postMessage", False),
        ("chat.postMessage", True),
        ("chat.update", False),
        ("chat.update", True),
    ],
)
async def test_a_summary_is_told_once_wherever_it_is_cut(
    tmp_path: Path, method: str, after: bool
) -> None:
    load_pages(tmp_path / "home", tmp_path / "pages", PAGES, HashEmbedder())
    async with (
        ModelServer() as server,
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST), retry_delays_s=(0.05, 0.1)) as slack,
    ):
        for n in range(5):
            slack.wrote(ADA, GENERAL, f"{n} word", time.time() - 60 + n)
        server.mind = nothing_to_note
        async with life(slack, tmp_path, server):
            slack.hang_next(method, 60, after=after)
            await slack.command(ADA, GENERAL, "/summarize")
            await slack.wait_for(lambda: slack.hanging)
        async with life(slack, tmp_path, server) as bot:
            await bot.idle()
            assert "5 messages" in text_of(the_summary(bot))
            assert len(bot.said(DM)) == 1
