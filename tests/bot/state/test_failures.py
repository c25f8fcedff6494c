"""Turns that fail: tried again, then parked with one apology, and the thread goes on."""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from bot.errors import BudgetSpent, FlowChanged, InDoubt, ModelUnavailable, StateError, SurfaceError
from bot.messages.events import Event, Message
from bot.state import inbox
from bot.state.engine import Engine
from bot.state.inbox import ATTEMPTS
from bot.state.runs import APOLOGIES, Flow
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import (
    Apologies,
    Failing,
    answered,
    message,
    running,
    status,
)


async def test_a_turn_that_fails_is_tried_again_after_the_given_pauses(tmp_path: Path) -> None:
    flow, apologies = Failing(ValueError(), ModelUnavailable("down")), Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies, retry_after_s=(0.05, 0.1))
    first, second, third = flow.times
    assert second - first >= 0.05
    assert third - second >= 0.1
    assert status(tmp_path, message()) == ("done", 3, None)
    assert apologies.said == []


async def test_a_turn_that_keeps_failing_is_parked_with_one_apology(tmp_path: Path) -> None:
    flow, apologies = Failing(*[ModelUnavailable("down")] * 9), Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert len(flow.times) == ATTEMPTS
    assert status(tmp_path, message()) == ("failed", ATTEMPTS, "ModelUnavailable")
    assert apologies.said == [(message().id, "ModelUnavailable")]
    await answered(tmp_path, flow, apologies=apologies)
    assert (len(flow.times), len(apologies.said)) == (ATTEMPTS, 1)


async def test_nobody_who_may_have_the_answer_gets_an_apology_while_that_cannot_be_asked(
    tmp_path: Path,
) -> None:
    asked, down = 0, ATTEMPTS + 2

    async def post() -> int:
        raise ConnectionError

    async def find() -> int | None:
        nonlocal asked
        asked += 1
        if asked <= down:
            raise SurfaceError("conversations.replies: TimeoutError")
        return 1

    async def flow(turn: Turn, event: Event) -> None:
        await turn.effect(post, lookup=find)

    apologies = Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies, retry_after_s=(0.01,))
    assert (asked, apologies.said) == (down + 1, [])
    assert status(tmp_path, message())[0] == "done"


@pytest.mark.parametrize("error", [BudgetSpent("x"), FlowChanged("x"), InDoubt("x")])
async def test_what_another_attempt_would_meet_again_is_parked_at_once(
    tmp_path: Path, error: Exception
) -> None:
    flow, apologies = Failing(error), Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert status(tmp_path, message()) == ("failed", 1, type(error).__name__)
    assert apologies.errors == [type(error).__name__]


async def test_while_a_thread_waits_for_its_next_attempt_others_have_its_place(
    tmp_path: Path,
) -> None:
    failed, other = asyncio.Event(), asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        if event.id == message("1.0").id:
            failed.set()
            raise ValueError
        other.set()

    async with running(tmp_path, flow, running=1, retry_after_s=(3600.0,)) as engine:
        await engine.submit(message("1.0"))
        await failed.wait()
        await engine.submit(message("2.0"))
        await other.wait()


async def test_a_turn_that_fails_holds_up_its_own_thread_only_until_it_is_parked(
    tmp_path: Path,
) -> None:
    order: list[str] = []

    async def flow(turn: Turn, event: Event) -> None:
        order.append(event.id[-3:])
        if event.id == message("1.0").id:
            raise ValueError

    await answered(tmp_path, flow, message("1.0"), message("1.1", root="1.0"))
    assert order == ["1.0", "1.0", "1.0", "1.1"]


async def test_the_step_that_failed_is_tried_again_and_those_before_it_are_not(
    tmp_path: Path,
) -> None:
    ran: list[str] = []

    async def first() -> int:
        ran.append("first")
        return 1

    async def second() -> int:
        ran.append("second")
        if ran.count("second") < ATTEMPTS:
            raise ValueError
        return 2

    async def flow(turn: Turn, event: Event) -> None:
        await turn.step(first)
        await turn.step(second)

    await answered(tmp_path, flow, message())
    assert ran == ["first", "second", "second", "second"]


