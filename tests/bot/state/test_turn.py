"""Steps: run once, remembered with their type, and not run again after a restart."""

import functools
import inspect
import threading
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.errors import FlowChanged
from bot.messages.events import Posted
from bot.messages.history import Entry, Said
from bot.messages.replies import Reply
from bot.messages.task import Evidence, Offer
from bot.messages.verdicts import Verdict
from bot.state import journal
from bot.state.journal import Superseded
from bot.state.store import Store
from bot.state.turn import Turn, returned_by
from tests.bot.state.helpers import message, rows, turn_of


async def a_model() -> Verdict:
    return Verdict(origin="requester", action="allow")


async def a_tuple() -> tuple[Offer, ...]:
    return (Offer(tool="find_oncall", title="Find", effect="read", score=0.5),)


async def none() -> None:
    return None


async def an_optional() -> Posted | None:
    return Posted(channel="C01ASKIT", ts="1.0")


async def a_union() -> Reply | Evidence:
    return Evidence(query="Who is on call?")


async def entries_told_apart_by_their_kind() -> list[Entry]:
    return [Said(by="person", text="Ä \\ \x00 \N{PENGUIN}")]


async def a_table() -> dict[str, int]:
    return {"a": 1}


STEPS = [
    a_model,
    a_tuple,
    none,
    an_optional,
    a_union,
    entries_told_apart_by_their_kind,
    a_table,
]


@pytest.mark.parametrize("fn", STEPS, ids=lambda fn: fn.__name__)
async def test_a_result_keeps_its_type_when_it_is_remembered(
    tmp_path: Path, fn: Callable[[], typing.Coroutine[Any, Any, object]]
) -> None:
    ran: list[str] = []

    async def counted() -> Any:
        ran.append("once")
        return await fn()

    counted.__annotations__ = {"return": returned_by(fn)}
    with Store(tmp_path / "state.db") as store:
        first = await (await turn_of(store)).step(counted)
        again = await (await turn_of(store)).step(counted)
    assert first == again == await fn()
    assert type(again) is type(await fn())
    assert ran == ["once"]


async def test_a_result_is_on_disk_before_the_next_step_begins(tmp_path: Path) -> None:
    async def look() -> list[str]:
        return [name for (name,) in rows(tmp_path, "select name from journal")]

    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        await turn.step(a_model)
        assert await turn.step(look) == ["a_model"]


async def test_a_step_that_failed_runs_again(tmp_path: Path) -> None:
    outcomes = [ValueError("first"), None]

    async def once_broken() -> str:
        if error := outcomes.pop(0):
            raise error
        return "second"

    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        with pytest.raises(ValueError, match="first"):
            await turn.step(once_broken)
        assert await (await turn_of(store)).step(once_broken) == "second"


async def test_arguments_reach_the_step_whatever_they_are_called(tmp_path: Path) -> None:
    async def takes(fn: str, /, *, name: str, kind: str, returns: str) -> list[str]:
        return [fn, name, kind, returns]

    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        assert await turn.step(takes, "a", name="b", kind="c", returns="d") == ["a", "b", "c", "d"]


async def test_a_plain_function_runs_in_a_thread_and_a_coroutine_on_the_loop(
    tmp_path: Path,
) -> None:
    def plain() -> int:
        return threading.get_ident()

    async def coroutine() -> int:
        return threading.get_ident()

    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        assert await turn.step(plain) != threading.get_ident()
        assert await turn.step(coroutine) == threading.get_ident()


class Greeter(Protocol):
    async def greet(self, name: str) -> str: ...


@dataclass
class Polite:
    """Unhashable, as a dataclass may be."""

    word: str

    async def greet(self, name: str) -> str:
        return f"{self.word} {name}"

    def shout(self, name: str) -> str:
        return f"{self.word} {name}!".upper()


async def test_methods_are_steps_under_their_own_name(tmp_path: Path) -> None:
    greeter: Greeter = Polite("Good day")
    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        assert await turn.step(greeter.greet, "Ada") == "Good day Ada"
        assert await turn.step(Polite("Hey").shout, "Ada") == "HEY ADA!"
    assert rows(tmp_path, "select name from journal") == [("greet",), ("shout",)]


async def test_a_function_that_does_not_say_what_it_returns_is_refused(tmp_path: Path) -> None:
    async def vague():  # pyright: ignore[reportUnknownParameterType]
        return 1

    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        with pytest.raises(TypeError, match=r"vague: .* annotated with the type it returns"):
            await turn.step(vague)
        with pytest.raises(TypeError, match=r"vague: .* annotated with the type it returns"):
            await turn.effect(vague)
    assert rows(tmp_path, "select * from journal") == []


async def test_what_has_no_name_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        turn = await turn_of(store)
        with pytest.raises(TypeError, match="is a function or a method"):
            await turn.step(functools.partial(a_model))


async def test_a_result_that_could_not_be_read_again_is_not_remembered(tmp_path: Path) -> None:
    async def score() -> float:
        return float("nan")  # JSON has none

    with Store(tmp_path / "state.db") as store, pytest.raises(ValidationError):
        await (await turn_of(store)).step(score)
    assert rows(tmp_path, "select * from journal") == []


async def test_another_step_at_the_same_place_is_a_changed_flow(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        await (await turn_of(store)).step(a_model)
        with pytest.raises(FlowChanged, match="step 0 was a_model, the flow now says a_tuple"):
            await (await turn_of(store)).step(a_tuple)


async def test_another_type_at_the_same_place_is_a_changed_flow(tmp_path: Path) -> None:
    def make(returns: Any) -> Callable[[], typing.Coroutine[Any, Any, object]]:
        async def assess() -> object:
            return TypeAdapter[object](returns).validate_python(1)

        assess.__annotations__ = {"return": returns}
        return assess

    with Store(tmp_path / "state.db") as store:
        await (await turn_of(store)).step(make(int))
        with pytest.raises(FlowChanged, match="step 0, assess, now returns another type"):
            await (await turn_of(store)).step(make(Verdict))


async def test_a_run_that_was_started_again_elsewhere_can_not_write(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        old, new = await turn_of(store), await turn_of(store)
        with pytest.raises(Superseded):
            await old.step(a_model)
        await new.step(a_model)
    assert len(rows(tmp_path, "select * from journal")) == 1


async def test_turns_do_not_see_each_other(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        first, second = await turn_of(store, message("1.0")), await turn_of(store, message("2.0"))
        await first.step(a_model)
        await second.step(a_tuple)
        entries = await store(lambda db: journal.read(db, second.id))
    assert [(entry.n, entry.name) for entry in entries] == [(0, "a_tuple")]


def test_the_seam_asks_for_no_more_than_three_verbs() -> None:
    public = {name for name, _ in inspect.getmembers(Turn) if not name.startswith("_")}
    assert public == {"step", "effect"}  # and the attributes `id` and `state`
