"""Who goes first: deliveries, then turns, older ones before younger, then what people see."""

import asyncio
from pathlib import Path

import pytest

from bot.messages.events import Event
from bot.state.engine import Engine
from bot.state.order import AT_ONCE, FEW, PATIENCE_S, Order
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import Apologies, message


async def rounds(number: int = 8) -> None:
    """Let the loop go round so often."""
    for _ in range(number):
        await asyncio.sleep(0)


class Steps:
    """Steps that note when they begin, and that they are at it until they are told to end."""

    def __init__(self, order: Order) -> None:
        self.order, self.begun = order, list[int]()
        self.end, self._more = asyncio.Event(), asyncio.Event()
        self.tasks: dict[int, asyncio.Task[None]] = {}

    def wait(self, *numbers: int) -> None:
        """Let steps of these turns want to begin, in this order."""
        self.tasks |= {number: asyncio.create_task(self._one(number)) for number in numbers}

    async def until(self, number: int) -> None:
        """Wait until so many have begun."""
        async with asyncio.timeout(30):
            while len(self.begun) < number:
                self._more.clear()
                await self._more.wait()

    async def _one(self, number: int) -> None:
        async with self.order.step(number):
            self.begun.append(number)
            self._more.set()
            await self.end.wait()


@pytest.fixture
async def steps() -> Steps:
    """Steps in an order that only rounds of the loop decide, however slow the machine is."""
    return Steps(Order(held_s=60.0, patience_s=60.0))


@pytest.fixture
async def timed() -> Steps:
    """Steps in an order as it is."""
    return Steps(Order())


async def test_the_step_of_the_oldest_turn_begins_first(steps: Steps) -> None:
    steps.wait(3, 1, 2)
    await rounds()
    assert steps.begun == [1, 2, 3]


async def test_one_step_begins_in_a_round_of_the_loop(steps: Steps) -> None:
    steps.wait(*range(5))
    seen: list[int] = []
    while len(steps.begun) < 5:
        await rounds(1)
        seen.append(len(steps.begun))
    assert [n for n in seen if n] == [1, 2, 3, 4, 5]


async def test_no_step_begins_while_a_delivery_is_taken(steps: Steps) -> None:
    with steps.order.delivery():
        with steps.order.delivery():
            steps.wait(1)
            await rounds()
        await rounds()
        assert steps.begun == []
    await rounds()
    assert steps.begun == [1]


async def test_a_delivery_that_comes_while_steps_wait_goes_first(steps: Steps) -> None:
    steps.wait(*range(9))
    await rounds(3)
    with steps.order.delivery():
        await rounds()
        held = len(steps.begun)
    await rounds(12)
    assert 0 < held < len(steps.begun) == 9


async def test_where_deliveries_come_without_a_pause_steps_begin_all_the_same(
    timed: Steps,
) -> None:
    timed.wait(1, 2)
    with timed.order.delivery():
        await timed.until(2)
    assert timed.begun == [1, 2]


async def test_deliveries_that_overlap_do_not_begin_the_patience_anew(timed: Steps) -> None:
    async def deliver() -> None:
        with timed.order.delivery():
            await asyncio.sleep(PATIENCE_S / 2)

    async with asyncio.TaskGroup() as group:
        group.create_task(deliver())
        await rounds(2)
        timed.wait(1)
        async with asyncio.timeout(30):
            while timed.begun != [1]:
                group.create_task(deliver())
                await asyncio.sleep(PATIENCE_S / 4)


async def test_only_so_many_turns_are_at_a_step_at_once(steps: Steps) -> None:
    steps.wait(*range(AT_ONCE + 2))
    await rounds(3 * AT_ONCE)
    assert len(steps.begun) == AT_ONCE
    steps.end.set()
    await rounds(20)
    assert len(steps.begun) == AT_ONCE + 2


async def test_a_step_that_waits_for_the_world_makes_room(timed: Steps) -> None:
    timed.wait(*range(AT_ONCE + 2))
    await timed.until(AT_ONCE + 2)


async def test_a_turn_that_was_stopped_holds_up_no_other(steps: Steps) -> None:
    with steps.order.delivery():
        steps.wait(1, 2)
        await rounds()
        steps.tasks[1].cancel()
        await rounds()
    await rounds()
    assert steps.begun == [2]


async def test_what_people_see_waits_until_few_turns_are_at_a_step(steps: Steps) -> None:
    steps.wait(*range(FEW))
    await rounds()
    shown = steps.order.last()
    await rounds()
    assert (len(steps.begun), shown.done()) == (FEW, False)
    steps.end.set()
    await rounds()
    assert shown.done()


async def test_who_has_no_time_goes_by_themselves(steps: Steps) -> None:
    with steps.order.delivery():
        shown = steps.order.last()
        steps.wait(1)
        shown.set_result(None)
    await rounds()
    assert steps.begun == [1]


async def test_the_turns_of_an_engine_keep_to_its_order(tmp_path: Path) -> None:
    done: list[str] = []

    async def one() -> int:
        return 1

    async def flow(turn: Turn, event: Event) -> None:
        await turn.step(one)
        done.append(event.id)

    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, flow, Apologies(), order=Order(patience_s=60.0))
        await engine.start()
        with engine.order.delivery():
            for n in range(5):
                await engine.submit(message(f"{n}.0"))
            await asyncio.sleep(0.05)
            assert done == []
        await engine.idle()
    assert len(done) == 5
