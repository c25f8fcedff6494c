"""Nothing is missed and nothing is answered twice: outages, bad input, slow channels, statuses."""

import asyncio
import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.commands.run import serving
from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from bot.parts import STATE
from bot.settings import Settings
from bot.slack.client import make_client
from bot.state.order import Order
from tests.fakes.embedder import HashEmbedder
from tests.fakes.model_server import ModelServer, hang, say
from tests.harness import (
    ADA,
    BEN,
    BEN_DM,
    BOT_USER,
    DM,
    GENERAL,
    TEAM,
    WORKSPACE,
    Company,
    company,
    load_pages,
    settings_for,
    text_of,
)

QUESTION = "How many days of annual leave do employees get?"
MENTION = f"<@{BOT_USER}> {QUESTION}"
HOUR = 3600.0


class Clock:
    """Slack's clock, which a test sets back to write as if some hours ago."""

    def __init__(self) -> None:
        self.ago = 0.0

    def __call__(self) -> float:
        return time.time() - self.ago


class Outage:
    """A Slack that tries to deliver once only, and a home that a bot comes to and goes from."""

    def __init__(self, slack: LocalSlack, settings: Settings, clock: Clock) -> None:
        self.slack, self.settings, self.clock = slack, settings, clock

    @asynccontextmanager
    async def bot(self) -> AsyncGenerator[Company]:
        async with serving(self.settings, HashEmbedder()) as bot:
            yield Company(self.slack, bot, self.settings)

    def set_mark(self, hours: float) -> None:
        """Let the bot have been away for so many hours."""
        with closing(sqlite3.connect(self.settings.sluice_home / STATE)) as db, db:
            at = time.time() - hours * HOUR
            db.execute("insert or replace into marks values('caught_up', ?)", (at,))

    def mark(self) -> float:
        with closing(sqlite3.connect(self.settings.sluice_home / STATE)) as db:
            return db.execute("select at from marks").fetchone()[0]

    def roots(self, channel: str) -> list[str]:
        """The threads that the bot has answered in, in order, each as often as it did."""
        said = [m for m in self.slack.messages(channel) if m.user == BOT_USER]
        return [m.root for m in said]


@pytest.fixture
async def outage(tmp_path: Path) -> AsyncGenerator[Outage]:
    clock = Clock()
    manifest = Manifest.read(MANIFEST)
    async with LocalSlack(WORKSPACE, manifest, retry_delays_s=(), clock=clock) as slack:
        settings = settings_for(slack, tmp_path, {})
        load_pages(
            settings.sluice_home,
            tmp_path / "pages",
            {"leave.md": "# Leave\n\nEmployees get 25 days of annual leave a year.\n"},
            HashEmbedder(),
        )
        yield Outage(slack, settings, clock)


async def test_after_a_day_away_every_missed_mention_and_message_is_answered_once(
    outage: Outage,
) -> None:
    slack, clock = outage.slack, outage.clock
    clock.ago = 40 * HOUR
    old = await slack.post(BEN, GENERAL, "A thread without us")
    async with outage.bot() as bot:
        await slack.post(ADA, DM, "hello")
        known = await slack.post(ADA, GENERAL, MENTION)
        await slack.wait_for(lambda: outage.roots(GENERAL) and outage.roots(DM))
        await bot.idle()
    before = len(slack.messages(DM))
    outage.set_mark(30)
    missed: list[tuple[str, str]] = []
    for hours in (29, 20, 3):
        clock.ago = hours * HOUR
        missed += [
            (GENERAL, await slack.post(ADA, GENERAL, MENTION)),
            (TEAM, await slack.post(BEN, TEAM, MENTION)),
            (DM, await slack.post(ADA, DM, QUESTION)),
        ]
        await slack.post(BEN, GENERAL, "not for the bot")
    await slack.post(BEN, GENERAL, MENTION, old)  # in a thread that we do not know
    await slack.post(ADA, GENERAL, QUESTION, known)  # in a thread of ours, without a mention
    clock.ago = 0
    for _ in range(2):  # and not again after another restart
        async with outage.bot() as bot:
            await slack.wait_for(lambda: len(outage.roots(GENERAL)) == 6, timeout=60)
            await slack.wait_for(lambda: len(slack.messages(DM)) == before + 6, timeout=60)
            await bot.idle()
        outage.set_mark(30)
    for channel, root in missed:
        assert outage.roots(channel).count(root) == 1, (channel, root)
    assert outage.roots(GENERAL).count(old) == 1
    assert outage.roots(GENERAL).count(known) == 2


