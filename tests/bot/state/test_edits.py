"""Edits and deletions: the new text is answered once, and what has begun to act is left alone."""

import asyncio
from pathlib import Path

from bot.messages.events import Event, Message
from bot.messages.history import Said
from bot.state.engine import Engine
from bot.state.inbox import ATTEMPTS
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
)

EVENT = message("1.0", text="old")


class Answering:
    """A flow that reads the message in a step, may be held there, and then says what it read."""

    def __init__(self, *held: str) -> None:
        self.said: list[str] = []
        self.read: list[str] = []
        self.gates = {text: asyncio.Event() for text in held}
        self.reached = {text: asyncio.Event() for text in held}

    async def __call__(self, turn: Turn, event: Event) -> None:
        assert isinstance(event, Message)
        text = await turn.step(self.take, event.text)
        await self.hold(text)
        turn.state.history.append(Said(by="person", text=text))
        await turn.effect(self.say, text, lookup=self.find)

    async def take(self, text: str) -> str:
        self.read.append(text)
        return text

    async def say(self, text: str) -> str:
        self.said.append(text)
        await self.hold(f"say {text}")
        return text

    async def find(self, text: str) -> str | None:
        return text if text in self.said else None

    async def hold(self, text: str) -> None:
        if text in self.gates:
            self.reached[text].set()
            await self.gates[text].wait()


async def test_a_message_that_waits_is_answered_in_its_new_text(tmp_path: Path) -> None:
    flow = Answering()
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, flow, Apologies())
        await engine.submit(EVENT)
        await engine.revise(EVENT.id, EVENT.thread, "new")
    await answered(tmp_path, flow)
    assert (flow.read, flow.said) == (["new"], ["new"])


async def test_a_running_turn_begins_again_with_the_new_text(tmp_path: Path) -> None:
    flow = Answering("old")
    async with running(tmp_path, flow) as engine:
        await engine.submit(EVENT)
        await flow.reached["old"].wait()
        await engine.revise(EVENT.id, EVENT.thread, "new")
        await engine.idle()
    assert (flow.read, flow.said) == (["old", "new"], ["new"])
    assert [r for (r,) in rows(tmp_path, "select result from journal where n = 0")] == ['"new"']
    assert '"old"' not in rows(tmp_path, "select state from threads")[0][0]
    assert status(tmp_path, EVENT) == ("done", 1, None)


async def test_a_run_that_does_not_let_go_can_neither_remember_nor_act(tmp_path: Path) -> None:
    """Stopping a run is a courtesy: what keeps the old text out is the file."""
    stubborn: list[asyncio.Task[str]] = []
    go = asyncio.Event()
    flow = Answering()

    async def say_later(turn: Turn) -> str:
        await go.wait()
        return await turn.effect(flow.say, "old", lookup=flow.find)

    async def holds_on(turn: Turn, event: Event) -> None:
        assert isinstance(event, Message)
        if event.text == "old":
            stubborn.append(asyncio.ensure_future(say_later(turn)))
            await asyncio.shield(stubborn[0])
        else:
            await flow(turn, event)

    async with running(tmp_path, holds_on) as engine:
        await engine.submit(EVENT)
        while not stubborn:
            await engine.knows(EVENT.thread)
        await engine.revise(EVENT.id, EVENT.thread, "new")
        await engine.idle()
        go.set()
        await asyncio.wait(stubborn)
    assert type(stubborn[0].exception()).__name__ == "Superseded"
    assert flow.said == ["new"]


async def test_the_same_text_again_disturbs_nothing(tmp_path: Path) -> None:
    """Slack tells of an edit when it unfurls a link, too."""
    flow = Answering("old")
    async with running(tmp_path, flow) as engine:
        await engine.submit(EVENT)
        await flow.reached["old"].wait()
        for _ in range(2 * ATTEMPTS):
            await engine.revise(EVENT.id, EVENT.thread, "old")
        flow.gates["old"].set()
        await engine.idle()
    assert (flow.read, flow.said) == (["old"], ["old"])


async def test_an_edit_during_the_answer_changes_nothing(tmp_path: Path) -> None:
    flow = Answering("say old")
    async with running(tmp_path, flow) as engine:
        await engine.submit(EVENT)
        await flow.reached["say old"].wait()
        await engine.revise(EVENT.id, EVENT.thread, "new")
        await engine.withdraw(EVENT.id, EVENT.thread)
        flow.gates["say old"].set()
        await engine.idle()
    assert flow.said == ["old"]
    assert status(tmp_path, EVENT) == ("done", 1, None)


