"""What is old is forgotten; what is open, pending or young is not."""

import asyncio
from pathlib import Path

from bot.errors import BudgetSpent
from bot.messages.events import Event
from bot.messages.history import Said
from bot.state.audit import broken_at
from bot.state.engine import Engine
from bot.state.turn import Turn
from bot.state.turns import retry
from bot.state.upkeep import DAY_S, forget_old, keep_up
from tests.bot.state.helpers import Apologies, Failing, answered, message, rows, running


async def flow(turn: Turn, event: Event) -> None:
    await turn.step(one)
    turn.state.history.append(Said(by="bot", text="secret"))


async def one() -> str:
    return "secret"


async def age(engine: Engine, days: float) -> None:
    """Let everything that has ended have ended so many days earlier."""
    for sql in (
        "update inbox set ended_at = ended_at - ?",
        "update threads set saved_at = saved_at - ?",
    ):
        await engine.store(lambda db, sql=sql: db.execute(sql, (days * DAY_S,)))


async def test_no_text_is_left_of_what_is_old_but_the_audit_is_whole(tmp_path: Path) -> None:
    async with running(tmp_path, flow) as engine:
        for i in range(450):
            await engine.submit(message(f"{i}.0", text="secret"))
        await engine.idle()
        await age(engine, 31)
        await engine.submit(message("9000.0"))
        await engine.idle()
        assert await forget_old(engine, 30) == 450
        assert await engine.store(broken_at) is None
    assert rows(tmp_path, "select count(*) from inbox") == [(1,)]
    assert rows(tmp_path, "select count(*) from threads") == [(1,)]
    assert rows(tmp_path, "select distinct turn from journal") == [(message("9000.0").id,)]
    assert rows(tmp_path, "select count(*) from audit") == [(451,)]


async def test_what_is_open_is_kept_however_old(tmp_path: Path) -> None:
    async with running(tmp_path, Failing(*[ValueError()] * 9), retry_after_s=(3600.0,)) as engine:
        await engine.submit(message())
        await age(engine, 1000)
        assert await forget_old(engine, 14) == 0
    assert rows(tmp_path, "select count(*) from inbox") == [(1,)]


async def test_a_thread_that_still_lives_keeps_what_it_remembers(tmp_path: Path) -> None:
    async with running(tmp_path, flow) as engine:
        await engine.submit(message("1.0"))
        await engine.idle()
        await age(engine, 31)
        await engine.submit(message("1.1", root="1.0"))
        await engine.idle()
        assert await forget_old(engine, 30) == 1
    assert rows(tmp_path, "select id from threads") == [(message("1.0").thread,)]


async def test_while_the_bot_runs_old_turns_go_and_reopened_ones_are_answered(
    tmp_path: Path,
) -> None:
    await answered(tmp_path, Failing(BudgetSpent("x")), message("1.0"), apologies=Apologies())
    async with running(tmp_path, Failing()) as engine:
        await engine.submit(message("2.0"))
        await engine.idle()
        await engine.store(
            lambda db: db.execute(
                "update inbox set ended_at = 1 where id = ?", (message("2.0").id,)
            )
        )
        await engine.store(lambda db: retry(db, message("1.0").id))
        chore = asyncio.create_task(keep_up(engine, 30, asyncio.Event(), every_s=0.01))
        while rows(tmp_path, "select id, state from inbox") != [(message("1.0").id, "done")]:  # noqa: ASYNC110 - another thread
            await asyncio.sleep(0.01)
        chore.cancel()
        await asyncio.gather(chore, return_exceptions=True)