async def test_an_answer_that_comes_after_more_than_a_day_says_when_it_was_asked(
    outage: Outage,
) -> None:
    async with outage.bot() as bot:
        pass
    outage.set_mark(30)
    outage.clock.ago = 29 * HOUR
    late = await outage.slack.post(ADA, GENERAL, MENTION)
    asked = time.strftime("%d %B %Y at %H:%M", time.gmtime(float(late)))
    outage.clock.ago = 20 * HOUR
    await outage.slack.post(ADA, GENERAL, MENTION)
    outage.clock.ago = 0
    async with outage.bot() as bot:
        await outage.slack.wait_for(lambda: len(outage.roots(GENERAL)) == 2, timeout=60)
        first, second = sorted(bot.said(), key=lambda m: float(m.root))
        assert first.root == late
        assert f"You wrote this on {asked} UTC, while I was away." in text_of(first)
        assert "while I was away" not in text_of(second)


async def test_a_new_home_answers_nothing_of_what_was_written_before_it(outage: Outage) -> None:
    await outage.slack.post(ADA, GENERAL, MENTION)
    async with outage.bot() as bot:
        await outage.slack.post(ADA, DM, "hello")
        await outage.slack.wait_for(lambda: len(outage.slack.messages(DM)) == 2)
        await bot.idle()
    assert outage.roots(GENERAL) == []


async def test_an_edit_that_was_missed_is_what_is_answered(outage: Outage) -> None:
    slack = outage.slack
    async with outage.bot() as bot:
        slack.hang_next("users.info", 30)
        ts = await slack.post(ADA, DM, "gibberish")
        await slack.wait_for(lambda: slack.hanging)
        await bot.bot.engine.stop(grace_s=0)
    await slack.edit(ADA, DM, ts, QUESTION)
    slack.hang_next("users.info", 1)  # so that the mark is read before the answer
    async with outage.bot() as bot:
        await slack.wait_for(lambda: bot.said(DM), timeout=60)
        assert "25 days" in text_of(bot.said(DM)[-1])


async def test_a_channel_that_cannot_be_read_does_not_hide_the_others(outage: Outage) -> None:
    async with outage.bot():
        pass
    outage.set_mark(2)
    outage.clock.ago = HOUR
    await outage.slack.post(ADA, GENERAL, MENTION)
    await outage.slack.post(BEN, TEAM, MENTION)
    outage.clock.ago = 0
    outage.slack.fail_next("conversations.history", error="missing_scope")
    async with outage.bot() as bot:
        await outage.slack.wait_for(lambda: outage.roots(TEAM) or outage.roots(GENERAL))
        await bot.idle()
    assert len(outage.roots(TEAM) + outage.roots(GENERAL)) == 1


async def test_the_mark_moves_when_all_was_read(outage: Outage) -> None:
    async with outage.bot():
        pass
    outage.set_mark(2)
    outage.slack.fail_next("users.conversations", error="internal_error")
    async with outage.bot():
        await outage.slack.wait_for(
            lambda: any(c.method == "users.conversations" for c in outage.slack.calls)
        )
    assert time.time() - outage.mark() > HOUR
    async with outage.bot():
        await outage.slack.wait_for(
            lambda: any(c.method == "conversations.history" for c in outage.slack.calls)
        )
        while time.time() - outage.mark() > HOUR:  # noqa: ASYNC110 - another thread
            await asyncio.sleep(0.02)


# --- slow channels, statuses ----------------------------------------------------------------------


