"""The inbox takes what Slack may send, however odd."""

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest

from bot.messages.events import Event, Message
from bot.state import inbox
from bot.state.journal import Superseded
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import answered, message, rows, running, status


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "'); drop table inbox; --", '{"kind": "click"}', "\N{PENGUIN}" * 10, "x" * 2**20],
    ids=["empty", "null", "sql", "json", "emoji", "1 MB"],
)
async def test_a_text_comes_out_as_it_went_in(tmp_path: Path, text: str) -> None:
    seen: list[str] = []

    async def read(text: str) -> str:
        return text

    async def flow(turn: Turn, event: Event) -> None:
        assert isinstance(event, Message)
        seen.append(await turn.step(read, event.text))

    await answered(tmp_path, flow, message(text=text))
    assert seen == [text]


async def test_an_event_comes_out_whole(tmp_path: Path) -> None:
    events: list[Event] = []

    async def flow(turn: Turn, event: Event) -> None:
        events.append(event)

    given = message("1.1", root="1.0")
    await answered(tmp_path, flow, given)
    assert events == [given]


async def test_posts_of_the_same_time_in_two_channels_are_two(tmp_path: Path) -> None:
    here = message("1.0")
    there = here.model_copy(update={"id": "T01LARK:C01ONCALL:1.0", "thread": "T:C01ONCALL:1.0"})
    with Store(tmp_path / "state.db") as store:
        assert await store(partial(inbox.add, event=here, surface="slack"))
        assert await store(partial(inbox.add, event=there, surface="slack"))


async def test_only_a_second_delivery_is_ignored(tmp_path: Path) -> None:
    """Anything else that is wrong with an event is an error, and not taken for one."""
    broken = message().model_copy(update={"user": None})
    with Store(tmp_path / "state.db") as store, pytest.raises(Exception, match="user"):
        await store(partial(inbox.add, event=broken, surface="slack"))


async def test_what_waits_is_answered_in_the_order_in_which_it_was_written(tmp_path: Path) -> None:
    """Slack delivers out of order, above all again after a failure, and our clock may jump."""
    order: list[str] = []

    async def flow(turn: Turn, event: Event) -> None:
        order.append(event.id[-3:])

    async with running(tmp_path, flow) as engine:
        with Store(tmp_path / "state.db") as other:
            for ts in ("5.0", "3.0", "9e9", "0.1"):
                late = message(ts, root="5.0", sent_at=float(ts))
                await other(partial(inbox.add, event=late, surface="slack"))
        await engine.look()
        await engine.idle()
    assert order == ["0.1", "3.0", "5.0", "9e9"]


async def test_what_has_begun_goes_on_before_what_comes_in_late(tmp_path: Path) -> None:
    order: list[str] = []
    failed = asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        order.append(event.id[-3:])
        if order == ["5.0"]:
            failed.set()
            raise ValueError

    async with running(tmp_path, flow, retry_after_s=(0.2,)) as engine:
        await engine.submit(message("5.0", sent_at=5.0))
        await failed.wait()
        await engine.submit(message("3.0", root="5.0", sent_at=3.0))
        await engine.idle()
    assert order == ["5.0", "5.0", "3.0"]


async def test_without_a_time_by_slacks_clock_the_order_is_that_of_arrival(tmp_path: Path) -> None:
    order: list[str] = []

    async def flow(turn: Turn, event: Event) -> None:
        order.append(event.id[-3:])

    await answered(tmp_path, flow, *[message(ts, root="5.0") for ts in ("5.0", "3.0", "9.0")])
    assert order == ["5.0", "3.0", "9.0"]


async def test_an_end_that_comes_from_an_old_run_changes_nothing(tmp_path: Path) -> None:
    event = message()
    start = partial(inbox.start_next, thread=event.thread, surface="slack")
    with Store(tmp_path / "state.db") as store:
        await store(partial(inbox.add, event=event, surface="slack"))
        old, new = await store(start), await store(start)
        assert old
        assert new
        assert old.state is not None
        finish = partial(inbox.finish, event=event, run=old.run, state=old.state)
        park = partial(inbox.park, event=event, run=old.run, error="ValueError")
        for late in (finish, park):
            with pytest.raises(Superseded):
                await store(late)
        await store(partial(inbox.give_back, turn=event.id, run=old.run))
        assert status(tmp_path, event) == ("open", 2, None)
    assert rows(tmp_path, "select * from threads") == []


async def test_the_texts_of_a_turn_are_json_that_sqlite_can_look_into(tmp_path: Path) -> None:
    async def flow(turn: Turn, event: Event) -> None:
        """Nothing."""

    await answered(tmp_path, flow, message(text="Who is on call?"))
    ((body,),) = rows(tmp_path, "select body from inbox")
    assert json.loads(body)["text"] == "Who is on call?"
