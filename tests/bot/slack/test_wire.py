"""Slack as the bot meets it: both ways of delivery, retries, twins, edits, refusals."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.commands.run import serving
from bot.errors import HomeInUse, SettingsError, SurfaceError
from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from bot.parts import STATE
from tests.fakes.embedder import HashEmbedder
from tests.harness import (
    ADA,
    BEN,
    BOT_USER,
    DM,
    GENERAL,
    SHARED,
    WORKSPACE,
    Company,
    company,
    has_buttons,
    settings_for,
    text_of,
)

Mode = Callable[[Path], AbstractAsyncContextManager[Company]]

QUESTION = "How many days of annual leave do employees get?"


@asynccontextmanager
async def over_http(tmp_path: Path) -> AsyncGenerator[Company]:
    """The same company, with events by signed HTTP."""
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST), retry_delays_s=(0.05, 0.1)) as slack:
        settings = settings_for(slack, tmp_path, {"SLUICE_PORT": str(free_port())}, http=True)
        async with serving(settings, HashEmbedder()) as bot:
            slack.send_events_to(f"http://127.0.0.1:{settings.sluice_port}/slack/events")
            assert await slack.verify_request_url()
            yield Company(slack, bot, settings)


def free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("mode", [over_http, company])
async def test_a_mention_is_answered_in_its_thread_and_once(tmp_path: Path, mode: Mode) -> None:
    async with mode(tmp_path) as bot:
        reply = await bot.ask(QUESTION)
        await bot.idle()
        assert reply.is_reply
        assert len(bot.said()) == 1
        twins = [d.type for d in bot.slack.deliveries if d.payload["event"]["user"] == ADA]
        assert sorted(twins) == ["app_mention", "message.channels"]


@pytest.mark.parametrize("mode", [over_http, company])
async def test_a_direct_message_is_answered(tmp_path: Path, mode: Mode) -> None:
    async with mode(tmp_path) as bot:
        reply = await bot.ask("hello", channel=DM)
        assert reply.is_reply


@pytest.mark.parametrize("mode", [over_http, company])
async def test_the_command_is_answered_to_the_asker_alone(tmp_path: Path, mode: Mode) -> None:
    async with mode(tmp_path) as bot:
        outcome = await bot.slack.command(ADA, GENERAL, "/ask", QUESTION)
        assert outcome.ack_status == 200
        await bot.slack.wait_for(lambda: bot.said(viewer=ADA))
        assert bot.said(viewer=BEN) == []


async def test_a_write_by_command_asks_privately_and_runs_once(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.slack.command(ADA, GENERAL, "/ask", "Open a ticket: my laptop screen flickers")
        await bot.slack.wait_for(lambda: bot.said(viewer=ADA))
        (card,) = bot.said(viewer=ADA)
        assert has_buttons(card)
        await bot.idle()
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await bot.slack.wait_for(lambda: len(bot.said(viewer=ADA)) > 1)
        assert "INC-" in text_of(bot.said(viewer=ADA)[-1])
        assert not has_buttons(bot.said(viewer=ADA)[0])
        assert bot.said(viewer=BEN) == []


async def test_nothing_is_unfurled_and_nobody_is_mentioned(tmp_path: Path) -> None:
    pages = {
        "links.md": "# Links\n\nThe links are https://it.larkspur.example/vpn and "
        "<!channel> <@U01BEN> for everybody who asks for links.\n"
    }
    async with company(tmp_path, pages=pages) as bot:
        await bot.ask("Where are the links?")
        await bot.ask("Where are the links?", channel=DM)
        assert bot.slack.unfurled == []
        assert bot.slack.notified == []


async def test_an_event_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        locked = sqlite3.connect(bot.settings.sluice_home / STATE, isolation_level=None)
        locked.execute("begin immediate")
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: any(d.attempts for d in bot.slack.deliveries))
        assert not any(d.acked for d in bot.slack.deliveries)
        locked.execute("rollback")
        locked.close()
        await bot.slack.wait_for(lambda: any(not m.ephemeral for m in bot.said()), timeout=60)
        await bot.idle()
        apology, answer = bot.said(viewer=ADA)
        assert "can't save your message" in text_of(apology)
        assert apology.ephemeral
        assert answer.thread_ts == ts


async def test_a_retry_of_an_event_never_seen_is_answered(tmp_path: Path) -> None:
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST), retry_delays_s=(0.2, 0.5)) as slack:
        settings = settings_for(slack, tmp_path, {})
        await slack.post(ADA, DM, "hello")  # nobody is connected yet
        async with serving(settings, HashEmbedder()):
            await slack.wait_for(lambda: len(slack.messages(DM)) == 2, timeout=60)


async def test_an_edit_before_the_answer_is_what_is_answered(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        bot.slack.hang_next("users.info", 1.0)
        ts = await bot.slack.post(ADA, DM, "gibberish")
        await bot.slack.wait_for(lambda: any(c.method == "users.info" for c in bot.slack.calls))
        await bot.slack.edit(ADA, DM, ts, QUESTION)
        reply = await bot.next_reply(0, DM)
        assert "25 days" in text_of(reply)
        await bot.idle()
        assert len(bot.said(DM)) == 1


async def test_a_message_deleted_before_the_answer_is_not_answered(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        bot.slack.hang_next("users.info", 1.0)
        ts = await bot.slack.post(ADA, DM, QUESTION)
        await bot.slack.wait_for(lambda: any(c.method == "users.info" for c in bot.slack.calls))
        await bot.slack.delete(ADA, DM, ts)
        await bot.slack.wait_for(lambda: all(d.acked for d in bot.slack.deliveries))
        await bot.idle()
        assert bot.said(DM) == []
        assert (await bot.trace()).status == "cancelled"


async def test_a_channel_shared_with_another_company_is_refused(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        reply = await bot.ask(QUESTION, channel=SHARED)
        assert "shared with another company" in text_of(reply)


async def test_a_channel_that_is_not_allowed_is_refused(tmp_path: Path) -> None:
    async with company(tmp_path, config='[access]\nchannels = ["C01OTHER"]\n') as bot:
        reply = await bot.ask(QUESTION)
        assert "not set up to answer in this channel" in text_of(reply)


async def test_the_daily_budget_ends(tmp_path: Path) -> None:
    async with company(tmp_path, config="[limits]\nturns_a_day = 1\n") as bot:
        await bot.ask(QUESTION)
        reply = await bot.ask(QUESTION, channel=DM)
        assert "after midnight" in text_of(reply)


async def test_the_daily_budget_of_everybody_ends_for_everybody(tmp_path: Path) -> None:
    async with company(tmp_path, config="[limits]\nall_turns_a_day = 1\n") as bot:
        await bot.ask(QUESTION)
        reply = await bot.ask(QUESTION, user=BEN)
        assert "Everybody together has used today's budget" in text_of(reply)
        assert "after midnight UTC" in text_of(reply)


async def test_a_429_is_waited_out_and_the_answer_comes_once(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        bot.slack.fail_next("chat.postMessage", status=429, retry_after=1)
        await bot.ask(QUESTION)
        await bot.idle()
        assert len(bot.said()) == 1


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        bot.slack.drop_next("chat.postMessage")
        await bot.ask(QUESTION)
        await bot.idle()
        assert len(bot.said()) == 1
        assert (await bot.trace()).status == "done"


async def test_a_slack_that_refuses_every_post_ends_in_the_log_not_in_a_loop(
    tmp_path: Path,
) -> None:
    async with company(tmp_path) as bot:
        for method in ("chat.postMessage", "chat.startStream"):
            bot.slack.fail_next(method, error="channel_not_found", times=50)
        await bot.slack.post(ADA, DM, QUESTION)
        await bot.slack.wait_for(lambda: any(c.method == "users.info" for c in bot.slack.calls))
        await asyncio.wait_for(bot.idle(), timeout=110)
        assert (await bot.trace()).status == "failed"


async def test_a_workspace_without_statuses_is_asked_for_one_once(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        bot.slack.fail_next("assistant.threads.setStatus", error="unknown_method")
        await bot.ask(QUESTION)
        await bot.ask(QUESTION)
        asked = [c for c in bot.slack.calls if c.method == "assistant.threads.setStatus"]
        assert len(asked) == 1


async def test_opening_the_app_shows_home_and_prompts(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.slack.open_home(ADA)
        await bot.slack.open_dm_tab(ADA)
        await bot.slack.wait_for(
            lambda: (
                {"views.publish", "assistant.threads.setSuggestedPrompts"}
                <= {c.method for c in bot.slack.calls if c.ok and not c.warnings}
            )
        )


async def test_a_wrong_signature_is_refused_and_health_is_told(tmp_path: Path) -> None:
    async with over_http(tmp_path) as bot, aiohttp.ClientSession() as session:
        base = f"http://127.0.0.1:{bot.settings.sluice_port}"
        body = {"type": "event_callback", "team_id": "T1", "event": {"type": "message"}}
        async with session.post(f"{base}/slack/events", json=body) as response:
            assert response.status == 401
        for unreadable in (b"\xff{", b"[]", b"null", b'"text"', b"[" * 50_000):
            headers = {"Content-Type": "application/json"}
            request = session.post(f"{base}/slack/events", data=unreadable, headers=headers)
            async with request as response:
                assert response.status == 400
        async with session.get(f"{base}/healthz") as response:
            assert response.status == 200
        async with session.get(f"{base}/readyz") as response:
            assert (await response.json())["ready"] is True


async def test_a_second_bot_on_one_home_says_why_it_stops(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        with pytest.raises(HomeInUse, match="already runs on"):
            async with serving(bot.settings, HashEmbedder()):
                pass


async def test_a_taken_port_is_named_with_its_variable(tmp_path: Path) -> None:
    async with over_http(tmp_path) as bot:
        other = bot.settings.model_copy(update={"sluice_home": tmp_path / "other"})
        with pytest.raises(SettingsError, match=f"SLUICE_PORT: port {other.sluice_port}"):
            async with serving(other, HashEmbedder()):
                pass


async def test_a_token_that_slack_refuses_ends_the_start(tmp_path: Path) -> None:
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        settings = settings_for(slack, tmp_path, {"SLACK_BOT_TOKEN": "xoxb-wrong"})
        with pytest.raises(SurfaceError, match="invalid_auth: copy the token again"):
            async with serving(settings, HashEmbedder()):
                pass


async def test_without_tokens_all_that_is_missing_is_named(tmp_path: Path) -> None:
    from bot.settings import Settings

    with pytest.raises(SettingsError) as caught:
        async with serving(Settings.from_env({}, tmp_path), HashEmbedder()):
            pass
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("method", "code", "refused"),
    [
        ("users.info", "user_not_found", True),
        ("conversations.info", "channel_not_found", True),
        ("conversations.info", "unknown_method", False),
    ],
)
async def test_who_or_what_slack_does_not_know_is_foreign(
    tmp_path: Path, method: str, code: str, refused: bool
) -> None:
    async with company(tmp_path) as bot:
        bot.slack.fail_next(method, error=code)
        reply = await bot.ask(QUESTION)
        assert ("25 days" not in text_of(reply)) is refused
        requester = await bot.step("identify")
        assert (requester["barred"] is not None) is refused
