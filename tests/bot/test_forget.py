"""Being forgotten: what a person said is gone from the file, byte by byte; the audit is whole."""

import json
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.errors import NotTried
from bot.messages.history import Said
from bot.messages.memory import Condensed, Overheard, Post, Recalled
from bot.state import audit
from bot.state.audit import broken_at
from bot.state.schema import migrate
from bot.state.turns import retry
from bot.state.upkeep import DAY_S, forget_old, remembered
from tests.fakes.turns import RECEIVED_AT, message
from tests.harness import ADA, BEN, BOT_USER, DM, GENERAL, Company, company, text_of

SECRET = "zirconium-ledger-5521"
MENTION = f"<@{BOT_USER}>"


def bytes_of(bot: Company) -> bytes:
    """All that stands in the state's files."""
    home = bot.settings.sluice_home
    return b"".join(path.read_bytes() for path in home.glob("state.db*"))


async def forget(bot: Company, scope: str, user: str = ADA, channel: str = GENERAL) -> str:
    """Say `/forget` and read what the bot tells that person alone."""
    await bot.idle()
    seen = len(bot.slack.messages(channel, viewer=user))
    await bot.slack.command(user, channel, "/forget", scope)
    await bot.slack.wait_for(lambda: len(bot.slack.messages(channel, viewer=user)) > seen)
    await bot.idle()
    told = bot.slack.messages(channel, viewer=user)[-1]
    assert told.visible_to == user
    return text_of(told)


async def rows(bot: Company, sql: str) -> list[Any]:
    return await bot.bot.engine.store(lambda db: db.execute(sql).fetchall())


async def test_after_forget_no_byte_of_it_is_left_and_the_audit_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with company(tmp_path) as bot:
        for n in range(30):  # enough for the file's pages to be split and joined
            await bot.ask(f"Where is {SECRET} number {n}?", channel=DM)
        first = await bot.ask(f"Where is {SECRET}?")
        await bot.ask("And annual leave?", thread=first.root)
        await bot.idle()
        turn = (await rows(bot, "select id from inbox order by seq limit 1"))[0][0]
        spent = await bot.bot.deps.ledger.spent(ADA)
        assert SECRET.encode() in bytes_of(bot)
        told = await forget(bot, "everywhere")
        assert "32 messages you wrote to me" in told
        assert SECRET.encode() not in bytes_of(bot)
        assert await bot.bot.engine.store(broken_at) is None
        assert (await bot.trace(turn)).steps == ()
        assert (await bot.bot.deps.ledger.spent(ADA)).turns == spent.turns
        assert (await bot.trace()).steps[0].name == "forget"
    monkeypatch.setenv("SLUICE_HOME", str(bot.settings.sluice_home))
    assert main(["audit", "verify"]) == 0
    assert "whole" in capsys.readouterr().out


