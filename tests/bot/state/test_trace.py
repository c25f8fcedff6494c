"""What is told of a turn afterwards."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import InDoubt
from bot.messages.events import Event, Message, Posted
from bot.messages.verdicts import Verdict
from bot.state.engine import Engine
from bot.state.store import Store
from bot.state.trace import Trace, trace
from bot.state.turn import Turn
from tests.bot.state.helpers import Apologies, answered, click, message


async def screen(text: str) -> Verdict:
    return Verdict(origin="requester", action="allow")


async def say(text: str) -> Posted:
    return Posted(channel="C01ASKIT", ts="9.0")


async def flow(turn: Turn, event: Event) -> None:
    if isinstance(event, Message):
        await turn.step(screen, event.text)
    await turn.effect(say, "Hello")


def traced(home: Path, turn_id: str) -> Trace | None:
    with closing(sqlite3.connect(home / "state.db")) as db:
        return trace(db, turn_id)


def found(home: Path, turn_id: str) -> Trace:
    told = traced(home, turn_id)
    assert told
    return told


async def test_a_turn_is_told_step_by_step(tmp_path: Path) -> None:
    await answered(tmp_path, flow, message())
    told = found(tmp_path, message().id)
    assert (told.turn_id, told.event, told.status, told.error, told.attempts) == (
        message().id,
        "message",
        "done",
        None,
        1,
    )
    assert [(step.n, step.name, step.kind, step.result) for step in told.steps] == [
        (0, "screen", "step", {"origin": "requester", "action": "allow", "findings": []}),
        (2, "say", "effect", {"channel": "C01ASKIT", "ts": "9.0"}),
    ]
    assert 0 < sum(step.seconds for step in told.steps) < told.seconds < 30
    assert told.received_at <= told.steps[0].at <= told.steps[1].at
    assert json.loads(told.model_dump_json())["turn_id"] == message().id


async def test_last_is_the_newest_turn(tmp_path: Path) -> None:
    await answered(tmp_path, flow, message("2.0"), message("1.0"))
    assert found(tmp_path, "last").turn_id == message("1.0").id


@pytest.mark.parametrize("turn_id", ["last", "unknown", ""])
async def test_what_is_not_there_is_not_told(tmp_path: Path, turn_id: str) -> None:
    Store(tmp_path / "state.db").close()
    assert traced(tmp_path, turn_id) is None


async def test_the_other_turns_of_a_thread_are_named_the_newest_first(tmp_path: Path) -> None:
    events = message("1.0"), click("call_1"), message("1.1", root="1.0"), message("2.0")
    await answered(tmp_path, flow, *events)
    told = found(tmp_path, events[1].id)
    assert told.event == "click"
    assert [(other.turn_id, other.event) for other in told.related] == [
        (events[2].id, "message"),
        (events[0].id, "message"),
    ]
    assert found(tmp_path, events[3].id).related == ()


async def test_a_turn_that_waits_has_no_steps_yet(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        await Engine(store, flow, Apologies()).submit(message())
    told = found(tmp_path, "last")
    assert (told.status, told.attempts, told.steps, told.seconds) == ("open", 0, (), 0.0)


async def test_a_turn_that_was_withdrawn_is_told_as_cancelled(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, flow, Apologies())
        await engine.submit(message())
        await engine.withdraw(message().id, message().thread)
    assert found(tmp_path, message().id).status == "cancelled"


async def test_a_turn_in_doubt_shows_what_nobody_knows_the_end_of(tmp_path: Path) -> None:
    async def open_ticket() -> str:
        raise ConnectionError

    async def acts(turn: Turn, event: Event) -> None:
        await turn.step(screen, "")
        await turn.effect(open_ticket)

    await answered(tmp_path, acts, message())
    told = found(tmp_path, "last")
    assert (told.status, told.error, told.attempts) == ("failed", InDoubt.__name__, 2)
    assert [(step.name, step.kind) for step in told.steps] == [
        ("screen", "step"),
        ("open_ticket?", "intent"),
        ("say", "effect"),  # the apology
    ]


async def test_an_effect_that_is_under_way_is_told_when_it_is_done(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def look() -> int:
        seen.append([step.name for step in found(tmp_path, "last").steps])
        return 1

    async def acts(turn: Turn, event: Event) -> None:
        await turn.step(screen, "")
        await turn.effect(look)

    await answered(tmp_path, acts, message())
    assert seen == [["screen"]]
    assert [step.name for step in found(tmp_path, "last").steps] == ["screen", "look"]


async def test_a_clock_that_was_put_back_makes_no_negative_time(tmp_path: Path) -> None:
    await answered(tmp_path, flow, message())
    with Store(tmp_path / "state.db") as store:
        await store(lambda db: db.execute("update journal set at = at - 3600 where n > 0"))
    assert found(tmp_path, "last").seconds == 0.0
