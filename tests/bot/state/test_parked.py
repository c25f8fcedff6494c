"""What a turn leaves that was given up, and what another version of the bot has written."""

from functools import partial
from pathlib import Path

from bot.errors import BudgetSpent, ModelUnavailable
from bot.messages.approvals import Card, Pending
from bot.messages.events import Event
from bot.messages.history import Said
from bot.messages.requester import Requester
from bot.messages.task import Task
from bot.messages.verdicts import Verdict
from bot.state import inbox
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import ADA, Apologies, Failing, answered, click, message, rows, status
from tools.spec import ToolCall


async def test_a_parked_turn_leaves_the_thread_as_it_was(tmp_path: Path) -> None:
    async def half(turn: Turn, event: Event) -> None:
        turn.state.history.append(Said(by="person", text=event.id))
        if event.id == message("1.1").id:
            raise BudgetSpent("x")

    await answered(tmp_path, half, message("1.0"), message("1.1", root="1.0"))
    ((saved,),) = rows(tmp_path, "select state from threads")
    assert message("1.0").id in saved
    assert message("1.1").id not in saved


CALL = ToolCall(id="call_1", name="open_ticket")


async def _ask(turn: Turn, event: Event) -> None:
    """Leave a call for a person to approve."""
    asked = message("1.0")
    task = Task(
        message=asked,
        requester=Requester(user=ADA, name="Ada"),
        verdict=Verdict(origin="requester", action="allow"),
    )
    card = Card(
        call_id=CALL.id,
        thread=asked.thread,
        digest="d",
        title="Open ticket",
        arguments=(),
        reason="it changes something",
        requester=ADA,
        expires_at=asked.received_at,
    )
    turn.state.pending[CALL.id] = Pending(task=task, call=CALL, card=card)


async def test_a_call_is_spent_when_the_click_that_approved_it_is_in_doubt(tmp_path: Path) -> None:
    async def perform() -> str:
        raise ConnectionError

    async def flow(turn: Turn, event: Event) -> None:
        del turn.state.pending[CALL.id]
        await turn.effect(perform)

    apologies = Apologies()
    await answered(tmp_path, _ask, message("1.0"))
    assert CALL.id in rows(tmp_path, "select state from threads")[0][0]
    await answered(tmp_path, flow, click(CALL.id), apologies=apologies)
    assert status(tmp_path, click(CALL.id))[0::2] == ("failed", "InDoubt")
    assert CALL.id not in rows(tmp_path, "select state from threads")[0][0]
    assert apologies.errors == ["InDoubt"]


async def test_a_call_still_waits_when_the_click_has_failed_before_it_acted(
    tmp_path: Path,
) -> None:
    async def flow(turn: Turn, event: Event) -> None:
        raise ModelUnavailable("down")

    await answered(tmp_path, _ask, message("1.0"))
    await answered(tmp_path, flow, click(CALL.id), click("unknown"))
    assert status(tmp_path, click(CALL.id))[0] == "failed"
    assert CALL.id in rows(tmp_path, "select state from threads")[0][0]


# --- what another version has written -------------------------------------------------------------


async def test_a_thread_whose_state_cannot_be_read_begins_afresh_after_an_apology(
    tmp_path: Path,
) -> None:
    await answered(tmp_path, Failing(), message("1.0"))
    with Store(tmp_path / "state.db") as store:
        await store(lambda db: db.execute("""update threads set state = '{"mood": "good"}'"""))
    flow, apologies = Failing(), Apologies()
    events = message("1.1", root="1.0"), message("1.2", root="1.0")
    await answered(tmp_path, flow, *events, apologies=apologies)
    assert [status(tmp_path, event)[0] for event in events] == ["failed", "done"]
    assert apologies.errors == ["FlowChanged"]
    assert len(flow.times) == 1


async def test_an_event_that_cannot_be_read_does_not_hold_up_its_thread(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        for event in (message("1.0"), message("1.1", root="1.0")):
            await store(partial(inbox.add, event=event, surface="slack"))
        sql = "update inbox set body = '{}' where id = ?"
        await store(lambda db: db.execute(sql, (message("1.0").id,)))
    await answered(tmp_path, Failing())
    assert status(tmp_path, message("1.0")) == ("failed", 0, "ValidationError")
    assert status(tmp_path, message("1.1")) == ("done", 1, None)