async def test_a_channel_that_slack_slows_down_holds_up_no_other(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask("hello", channel=DM)
        bot.slack.fail_next("chat.startStream", error="unknown_method", times=8)
        bot.slack.fail_next("chat.postMessage", status=429, retry_after=9)
        began = time.monotonic()
        for _ in range(3):
            await bot.slack.post(ADA, GENERAL, MENTION)
        refused = lambda: any(c.status == 429 for c in bot.slack.calls)  # noqa: E731
        await bot.slack.wait_for(refused)
        await bot.ask("hello", channel=BEN_DM, user=BEN)
        await bot.ask("hello", channel=DM)
        assert time.monotonic() - began < 9
        assert bot.said() == []
        await bot.idle()
        assert len(bot.said()) == 3
        assert sum(c.status == 429 for c in bot.slack.calls) == 1  # those behind waited with it


async def test_posts_of_a_channel_go_out_one_by_one(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        bot.slack.fail_next("chat.startStream", error="unknown_method", times=8)
        bot.slack.hang_next("chat.postMessage", 2)
        for _ in range(4):
            await bot.slack.post(ADA, GENERAL, MENTION)
        await bot.slack.wait_for(lambda: bot.slack.hanging)
        await asyncio.sleep(0.5)
        assert bot.said() == []
        await bot.idle()
        assert len(bot.said()) == 4


def environment(model: ModelServer) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_API_KEY": model.api_key,
        "SLUICE_MODEL": model.model,
    }


async def test_a_deleted_message_leaves_no_status_standing(tmp_path: Path) -> None:
    answers = [say("clarify", "What do you mean?"), hang()]
    async with ModelServer() as model, company(tmp_path, env=environment(model)) as bot:
        model.mind = lambda _: answers.pop(0)
        root = (await bot.ask(QUESTION)).root
        await bot.idle()
        bot.slack.hang_next("assistant.threads.setStatus", 1, after=True)
        ts = await bot.slack.post(ADA, GENERAL, "And for how long?", root)
        await bot.slack.wait_for(lambda: bot.slack.status(GENERAL, root))
        await bot.slack.delete(ADA, GENERAL, ts)
        await bot.slack.wait_for(lambda: not bot.slack.status(GENERAL, root))
        await bot.idle()
        assert len(bot.said()) == 1


async def test_a_reply_that_is_found_after_a_failure_leaves_no_status_standing(
    tmp_path: Path,
) -> None:
    async with company(tmp_path) as bot:
        bot.slack.drop_next("chat.postMessage")
        reply = await bot.ask(QUESTION)
        await bot.idle()
        assert len(bot.said()) == 1
        assert bot.slack.status(GENERAL, reply.root) == ""


def refuse_posts(slack: LocalSlack) -> None:
    """Take no message any more, neither at once nor as a stream."""
    for method in ("chat.postMessage", "chat.startStream"):
        slack.fail_next(method, error="channel_not_found", times=50)


async def test_a_status_of_what_was_given_up_is_cleared(outage: Outage) -> None:
    slack = outage.slack
    async with outage.bot() as bot:
        refuse_posts(slack)
        ts = await slack.post(ADA, GENERAL, MENTION)
        await slack.wait_for(lambda: slack.status(GENERAL, ts))
        await bot.idle()
        await slack.wait_for(lambda: not slack.status(GENERAL, ts))


async def test_a_status_that_a_bot_left_which_died_is_cleared_at_the_next_start(
    outage: Outage,
) -> None:
    slack = outage.slack
    async with outage.bot() as bot:
        refuse_posts(slack)
        given_up = await slack.post(ADA, GENERAL, MENTION)
        await slack.wait_for(lambda: slack.status(GENERAL, given_up))
        await bot.idle()
        other = await slack.post(BEN, GENERAL, "Who has the keys?")
    client = make_client(slack.bot_token, slack.api_url)
    for root in (given_up, other):
        await client.assistant_threads_setStatus(
            channel_id=GENERAL, thread_ts=root, status="is thinking..."
        )
    async with outage.bot():
        await slack.wait_for(lambda: not slack.status(GENERAL, given_up))
        assert slack.status(GENERAL, other)  # that is none of ours


# --- bad input ------------------------------------------------------------------------------------


@asynccontextmanager
async def _http(tmp_path: Path) -> AsyncGenerator[tuple[Company, aiohttp.ClientSession, str]]:
    """The bot by HTTP, and somebody who knows its signing secret and posts what they like."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        settings = settings_for(slack, tmp_path, {"SLUICE_PORT": str(port)}, http=True)
        async with (
            serving(settings, HashEmbedder()) as bot,
            aiohttp.ClientSession() as session,
        ):
            slack.send_events_to(f"http://127.0.0.1:{port}/slack/events")
            yield Company(slack, bot, settings), session, f"http://127.0.0.1:{port}/slack/events"


def _signed(bot: Company, body: bytes, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(bot.slack.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def _event(ts: object, text: str = "hello", **fields: Any) -> bytes:
    event = {"type": "message", "user": ADA, "text": text, "ts": ts, "channel": DM} | fields
    event["channel_type"] = "im" if event["channel"] == DM else "channel"
    body = {"type": "event_callback", "team_id": WORKSPACE.team_id, "event_id": "Ev1"}
    return json.dumps({**body, "event": event}).encode()


async def _turns(bot: Company) -> list[tuple[str, str]]:
    return await bot.bot.engine.store(
        lambda db: db.execute("select id, state from inbox order by seq").fetchall()
    )


async def test_the_same_time_in_two_channels_is_two_messages(tmp_path: Path) -> None:
    async with _http(tmp_path) as (bot, session, url):
        for channel in (DM, GENERAL):
            body = _event("5.5", f"<@{BOT_USER}> hello", channel=channel)
            async with session.post(url, data=body, headers=_signed(bot, body)) as response:
                assert response.status == 200
        assert len(await _turns(bot)) == 2


@pytest.mark.parametrize("ts", [None, "", "soon", 5, "nan", "-1.0", "1e400", {"a": 1}])
async def test_a_message_without_a_time_is_acknowledged_and_left(
    tmp_path: Path, ts: object
) -> None:
    async with _http(tmp_path) as (bot, session, url):
        body = _event(ts)
        async with session.post(url, data=body, headers=_signed(bot, body)) as response:
            assert response.status == 200  # else Slack delivers it again and again
        assert await _turns(bot) == []


class Noted(Order):
    """Notes how many events were on disk when a delivery had gone before all turns."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.saved = path, list[int]()

    @contextmanager
    def delivery(self) -> Generator[None]:
        with super().delivery():
            yield
            with closing(sqlite3.connect(self.path)) as db:
                self.saved.append(db.execute("select count(*) from inbox").fetchone()[0])


async def test_an_event_goes_before_turns_until_it_is_on_disk(tmp_path: Path) -> None:
    async with _http(tmp_path) as (bot, session, url):
        bot.bot.engine.order = order = Noted(bot.settings.sluice_home / STATE)
        for n in range(1, 4):
            body = _event(f"{n}.5")
            async with session.post(url, data=body, headers=_signed(bot, body)) as response:
                assert response.status == 200
        assert order.saved == [1, 2, 3]


async def test_a_message_from_the_future_is_answered(tmp_path: Path) -> None:
    async with _http(tmp_path) as (bot, session, url):
        body = _event(f"{time.time() + 86_400 * 400:.6f}")
        async with session.post(url, data=body, headers=_signed(bot, body)) as response:
            assert response.status == 200
        ((_, state),) = await _turns(bot)
        assert state == "open"


async def test_a_replayed_request_changes_nothing(tmp_path: Path) -> None:
    async with _http(tmp_path) as (bot, session, url):
        body = _event("5.5")
        headers = _signed(bot, body)
        for _ in range(5):
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 200
        assert len(await _turns(bot)) == 1


async def test_a_request_that_is_old_or_that_somebody_else_signed_is_refused(
    tmp_path: Path,
) -> None:
    async with _http(tmp_path) as (bot, session, url):
        body = _event("5.5")
        wrong = [
            _signed(bot, body, time.time() - 6 * 60),
            _signed(bot, body, time.time() + 6 * 60),
            _signed(bot, body + b" "),
            {**_signed(bot, body), "X-Slack-Signature": "v0=00"},
            {"Content-Type": "application/json"},
        ]
        for headers in wrong:
            async with session.post(url, data=body, headers=headers) as response:
                assert response.status == 401
        assert await _turns(bot) == []


async def test_a_message_of_a_megabyte_is_answered_and_more_is_refused(tmp_path: Path) -> None:
    async with _http(tmp_path) as (bot, session, url):
        body = _event("5.5", "long " * 200_000)
        async with session.post(url, data=BytesIO(body), headers=_signed(bot, body)) as response:
            assert response.status == 200
        huge = _event("6.5", "x" * 3 * 2**20)
        async with session.post(url, data=BytesIO(huge), headers=_signed(bot, huge)) as response:
            assert response.status in (400, 413)
        ((turn, _),) = await _turns(bot)
        assert turn.endswith("5.5")


async def test_a_thousand_events_in_a_second_and_a_long_thread_are_taken_in_time(
    tmp_path: Path,
) -> None:
    async with _http(tmp_path) as (bot, session, url):
        acks: list[float] = []

        async def deliver(ts: str, **fields: Any) -> None:
            body = _event(ts, user="U0NOBODY", **fields)
            began = time.perf_counter()
            async with session.post(url, data=body, headers=_signed(bot, body)) as response:
                assert response.status == 200
            acks.append(time.perf_counter() - began)

        await bot.bot.engine.stop(grace_s=0)  # it is the edge that is asked here
        many = [deliver(f"{i}.5") for i in range(500)]
        long = [deliver(f"{i}.7", thread_ts="1.7") for i in range(500)]
        await asyncio.gather(*many, *long)
        assert len(await _turns(bot)) == 1000
        assert max(acks) < 30  # Slack waits 3 s; this machine may be busy with other tests