async def test_here_means_here_and_others_keep_their_words(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask("Where is the amber folder?", channel=DM)
        first = await bot.ask(f"Where is {SECRET}?")
        await bot.ask("I look for the violet folder.", user=BEN, thread=first.root)
        told = await forget(bot, "here")
        assert "1 message you wrote to me" in told
        left = bytes_of(bot)
        assert SECRET.encode() not in left
        assert b"amber folder" in left
        assert b"violet folder" in left


async def test_without_a_word_nothing_is_deleted_but_counted(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(f"Where is {SECRET}?")
        told = await forget(bot, "")
        assert "I remember 1 message you wrote to me" in told
        assert "/forget here" in told
        assert SECRET.encode() in bytes_of(bot)


async def test_nobody_is_forgotten_for_another(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(f"Where is {SECRET}?")
        assert "I remember nothing of yours" in await forget(bot, "everywhere", user=BEN)
        assert SECRET.encode() in bytes_of(bot)


async def test_posts_that_were_only_read_in_a_thread_go_too(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        root = await bot.slack.post(BEN, GENERAL, f"I lost {SECRET}.")
        await bot.slack.post(ADA, GENERAL, f"{MENTION} where is paper for the printers?", root)
        await bot.next_reply(0)
        told = await forget(bot, "everywhere", user=BEN)
        assert "1 message of yours that I had read" in told
        assert SECRET.encode() not in bytes_of(bot)
        await bot.ask("And the toner?", thread=root)
        await bot.idle()
        assert SECRET.encode() not in bytes_of(bot)  # nor is it read in Slack again


async def test_what_is_forgotten_is_not_answered_again_by_a_second_delivery(
    tmp_path: Path,
) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(f"Where is {SECRET}?")
        await forget(bot, "everywhere")
        (turn, thread) = (await rows(bot, "select id, thread from inbox order by seq"))[0]
        again = message("Where is it?").model_copy(update={"id": turn, "thread": thread})
        assert not await bot.bot.engine.submit(again)


async def test_a_request_that_waited_is_withdrawn(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        card = await bot.ask("Open a ticket: my laptop screen flickers")
        told = await forget(bot, "everywhere")
        assert "1 request that waited for approval" in told
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await bot.slack.wait_for(
            lambda: "settled already" in text_of(bot.slack.messages(GENERAL, viewer=ADA)[-1])
        )


async def test_a_conversation_that_is_being_answered_is_left_and_said_so(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        first = await bot.ask(f"Where is {SECRET}?")
        await bot.idle()
        reopen = "update inbox set state = 'open' where thread like ?"
        await bot.bot.engine.store(lambda db: db.execute(reopen, (f"%:{first.root}",)))
        assert "still being answered" in await forget(bot, "everywhere")
        assert SECRET.encode() in bytes_of(bot)


async def test_a_failed_turn_that_was_forgotten_is_not_tried_again(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask(f"Where is {SECRET}?")
        await bot.idle()
        await bot.bot.engine.store(lambda db: db.execute("update inbox set state = 'failed'"))
        await forget(bot, "everywhere")
        (turn,) = (await rows(bot, "select id from inbox where state = 'failed'"))[0]
        refused = await bot.bot.engine.store(partial(_refusal, turn=turn))
        assert "has been forgotten" in refused


def _refusal(db: sqlite3.Connection, turn: str) -> str:
    try:
        retry(db, turn)
    except NotTried as error:
        return str(error)
    return ""


async def test_retention_takes_old_texts_out_of_a_thread_that_lives(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        first = await bot.ask(f"Where is {SECRET}?")
        await bot.idle()
        old = time.time() - 31 * DAY_S
        await bot.bot.engine.store(partial(_age, at=old))
        await bot.ask("Where is the paper for the printers?", thread=first.root)
        await bot.idle()
        assert SECRET.encode() in bytes_of(bot)
        assert await forget_old(bot.bot.engine, 30) == 1
        assert SECRET.encode() not in bytes_of(bot)
        (state,) = (await rows(bot, "select state from threads"))[0]
        assert "paper for the printers" in state
        assert await bot.bot.engine.store(broken_at) is None


def _age(db: sqlite3.Connection, at: float) -> None:
    """Let all that there is have happened at a time."""
    db.execute("update inbox set ended_at = ?, received_at = ?", (at, at))
    for thread, state in db.execute("select id, state from threads").fetchall():
        saved = json.loads(state)
        for entry in saved["history"]:
            if entry.get("at"):
                entry["at"] = at
        db.execute("update threads set state = ? where id = ?", (json.dumps(saved), thread))


def test_what_a_thread_remembers_is_cut_by_date() -> None:
    young, now = RECEIVED_AT, RECEIVED_AT.timestamp()
    history = [
        Overheard(posts=(Post(ts=f"{now - 9}", author="person", text="old"),)),
        Condensed(turns=(Recalled(user=ADA, asked="old", answered="", by="x"),)),
        Said(by="person", user=ADA, text="no date, so old"),
        Said(by="bot", text="old"),
        Said(by="person", user=ADA, text="new", at=young),
        Said(by="bot", text="new"),
    ]
    kept = remembered(history, now)
    assert "old" not in json.dumps([entry.model_dump(mode="json") for entry in kept])
    assert [entry.kind for entry in kept] == ["overheard", "condensed", "said", "said"]


def test_an_audit_that_was_changed_does_not_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("SLUICE_HOME", str(home))
    assert main(["audit", "verify"]) == 1
    home.mkdir()
    with closing(sqlite3.connect(home / "state.db", isolation_level=None)) as db:
        migrate(db)
        audit.append(db, 1.0, "t", ADA, "screen", "{}")
        audit.append(db, 2.0, "t", ADA, "reason", "{}")
        capsys.readouterr()
        assert main(["audit", "verify", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["entries"] == 2
        db.execute("drop trigger audit_is_never_updated")
        db.execute("update audit set actor = 'somebody' where seq = 2")
    assert main(["audit", "verify"]) == 1
    assert "entry 2" in capsys.readouterr().err