async def test_an_edit_after_a_crash_during_the_answer_changes_nothing(tmp_path: Path) -> None:
    flow = Answering("say old")
    async with running(tmp_path, flow) as engine:
        await engine.submit(EVENT)
        await flow.reached["say old"].wait()
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, flow, Apologies())
        await engine.revise(EVENT.id, EVENT.thread, "new")
        await engine.withdraw(EVENT.id, EVENT.thread)
        flow.gates["say old"].set()
        await engine.start()
        await engine.idle()
    assert flow.said == ["old"]
    assert status(tmp_path, EVENT)[0] == "done"


async def test_an_edit_after_the_answer_changes_nothing(tmp_path: Path) -> None:
    flow = Answering()
    async with running(tmp_path, flow) as engine:
        await engine.submit(EVENT)
        await engine.idle()
        await engine.revise(EVENT.id, EVENT.thread, "new")
        await engine.withdraw(EVENT.id, EVENT.thread)
        await engine.idle()
    assert flow.said == ["old"]
    assert status(tmp_path, EVENT) == ("done", 1, None)


async def test_an_edit_does_not_wait_for_the_next_attempt(tmp_path: Path) -> None:
    flow, failed = Answering(), asyncio.Event()

    async def once_down(turn: Turn, event: Event) -> None:
        assert isinstance(event, Message)
        if event.text == "old":
            failed.set()
            raise ConnectionError
        await flow(turn, event)

    async with running(tmp_path, once_down, retry_after_s=(3600.0,)) as engine:
        await engine.submit(EVENT)
        await failed.wait()
        await engine.revise(EVENT.id, EVENT.thread, "new")
        await engine.idle()
    assert flow.said == ["new"]
    assert status(tmp_path, EVENT) == ("done", 1, None)


async def test_in_a_storm_of_edits_only_the_last_is_answered(tmp_path: Path) -> None:
    texts = [str(i) for i in range(60)]
    flow, apologies = Answering(*texts[:-1], "old"), Apologies()
    async with running(tmp_path, flow, apologies) as engine:
        await engine.submit(EVENT)
        for text in texts[:30]:
            await engine.revise(EVENT.id, EVENT.thread, text)
        await flow.reached["29"].wait()
        await asyncio.gather(*(engine.revise(EVENT.id, EVENT.thread, t) for t in texts[30:]))
        await engine.idle()
    assert flow.said == [texts[-1]]
    assert apologies.said == []


# --- deletions ------------------------------------------------------------------------------------


async def test_a_message_that_was_deleted_is_not_answered(tmp_path: Path) -> None:
    flow = Answering()
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, flow, Apologies())
        await engine.submit(EVENT)
        await engine.withdraw(EVENT.id, EVENT.thread)
    await answered(tmp_path, flow)
    assert flow.read == []
    assert status(tmp_path, EVENT) == ("cancelled", 0, None)


async def test_a_running_turn_stops_when_its_message_is_deleted(tmp_path: Path) -> None:
    flow = Answering("old")
    async with running(tmp_path, flow) as engine:
        await engine.submit(EVENT)
        await engine.submit(message("1.1", root="1.0", text="next"))
        await flow.reached["old"].wait()
        await engine.withdraw(EVENT.id, EVENT.thread)
        await engine.idle()
    assert flow.said == ["next"]
    assert status(tmp_path, EVENT) == ("cancelled", 1, None)


async def test_a_deleted_message_does_not_hold_up_its_thread_until_the_next_attempt(
    tmp_path: Path,
) -> None:
    answered_next, failed = asyncio.Event(), asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        if event.id == EVENT.id:
            failed.set()
            raise ConnectionError
        answered_next.set()

    async with running(tmp_path, flow, retry_after_s=(3600.0,)) as engine:
        await engine.submit(EVENT)
        await failed.wait()
        await engine.submit(message("1.1", root="1.0"))
        await engine.withdraw(EVENT.id, EVENT.thread)
        await answered_next.wait()
        await engine.idle()


async def test_what_is_not_here_can_be_neither_edited_nor_deleted(tmp_path: Path) -> None:
    flow = Answering()
    async with running(tmp_path, flow) as engine:
        await engine.revise("unknown", EVENT.thread, "new")
        await engine.withdraw("unknown", EVENT.thread)
        await engine.idle()
        await engine.submit(EVENT)
        await engine.idle()
    assert flow.said == ["old"]
    assert rows(tmp_path, "select id from inbox") == [(EVENT.id,)]


async def test_a_click_has_no_text_to_edit(tmp_path: Path) -> None:
    pressed = click("call_1")
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, Answering(), Apologies())
        await engine.submit(pressed)
        before = rows(tmp_path, "select * from inbox")
        await engine.revise(pressed.id, pressed.thread, "new")
    assert rows(tmp_path, "select * from inbox") == before
