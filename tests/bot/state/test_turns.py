"""What waits and what has failed is shown, and tried again where that is safe."""

from functools import partial
from pathlib import Path

import pytest

from bot.errors import BudgetSpent, FlowChanged, InDoubt, ModelUnavailable, NotTried
from bot.messages.events import Event
from bot.state import turns
from bot.state.runs import Flow
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import (
    Apologies,
    Failing,
    answered,
    click,
    message,
    running,
    status,
)


async def retry(home: Path, turn: str) -> None:
    with Store(home / "state.db") as store:
        await store(partial(turns.retry, turn=turn))


async def test_what_waits_and_what_failed_is_counted_and_listed(tmp_path: Path) -> None:
    await answered(tmp_path, Failing(BudgetSpent("x")), message("1.0"), message("2.0"))
    with Store(tmp_path / "state.db") as store:
        assert (await store(turns.depth)) == turns.Depth(waiting=0, oldest_s=0.0, failed=1)
        (one,) = await store(lambda db: turns.listed(db, "open", "failed"))
        assert (one.turn_id, one.status, one.error) == (message("1.0").id, "failed", "BudgetSpent")
        await store(
            lambda db: db.execute("update inbox set state = 'open', received_at = received_at - 60")
        )
        found = await store(turns.depth)
        assert (found.waiting, found.failed) == (2, 0)
        assert 60 <= found.oldest_s < 120
        assert await store(lambda db: turns.listed(db, "failed")) == []
        assert len(await store(lambda db: turns.listed(db, "open", most=1))) == 1


async def test_an_event_that_nobody_can_read_is_listed_all_the_same(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        await answered(tmp_path, Failing(BudgetSpent("x")), message())
        await store(lambda db: db.execute("update inbox set body = '{}'"))
        (one,) = await store(lambda db: turns.listed(db, "failed"))
        assert one.event is None


async def test_a_failed_turn_goes_on_from_its_last_step(tmp_path: Path) -> None:
    ran: list[str] = []
    down = True

    async def first() -> int:
        ran.append("first")
        return 1

    async def second() -> int:
        ran.append("second")
        if down:
            raise ModelUnavailable("down")
        return 2

    async def flow(turn: Turn, event: Event) -> None:
        await turn.step(first)
        await turn.step(second)

    apologies = Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert status(tmp_path, message())[0] == "failed"
    down = False
    await retry(tmp_path, message().id)
    await answered(tmp_path, flow, apologies=apologies)
    assert status(tmp_path, message()) == ("done", 1, None)
    assert ran == ["first", "second", "second", "second", "second"]


async def test_a_bot_that_runs_takes_up_what_another_process_has_opened(tmp_path: Path) -> None:
    flow = Failing(BudgetSpent("x"))
    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await engine.idle()
        await retry(tmp_path, message().id)
        await engine.look()
        await engine.idle()
    assert status(tmp_path, message())[0] == "done"


async def test_a_turn_that_fails_again_apologises_again(tmp_path: Path) -> None:
    apologies = Apologies()
    await answered(tmp_path, Failing(BudgetSpent("x")), message(), apologies=apologies)
    await retry(tmp_path, message().id)
    await answered(tmp_path, Failing(BudgetSpent("x")), apologies=apologies)
    assert apologies.errors == ["BudgetSpent"] * 2


async def test_a_journal_of_another_version_is_begun_afresh_if_it_had_not_acted(
    tmp_path: Path,
) -> None:
    await answered(tmp_path, _after_a_step(FlowChanged("x")), message())
    await retry(tmp_path, message().id)
    flow = Failing()
    await answered(tmp_path, flow)
    assert (len(flow.times), status(tmp_path, message())[0]) == (1, "done")


@pytest.mark.parametrize(
    ("error", "says"),
    [(FlowChanged("x"), "another version"), (InDoubt("x"), "nobody can tell")],
)
async def test_what_may_have_acted_is_not_begun_afresh(
    tmp_path: Path, error: Exception, says: str
) -> None:
    await answered(tmp_path, _after_an_act(error), message())
    with pytest.raises(NotTried, match=says):
        await retry(tmp_path, message().id)
    assert status(tmp_path, message())[0] == "failed"


async def test_an_approval_that_has_acted_is_spent(tmp_path: Path) -> None:
    await answered(tmp_path, _after_an_act(BudgetSpent("x")), click("call_1"))
    with pytest.raises(NotTried, match="approval is spent"):
        await retry(tmp_path, click("call_1").id)


async def test_only_what_failed_is_tried_again(tmp_path: Path) -> None:
    await answered(tmp_path, Failing(), message())
    with pytest.raises(NotTried, match="it is done"):
        await retry(tmp_path, message().id)
    with pytest.raises(NotTried, match="no turn nobody"):
        await retry(tmp_path, "nobody")


def _after_a_step(error: Exception) -> Flow:
    async def one() -> int:
        return 1

    async def flow(turn: Turn, event: Event) -> None:
        await turn.step(one)
        raise error

    return flow


def _after_an_act(error: Exception) -> Flow:
    async def act() -> int:
        return 1

    async def flow(turn: Turn, event: Event) -> None:
        await turn.effect(act)
        raise error

    return flow