async def test_a_changed_flow_is_parked_and_nothing_is_guessed(tmp_path: Path) -> None:
    acted: list[str] = []

    async def screen() -> int:
        return 1

    async def inspect() -> int:
        acted.append("inspected")
        return 1

    remembered = asyncio.Event()

    async def old(turn: Turn, event: Event) -> None:
        await turn.step(screen)
        remembered.set()
        await asyncio.Future()

    async def new(turn: Turn, event: Event) -> None:
        await turn.step(inspect)

    async with running(tmp_path, old) as engine:
        await engine.submit(message())
        await remembered.wait()
    apologies = Apologies()
    await answered(tmp_path, new, apologies=apologies)
    assert status(tmp_path, message())[0::2] == ("failed", "FlowChanged")
    assert (acted, apologies.errors) == ([], ["FlowChanged"])


async def test_a_flow_that_cancels_itself_does_not_run_for_ever(tmp_path: Path) -> None:
    runs: list[str] = []

    async def flow(turn: Turn, event: Event) -> None:
        runs.append(event.id)
        raise asyncio.CancelledError

    apologies = Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert (len(runs), len(apologies.said)) == (ATTEMPTS, 1)


# --- the apology ----------------------------------------------------------------------------------


async def test_an_apology_that_fails_is_tried_again_and_then_holds_up_nothing(
    tmp_path: Path,
) -> None:
    tried: list[str] = []

    async def speechless(turn: Turn, event: Event, error: Exception) -> None:
        tried.append(event.id)
        raise ConnectionError

    with Store(tmp_path / "state.db") as store:
        flow = Failing(*[BudgetSpent("x")] * ATTEMPTS)
        engine = Engine(store, flow, speechless, retry_after_s=(0.001,))
        await engine.start()
        await engine.submit(message("1.0"))
        await engine.submit(message("1.1", root="1.0"))
        async with asyncio.timeout(30):
            await engine.idle()
    assert status(tmp_path, message("1.0")) == ("failed", ATTEMPTS, "BudgetSpent")
    assert status(tmp_path, message("1.1")) == ("done", 1, None)
    assert len(tried) == ATTEMPTS


async def test_an_apology_that_could_not_be_written_down_is_made_later_and_once(
    tmp_path: Path,
) -> None:
    apologies, full = Apologies(), ["before", "after"]

    async def sorry(turn: Turn, event: Event, error: Exception) -> None:
        when = full.pop(0) if full else ""
        if when == "before":
            raise StateError("disk full")
        await apologies(turn, event, error)
        if when == "after":
            raise StateError("disk full")

    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, Failing(*[InDoubt("x")] * 9), sorry, retry_after_s=(0.001,))
        await engine.start()
        await engine.submit(message())
        async with asyncio.timeout(30):
            await engine.idle()
    assert status(tmp_path, message()) == ("failed", 1, "InDoubt")
    assert apologies.errors == ["InDoubt"]


async def _cut_short(home: Path, times: int, *events: Message) -> None:
    """Start an event and be killed, so many times."""
    with Store(home / "state.db") as store:
        for event in events or (message(),):
            await store(partial(inbox.add, event=event, surface="slack"))
            for _ in range(times):
                await store(partial(inbox.start_next, thread=event.thread, surface="slack"))


async def test_an_event_that_was_cut_short_in_every_attempt_is_parked_unseen(
    tmp_path: Path,
) -> None:
    await _cut_short(tmp_path, ATTEMPTS)
    flow, apologies = Failing(), Apologies()
    await answered(tmp_path, flow, apologies=apologies)
    assert flow.times == []
    assert status(tmp_path, message())[0] == "failed"
    assert len(apologies.said) == 1


async def test_an_event_that_was_cut_short_less_often_is_answered(tmp_path: Path) -> None:
    await _cut_short(tmp_path, ATTEMPTS - 1)
    flow = Failing()
    await answered(tmp_path, flow)
    assert len(flow.times) == 1


