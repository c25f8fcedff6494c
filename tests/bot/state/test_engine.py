"""The engine: taken is on disk, in order within a thread, threads in parallel, so many at once."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from bot.errors import StateError
from bot.messages.events import Event, Message
from bot.state import inbox
from bot.state.engine import Engine
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import (
    Apologies,
    answered,
    click,
    message,
    rows,
    running,
    status,
    turn_of,
)

T = TypeVar("T")


class Log:
    """A flow that notes each message's text when it begins and ends, and can be held."""

    def __init__(self, *held: str) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self.most = 0
        self.gates = {text: asyncio.Event() for text in held}
        self._changed = asyncio.Condition()

    async def __call__(self, turn: Turn, event: Event) -> None:
        assert isinstance(event, Message)
        await self._note(self.began, event.text)
        self.most = max(self.most, len(self.began) - len(self.ended))
        if gate := self.gates.get(event.text):
            await gate.wait()
        await self._note(self.ended, event.text)

    async def until_began(self, *texts: str) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: set(texts) <= set(self.began))

    async def _note(self, where: list[str], text: str) -> None:
        async with self._changed:
            where.append(text)
            self._changed.notify_all()


async def nothing(turn: Turn, event: Event) -> None:
    """A flow."""


async def test_submit_returns_when_the_event_is_on_disk(tmp_path: Path) -> None:
    log, event = Log("a"), message(text="a")
    async with running(tmp_path, log) as engine:
        assert await engine.submit(event)
        assert rows(tmp_path, "select id, surface from inbox") == [(event.id, "slack")]
        log.gates["a"].set()
        await engine.idle()
    assert status(tmp_path, event) == ("done", 1, None)


async def test_a_second_delivery_changes_nothing(tmp_path: Path) -> None:
    log = Log()
    async with running(tmp_path, log) as engine:
        assert await engine.submit(message("1.0", text="first"))
        assert not await engine.submit(message("1.0", text="second"))
        await engine.idle()
        assert not await engine.submit(message("1.0", text="third"))
        await engine.idle()
    assert log.began == ["first"]
    assert len(rows(tmp_path, "select * from inbox")) == 1


async def test_deliveries_at_the_same_time_are_one_turn(tmp_path: Path) -> None:
    log = Log()
    async with running(tmp_path, log) as engine:
        taken = await asyncio.gather(*(engine.submit(message(text="a")) for _ in range(20)))
        await engine.idle()
    assert sum(taken) == 1
    assert log.began == ["a"]


async def test_a_thread_is_answered_in_order(tmp_path: Path) -> None:
    log = Log("0")
    texts = [str(i) for i in range(30)]
    async with running(tmp_path, log) as engine:
        for text in texts:
            await engine.submit(message(f"1.{text}", root="1.0", text=text))
        await log.until_began("0")
        assert log.began == ["0"]
        log.gates["0"].set()
        await engine.idle()
    assert (log.began, log.ended, log.most) == (texts, texts, 1)


async def test_five_hundred_that_wait_in_one_thread_are_answered_in_order(tmp_path: Path) -> None:
    log, texts = Log(), [f"{i:03}" for i in range(500)]
    async with running(tmp_path, log) as engine:
        many = [message(f"1.{text}", root="1.0", text=text) for text in texts]
        await asyncio.gather(*map(engine.submit, many))
        await engine.idle()
    assert (log.ended, log.most) == (texts, 1)


async def test_threads_do_not_wait_for_each_other(tmp_path: Path) -> None:
    log = Log("a")
    async with running(tmp_path, log) as engine:
        await engine.submit(message("1.0", text="a"))
        await log.until_began("a")
        await engine.submit(message("2.0", text="b"))
        await log.until_began("b")
        log.gates["a"].set()
        await engine.idle()
    assert log.ended == ["b", "a"]


async def test_no_more_than_so_many_turns_run_at_once(tmp_path: Path) -> None:
    texts = [str(i) for i in range(9)]
    log = Log(*texts)
    async with running(tmp_path, log, running=3) as engine:
        for text in texts:
            await engine.submit(message(text, text=text, user=f"U{text}", channel=f"C{text}"))
        await log.until_began("0", "1", "2")
        for gate in log.gates.values():
            gate.set()
        await engine.idle()
    assert log.most == 3
    assert sorted(log.ended) == texts


