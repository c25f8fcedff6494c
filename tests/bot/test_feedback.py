"""Thumbs, reasons and the report, from Slack's wire to what admins read."""

import json
import sqlite3
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.admin.reminders import last_due, send_digests
from bot.cli import main
from bot.config import Weekly
from bot.local_slack import Message
from bot.parts import STATE
from bot.reports.chart import chart, described
from bot.reports.figures import Asked, read
from bot.reports.report import Day, Report, clusters, grouped, report
from tests.fakes.embedder import HashEmbedder
from tests.harness import (
    ADA,
    BEN,
    BEN_DM,
    DM,
    GENERAL,
    MIRA,
    MIRA_DM,
    WORKSPACE,
    Company,
    company,
    text_of,
)

QUESTION = "How many days of annual leave do employees get?"
PARKING = "Where can I park my bicycle at night?"


async def reported(bot: Company) -> Report:
    await bot.idle()
    figures = await bot.bot.engine.store(lambda db: read(db, 7))
    return report(figures, HashEmbedder())


async def thumb(
    bot: Company, user: str, reply: Message, up: bool, value: str | None = None
) -> None:
    action = "feedback_up" if up else "feedback_down"
    await bot.slack.click(user, reply.channel, reply.ts, action, value)
    await bot.idle()


async def test_a_thumb_up_is_kept_once_and_thanked_for(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        reply = await bot.ask(QUESTION)
        await bot.idle()
        await thumb(bot, ADA, reply, up=True)
        await thumb(bot, ADA, reply, up=True)
        await bot.slack.wait_for(lambda: "noted" in text_of(bot.said(viewer=ADA)[-1]))
        found = await reported(bot)
        assert (found.messages, found.answered, found.good, found.bad) == (1, 1, 1, 0)
        assert found.groups == ()


async def test_a_thumb_down_asks_why_and_both_reach_the_report(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        reply = await bot.ask(QUESTION)
        await bot.idle()
        await thumb(bot, BEN, reply, up=False)
        view = await bot.slack.wait_for(lambda: bot.slack.modal(BEN))
        assert view
        values = {"reason": {"value": "It has been 26 days since March."}}
        assert (await bot.slack.submit(BEN, view["id"], values)).closed
        found = await reported(bot)
        assert (found.good, found.bad, found.unanswered) == (0, 1, 1)
        assert found.groups[0].question == QUESTION
        assert found.pages[0].title == "Leave"
        assert (found.remarks[0].question, found.remarks[0].reason) == (
            QUESTION,
            "It has been 26 days since March.",
        )


async def test_who_changes_their_mind_is_counted_once(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        reply = await bot.ask(QUESTION)
        await bot.idle()
        await thumb(bot, ADA, reply, up=False)
        await thumb(bot, ADA, reply, up=True)
        found = await reported(bot)
        assert (found.good, found.bad) == (1, 0)


async def test_a_forged_thumb_on_another_conversation_counts_for_nothing(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(QUESTION, channel=DM)
        await bot.idle()
        private = (await bot.trace()).turn_id
        reply = await bot.ask(PARKING)
        await bot.idle()
        await thumb(bot, BEN, reply, up=False, value=private)
        await thumb(bot, BEN, reply, up=False, value="T:C:9.9")
        assert (await reported(bot)).bad == 0


async def test_questions_without_an_answer_are_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(PARKING)
        await bot.ask("Where may I park a bicycle at night?", user=BEN, channel=GENERAL)
        found = await reported(bot)
        home = bot.settings.sluice_home
    (group,) = found.groups
    assert (group.asked, group.people) == (2, 2)
    monkeypatch.setenv("SLUICE_HOME", str(home))
    assert main(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unanswered"] == 2
    assert main(["report"]) == 0
    assert "bicycle" in capsys.readouterr().out


async def test_an_admin_answers_once_and_the_next_asker_is_right(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        unknown = await bot.ask(PARKING)
        assert "can't find" in text_of(unknown)
        await bot.idle()
        before, monday = len(bot.said(MIRA_DM)), datetime(2030, 1, 7, 9, tzinfo=UTC)
        for _ in range(2):
            await send_digests(bot.bot.engine, WORKSPACE.team_id, (MIRA,), Weekly(), monday)
        told = await bot.next_reply(before, MIRA_DM)
        await bot.idle()
        assert len(bot.said(MIRA_DM)) == before + 1
        assert PARKING in text_of(told)
        await bot.slack.click(MIRA, MIRA_DM, told.ts, "answer_once")
        view = await bot.slack.wait_for(lambda: bot.slack.modal(MIRA))
        assert view
        answer = {"answer": {"value": "Bicycles may be parked at night in the cellar of floor 0."}}
        assert (await bot.slack.submit(MIRA, view["id"], answer)).closed
        await bot.idle()
        reply = await bot.ask(PARKING, user=BEN)
        assert "cellar of floor 0" in text_of(reply)
        document = next(d for d in bot.bot.deps.library.store.documents() if d.title == PARKING)
        assert document.added_by == MIRA
        passages = (await bot.step("retrieve"))["passages"]
        assert any("Said by" in passage["text"] for passage in passages)


async def test_nobody_but_an_admin_gets_a_digest_or_saves_an_answer(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        now = datetime(2030, 1, 7, 7, tzinfo=UTC)
        await bot.ask(PARKING)
        await bot.idle()
        team, before = WORKSPACE.team_id, len(bot.said(MIRA_DM))
        await send_digests(bot.bot.engine, team, (MIRA,), Weekly(), now)
        await send_digests(bot.bot.engine, team, (BEN,), Weekly(), now.replace(hour=9))
        await bot.idle()
        assert len(bot.said(MIRA_DM)) == before
        assert not bot.said(BEN_DM)


def test_there_is_nothing_to_report_before_the_first_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path))
    assert main(["report"]) == 1
    assert "nothing to report" in capsys.readouterr().err
    (tmp_path / STATE).write_text("no database")
    assert main(["report"]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_groups_are_joined_while_they_are_near() -> None:
    near = np.array([[1, 0], [0.9, 0.436], [0, 1]], dtype=np.float32)
    assert clusters(near) == [[0, 1], [2]]
    assert clusters(near[:1]) == [[0]]
    assert grouped((), HashEmbedder()) == ()


def test_the_days_before_are_not_reported() -> None:
    asked = Asked(turn="t", user="u", text="x", state="done", at=0.0, private=False)
    assert not asked.missed
    with sqlite3.connect(":memory:") as db:
        from bot.state.schema import migrate

        db.isolation_level = None
        migrate(db)
        assert read(db, 7).asked == ()
    db.close()


@pytest.mark.parametrize(
    ("day", "hour", "now", "due"),
    [
        ("monday", 8, "2026-11-23 08:00", "2026-11-23 08:00"),
        ("monday", 8, "2026-11-23 07:59", "2026-11-16 08:00"),
        ("friday", 17, "2026-11-23 09:00", "2026-11-20 17:00"),
        ("sunday", 0, "2026-11-22 00:00", "2026-11-22 00:00"),
    ],
)
def test_a_digest_is_due_on_the_day_and_hour_that_are_set(
    day: str, hour: int, now: str, due: str
) -> None:
    weekly = Weekly.model_validate({"day": day, "hour": hour})
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_due(weekly, at) == datetime.fromisoformat(due).replace(tzinfo=UTC)


async def test_an_admin_s_home_shows_the_report_with_a_picture(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask("How many days of annual leave do employees get?")
        await bot.ask("What is our policy on company cars?")
        await bot.idle()
        blocks = await home_of(bot, MIRA)
        shown = json.dumps(blocks)
        assert "2 messages of 1 person, 1 answered, 1 without a good answer" in shown
        assert "What is our policy on company cars?" in shown
        (picture,) = [block for block in blocks if block["type"] == "image"]
        assert "1 answered 1 unanswered" in picture["alt_text"]
        await home_of(bot, MIRA)
        uploads = [c for c in bot.slack.calls if c.method == "files.completeUploadExternal"]
        assert [c.args.get("channel_id") for c in uploads] == [None]  # once, and shared nowhere
        assert not [block for block in await home_of(bot, ADA) if block["type"] == "image"]


async def test_a_home_without_its_picture_is_better_than_none(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask("How many days of annual leave do employees get?")
        await bot.idle()
        bot.slack.fail_next("views.publish", error="invalid_arguments")
        assert "image" not in [block["type"] for block in await home_of(bot, MIRA)]
        bot.slack.fail_next("files.getUploadURLExternal", error="internal_error")
        assert "The last week" in json.dumps(await home_of(bot, MIRA))


async def home_of(bot: Company, user: str) -> list[dict[str, Any]]:
    before = len([c for c in bot.slack.calls if c.method == "views.publish" and c.ok])
    await bot.slack.open_home(user)
    await bot.slack.wait_for(
        lambda: len([c for c in bot.slack.calls if c.method == "views.publish" and c.ok]) > before
    )
    return [c for c in bot.slack.calls if c.method == "views.publish"][-1].args["view"]["blocks"]


def test_the_chart_is_a_picture_and_the_same_days_give_the_same(tmp_path: Path) -> None:
    days = [Day(day=date(2026, 11, 23), answered=3, unanswered=1), Day(day=date(2026, 11, 24))]
    assert chart(days) == chart(days)
    with Image.open(BytesIO(chart(days))) as image:
        assert (image.format, image.size) == ("PNG", (1120, 400))
        assert len({colour for _, colour in image.getcolors(1 << 16) or ()}) > 3
    assert described(days) == "Messages a day. Mon 23 Nov: 3 answered 1 unanswered"
    assert described([]) == "Messages a day. None."
