"""What a thread remembers: saved with the end of a turn, and bounded."""

from pathlib import Path

from bot.messages.events import Event, Message
from bot.messages.history import Said
from bot.state.remembered import HISTORY
from bot.state.turn import Turn
from tests.bot.state.helpers import answered, message, rows


async def remember(turn: Turn, event: Event) -> None:
    """Add the message to what the thread remembers."""
    assert isinstance(event, Message)
    turn.state.history.append(Said(by="person", user=event.user, text=event.text))


async def test_a_thread_remembers_from_turn_to_turn_and_over_a_restart(tmp_path: Path) -> None:
    seen: list[int] = []

    async def flow(turn: Turn, event: Event) -> None:
        seen.append(len(turn.state.history))
        await remember(turn, event)

    await answered(tmp_path, flow, message("1.0"), message("1.1", root="1.0"))
    await answered(tmp_path, flow, message("1.2", root="1.0"), message("2.0"))
    assert seen == [0, 1, 2, 0]


async def test_state_is_saved_with_the_end_of_the_turn_and_not_before(tmp_path: Path) -> None:
    outcomes = [ValueError(), None]

    async def flow(turn: Turn, event: Event) -> None:
        await remember(turn, event)
        if error := outcomes.pop(0):
            raise error

    await answered(tmp_path, flow, message("1.0"))
    ((saved,),) = rows(tmp_path, "select state from threads")
    assert saved.count('"said"') == 1


async def test_what_a_thread_remembers_is_bounded(tmp_path: Path) -> None:
    async def chat(turn: Turn, event: Event) -> None:
        for i in range(HISTORY):
            by = "person" if i % 3 == 0 else "bot"
            turn.state.history.append(Said(by=by, text=f"{event.id} {i}"))

    kept: list[list[str]] = []

    async def look(turn: Turn, event: Event) -> None:
        kept.append([e.text for e in turn.state.history if isinstance(e, Said)])

    await answered(tmp_path, chat, message("1.0"), message("1.1", root="1.0"))
    await answered(tmp_path, look, message("1.2", root="1.0"))
    (texts,) = kept
    assert texts == [f"T01LARK:C01ASKIT:1.1 {i}" for i in range(HISTORY)]


async def test_what_is_cut_off_begins_with_a_persons_message(tmp_path: Path) -> None:
    async def chat(turn: Turn, event: Event) -> None:
        turn.state.history.append(Said(by="person", text="old"))
        turn.state.history += [Said(by="bot", text="old")] * 10
        turn.state.history.append(Said(by="person", text="new"))
        turn.state.history += [Said(by="bot", text="new")] * (HISTORY - 5)

    await answered(tmp_path, chat, message("1.0"))
    ((saved,),) = rows(tmp_path, "select state from threads")
    assert "old" not in saved
    assert saved.count("new") == HISTORY - 4
