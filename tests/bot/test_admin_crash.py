"""An act of administration that is cut short goes on at the next start: not lost, not doubled."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from tests.bot.test_admin import TRAVEL, documents, modal, the
from tests.fakes.embedder import HashEmbedder
from tests.harness import (
    MIRA,
    MIRA_DM,
    PAGES,
    WORKSPACE,
    life,
    load_pages,
    text_of,
)


@asynccontextmanager
async def town(tmp_path: Path) -> AsyncGenerator[LocalSlack]:
    (tmp_path / "sluice.toml").write_text('[access]\nadmins = ["U01MIRA"]\n')
    load_pages(tmp_path / "home", tmp_path / "pages", PAGES, HashEmbedder())
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST), retry_delays_s=(0.05, 0.1)) as slack:
        yield slack


@pytest.mark.parametrize(
    ("method", "after"),
    [
        ("conversations.open", False),
        ("chat.postMessage", False),
        ("chat.postMessage", True),
        ("chat.update", False),
        ("chat.update", True),
        ("files.info", False),
    ],
)
async def test_a_file_is_added_once_and_told_in_one_message(
    tmp_path: Path, method: str, after: bool
) -> None:
    async with town(tmp_path) as slack:
        async with life(slack, tmp_path) as bot:
            await slack.share_file(MIRA, MIRA_DM, "travel.md", TRAVEL)
            card = await bot.next_reply(0, MIRA_DM)
            await bot.idle()
            await slack.click(MIRA, MIRA_DM, card.ts, "kb_add")
            view = await modal(bot)
            slack.hang_next(method, 60, after=after)
            await slack.submit(MIRA, view["id"], {})
            await slack.wait_for(lambda: slack.hanging)
        async with life(slack, tmp_path) as bot:
            await bot.idle()
            assert [d.title for d in documents(bot)].count("Travel policy") == 1
            assert the(bot, "Travel policy").version == 1
            _, board = bot.said(MIRA_DM)
            assert "*Travel policy* is searchable" in text_of(board)


async def test_an_undo_that_runs_again_undoes_nothing_more(tmp_path: Path) -> None:
    """A step that is cut short runs again; there are two changes that could be undone."""
    async with town(tmp_path) as slack, life(slack, tmp_path) as bot:
        page, store = tmp_path / "pages" / "vpn.md", bot.bot.deps.library.store
        for text in ("one", "two"):
            page.write_text(f"# VPN\n\nVersion {text} of the page.\n")
            load_pages(tmp_path / "home", tmp_path / "pages", {}, HashEmbedder())
        vpn, desk = the(bot, "VPN").document_id, bot.bot.deps.desk
        assert desk
        state = desk.librarian.state_of(vpn)
        outcomes = [
            desk.librarian.undo_change(vpn, state, MIRA, added=False).outcome for _ in range(2)
        ]
        assert outcomes == ["undone", "failed"]
        assert "one" in store.chunks_of(vpn)[0].text