class SlowToTell(Store):
    """A state file whose news that a thread has nothing left takes its time."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.nothing_left, self.told = asyncio.Event(), asyncio.Event()

    async def __call__(self, work: Callable[[sqlite3.Connection], T]) -> T:
        result = await super().__call__(work)
        if result is None and isinstance(work, partial) and work.func is inbox.start_next:
            self.nothing_left.set()
            await self.told.wait()
        return result


async def test_a_message_that_arrives_as_its_thread_falls_idle_is_answered(tmp_path: Path) -> None:
    log = Log()
    with SlowToTell(tmp_path / "state.db") as store:
        engine = Engine(store, log, Apologies())
        await engine.start()
        await engine.submit(message("1.0", text="first"))
        await store.nothing_left.wait()
        await engine.submit(message("1.1", root="1.0", text="second"))
        store.told.set()
        await engine.idle()
    assert log.ended == ["first", "second"]


async def test_what_is_taken_before_the_start_waits_for_it(tmp_path: Path) -> None:
    log = Log()
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, log, Apologies())
        assert await engine.submit(message(text="early"))
        await engine.idle()
        assert log.began == []
        await engine.start()
        await engine.idle()
    assert log.ended == ["early"]


async def test_a_start_goes_on_with_what_was_left_open_the_oldest_first(tmp_path: Path) -> None:
    async with running(tmp_path, Log(*"312")) as engine:
        for ts in "312":
            await engine.submit(message(ts, text=ts))
    log = Log()
    await answered(tmp_path, log, running=1)
    assert log.ended == list("312")


async def test_events_of_another_surface_are_left_alone(tmp_path: Path) -> None:
    log = Log()
    with Store(tmp_path / "state.db") as store:
        terminal = Engine(store, nothing, Apologies(), surface="terminal")
        await terminal.submit(message("1.0", root="1.0", text="theirs"))
    await answered(tmp_path, log, message("1.1", root="1.0", text="ours"))
    assert log.ended == ["ours"]
    assert status(tmp_path, message("1.0")) == ("open", 0, None)


async def test_a_turn_that_another_process_has_taken_over_stops_at_its_next_step(
    tmp_path: Path,
) -> None:
    runs: list[str] = []
    others = ["one"]

    async def note(text: str) -> str:
        runs.append(text)
        return text

    async def flow(turn: Turn, event: Event) -> None:
        await turn.step(note, "first")
        if others:
            others.clear()
            with Store(tmp_path / "state.db") as other:
                await turn_of(other, event)
        await turn.effect(note, "second")

    await answered(tmp_path, flow, message(), retry_after_s=(3600.0,))  # it is no failure
    assert runs == ["first", "second"]
    assert status(tmp_path, message())[0] == "done"


async def test_the_bot_knows_the_threads_it_is_part_of(tmp_path: Path) -> None:
    taken, gone = message("1.0"), message("2.0")
    async with running(tmp_path, nothing) as engine:
        assert not await engine.knows(taken.thread)
        await engine.submit(taken)
        assert await engine.knows(taken.thread)
        await engine.idle()
        assert await engine.knows(taken.thread)
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, nothing, Apologies())
        await engine.submit(gone)
        await engine.withdraw(gone.id, gone.thread)
        assert not await engine.knows(gone.thread)


# --- when the file cannot be used -----------------------------------------------------------------


async def test_a_locked_file_refuses_an_event_and_takes_it_later(tmp_path: Path) -> None:
    log = Log()
    async with running(tmp_path, log) as engine:
        with closing(sqlite3.connect(tmp_path / "state.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            with pytest.raises(StateError):
                await engine.submit(message(text="a"))
            other.execute("rollback")
        assert await engine.submit(message(text="a"))
        await engine.idle()
    assert log.ended == ["a"]


async def test_a_turn_goes_on_when_the_file_can_be_used_again(tmp_path: Path) -> None:
    """The attempts that the file has cost are not counted against the event."""
    step_ran: list[str] = []
    failures = 4

    async def work() -> int:
        step_ran.append("once")
        return 1

    async def flow(turn: Turn, event: Event) -> None:
        nonlocal failures
        await turn.step(work)
        if failures:
            failures -= 1
            raise StateError("disk full")

    apologies = Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert status(tmp_path, message()) == ("done", 1, None)
    assert (step_ran, apologies.said) == (["once"], [])


async def test_a_click_is_an_event_like_any_other(tmp_path: Path) -> None:
    seen: list[str] = []

    async def flow(turn: Turn, event: Event) -> None:
        seen.append(event.kind)

    await answered(tmp_path, flow, message("1.0"), click("call_1"))
    assert seen == ["message", "click"]