async def test_an_apology_that_is_cut_short_every_time_is_given_up(tmp_path: Path) -> None:
    await _cut_short(tmp_path, ATTEMPTS + APOLOGIES)
    apologies = Apologies()
    await answered(tmp_path, Failing(), apologies=apologies)
    assert status(tmp_path, message())[0] == "failed"
    assert apologies.said == []


def _suspects(number: int) -> list[Message]:
    return [message(f"{n}.0", user=f"U{n}", channel=f"C{n}") for n in range(number)]


async def test_the_first_suspect_runs_with_no_other_and_then_ever_more(tmp_path: Path) -> None:
    """One by one, a hundred of them would keep their people waiting for minutes."""
    suspects = _suspects(15)
    await _cut_short(tmp_path, ATTEMPTS - 1, *suspects)
    at_once: list[int] = []
    running_now: set[str] = set()
    several = asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        running_now.add(event.id)
        at_once.append(len(running_now & {suspect.id for suspect in suspects}))
        if at_once[-1] == 4:
            several.set()
        with suppress(TimeoutError):  # until the next ones have begun, if they may
            await asyncio.wait_for(several.wait(), 1.0)
        running_now.remove(event.id)

    await answered(tmp_path, flow, message("99.0", user="U99", channel="C99"))
    assert at_once[:2] == [1, 1]
    assert max(at_once) in range(4, 9)
    assert {status(tmp_path, event)[0] for event in suspects} == {"done"}


async def _life(home: Path, culprit: str) -> bool:
    """A life of the engine on what is open; whether the culprit has killed it."""
    dead = asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        if event.id == culprit:
            dead.set()
            await asyncio.Future()
        await asyncio.sleep(0.01)

    store = Store(home / "state.db")
    engine = Engine(store, flow, Apologies())
    await engine.start()
    ends = [asyncio.create_task(engine.idle()), asyncio.create_task(dead.wait())]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    store.close()  # the dead write nothing any more
    for task in ends:
        task.cancel()
    await engine.stop(grace_s=0)
    return dead.is_set()


@pytest.mark.parametrize("place", [0, 1, 2, 13, 19])
async def test_only_the_one_that_kills_the_process_is_given_up(tmp_path: Path, place: int) -> None:
    """Else the innocent are blamed for a death beside them, and parked with the culprit."""
    suspects = _suspects(20)
    culprit = suspects[place]
    await _cut_short(tmp_path, ATTEMPTS - 1, *suspects)
    lives = 1
    while await _life(tmp_path, culprit.id):
        lives += 1
        assert lives <= 8
    found = {event.id: status(tmp_path, event)[0] for event in suspects}
    assert found.pop(culprit.id) == "failed"
    assert set(found.values()) == {"done"}


async def test_a_turn_that_gets_further_each_time_is_not_given_up(tmp_path: Path) -> None:
    """Killed again and again, a long turn is innocent as long as it takes another step."""
    steps = 3 * ATTEMPTS

    async def one() -> int:
        return 1

    def dies_after(done: int) -> Flow:
        async def flow(turn: Turn, event: Event) -> None:
            for _ in range(done):
                await turn.step(one)
            if done < steps:
                reached.set()
                await asyncio.Future()

        return flow

    for done in range(1, steps):
        reached = asyncio.Event()
        store = Store(tmp_path / "state.db")
        engine = Engine(store, dies_after(done), Apologies())
        await engine.submit(message())
        await engine.start()
        await reached.wait()
        store.close()  # the dead write nothing any more
        await engine.stop(grace_s=0)
    await answered(tmp_path, dies_after(steps))
    assert status(tmp_path, message())[0] == "done"


async def test_once_an_apology_was_begun_no_answer_follows_it(tmp_path: Path) -> None:
    class Lost(Apologies):
        """The first apology arrives, and the answer to it is lost."""

        async def say(self, turn_id: str, error: str) -> str:
            await super().say(turn_id, error)
            if len(self.said) == 1:
                raise ConnectionError
            return error

    flow, apologies = Failing(BudgetSpent("x")), Lost()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert len(flow.times) == 1
    assert apologies.errors == ["BudgetSpent"]
    assert status(tmp_path, message())[0::2] == ("failed", "BudgetSpent")
