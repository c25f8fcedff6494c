"""Stopping: what runs may finish in time, the rest goes on at the next start, nothing is lost."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.errors import StateError
from bot.messages.events import Event, Stop
from bot.state import taken_back, turns
from bot.state.engine import Engine
from bot.state.inbox import ATTEMPTS
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import ADA, BEN, Apologies, answered, message, rows, running, status


class TwoSteps:
    """A flow of two steps that can be held in the second."""

    def __init__(self, *, held: bool = True) -> None:
        self.ran: list[str] = []
        self.reached, self.gate = asyncio.Event(), asyncio.Event()
        if not held:
            self.gate.set()

    async def __call__(self, turn: Turn, event: Event) -> None:
        await turn.step(self.first)
        await turn.step(self.second)

    async def first(self) -> int:
        self.ran.append("first")
        return 1

    async def second(self) -> int:
        self.ran.append("second")
        self.reached.set()
        await self.gate.wait()
        self.ran.append("end")
        return 2


async def test_a_turn_that_runs_may_finish(tmp_path: Path) -> None:
    flow = TwoSteps()
    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await flow.reached.wait()
        stopping = asyncio.ensure_future(engine.stop(grace_s=60))
        await asyncio.sleep(0)
        flow.gate.set()
        await stopping
    assert status(tmp_path, message()) == ("done", 1, None)


async def test_a_turn_that_takes_too_long_goes_on_from_its_last_step(tmp_path: Path) -> None:
    flow = TwoSteps()
    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await flow.reached.wait()
        await engine.stop(grace_s=0.01)
    assert status(tmp_path, message()) == ("open", 0, "Stopped")
    flow.gate.set()
    await answered(tmp_path, flow)
    assert flow.ran == ["first", "second", "second", "end"]
    assert status(tmp_path, message()) == ("done", 1, None)


async def test_being_stopped_is_not_counted_as_a_failed_attempt(tmp_path: Path) -> None:
    apologies = Apologies()
    for _ in range(2 * ATTEMPTS):
        flow = TwoSteps()
        async with running(tmp_path, flow, apologies) as engine:
            if not await engine.knows(message().thread):
                await engine.submit(message())
            await flow.reached.wait()
            await engine.stop(grace_s=0)
    await answered(tmp_path, TwoSteps(held=False), apologies=apologies)
    assert status(tmp_path, message()) == ("done", 1, None)
    assert apologies.said == []


async def test_nothing_new_begins_while_it_stops(tmp_path: Path) -> None:
    flow = TwoSteps()
    async with running(tmp_path, flow, running=1) as engine:
        events = message("1.0"), message("1.1", root="1.0"), message("2.0")
        for event in events:
            await engine.submit(event)
        await flow.reached.wait()
        stopping = asyncio.ensure_future(engine.stop(grace_s=60))
        await asyncio.sleep(0)
        flow.gate.set()
        await stopping
    assert [status(tmp_path, event)[:2] for event in events] == [
        ("done", 1),
        ("open", 0),
        ("open", 0),
    ]


async def test_nobody_waits_for_a_thread_that_sleeps(tmp_path: Path) -> None:
    failed = asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        failed.set()
        raise ConnectionError

    async with running(tmp_path, flow, retry_after_s=(3600.0,)) as engine:
        await engine.submit(message())
        await failed.wait()
        await engine.stop(grace_s=3600)
    assert status(tmp_path, message()) == ("open", 1, "ConnectionError")


async def test_what_is_submitted_after_a_stop_is_kept_for_the_next_start(tmp_path: Path) -> None:
    flow = TwoSteps(held=False)
    async with running(tmp_path, flow) as engine:
        await engine.stop()
        assert await engine.submit(message())
        await engine.idle()
        assert flow.ran == []
    await answered(tmp_path, flow)
    assert status(tmp_path, message()) == ("done", 1, None)


async def test_what_is_submitted_after_the_file_is_closed_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, TwoSteps(), Apologies())
    with pytest.raises(StateError, match="closed"):
        await engine.submit(message())
    assert rows(tmp_path, "select * from inbox") == []


async def test_a_stop_with_nothing_to_do_is_quick_and_can_be_repeated(tmp_path: Path) -> None:
    async with running(tmp_path, TwoSteps()) as engine:
        await engine.stop(grace_s=3600)
        await engine.stop(grace_s=3600)


# --- the stop button ------------------------------------------------------------------------------


def press(user: str = ADA) -> Stop:
    """The stop button of `message()`'s thread."""
    asked = message()
    return Stop(
        id="x", thread=asked.thread, place=asked.place, user=user, received_at=asked.received_at
    )


async def test_a_press_holds_through_a_crash_and_nothing_is_taken_up_again(tmp_path: Path) -> None:
    """The process dies right after the press was saved, before it could stop anything."""
    flow, apologies = TwoSteps(), Apologies()
    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await flow.reached.wait()
        await engine.store(partial(taken_back.halt, stop=press(), admin=False))
    flow.gate.set()
    await answered(tmp_path, flow, apologies=apologies)
    assert flow.ran == ["first", "second"]
    assert apologies.errors == ["Stopped"]
    assert status(tmp_path, message()) == ("failed", 1, "Stopped")


async def test_a_press_is_an_event_of_the_inbox_and_in_the_audit(tmp_path: Path) -> None:
    flow = TwoSteps()
    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await flow.reached.wait()
        assert await engine.halt(press(), admin=False)
        assert await engine.halt(press(), admin=False)
        await engine.idle()
    kept = rows(tmp_path, "select user, state from inbox where id like 'stop:%'")
    assert kept == [(ADA, "done")]
    assert rows(tmp_path, "select actor from audit where name = 'stop'") == [(ADA,)]


async def test_a_press_of_somebody_else_stops_nothing_unless_they_are_an_admin(
    tmp_path: Path,
) -> None:
    flow = TwoSteps()
    async with running(tmp_path, flow) as engine:
        assert await engine.halt(press(BEN), admin=False)  # there is nothing to forbid
        await engine.submit(message())
        await flow.reached.wait()
        assert not await engine.halt(press(BEN), admin=False)
        assert status(tmp_path, message())[0] == "open"
        assert await engine.halt(press(BEN), admin=True)
        await engine.idle()
    assert status(tmp_path, message()) == ("failed", 1, "Stopped")


async def test_what_was_stopped_can_be_tried_again(tmp_path: Path) -> None:
    flow = TwoSteps()
    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await flow.reached.wait()
        await engine.halt(press(), admin=False)
        await engine.idle()
        await engine.store(partial(turns.retry, turn=message().id))
        flow.gate.set()
        await engine.look()
        await engine.idle()
    assert status(tmp_path, message()) == ("done", 1, None)
