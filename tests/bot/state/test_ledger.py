"""The ledger: turns and tokens of today, of one person."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from bot.errors import StateError
from bot.messages.decisions import Decision, Usage
from bot.messages.events import Event
from bot.messages.task import Spent
from bot.state import taken_back
from bot.state.ledger import Ledger
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import ADA, BEN, answered, click, message, turn_of

T = TypeVar("T")


async def reason(tokens: int) -> Decision:
    usage = Usage(input_tokens=tokens, output_tokens=1, requests=1)
    return Decision(author="a model", usage=usage)


async def think(turn: Turn, event: Event) -> None:
    """Ask the model twice: 112 tokens."""
    await turn.step(reason, 100)
    await turn.step(reason, 10)


async def spent(home: Path, user: str) -> Spent:
    """What one person has spent; what everybody has is tested by itself."""
    with Store(home / "state.db") as store:
        found = await Ledger(store).spent(user)
    return Spent(turns=found.turns, tokens=found.tokens)


async def test_who_has_asked_nothing_has_spent_nothing(tmp_path: Path) -> None:
    assert await spent(tmp_path, ADA) == Spent(turns=0, tokens=0)


async def test_turns_and_tokens_are_counted_by_person(tmp_path: Path) -> None:
    events = message("1.0"), message("2.0"), message("3.0", user=BEN)
    await answered(tmp_path, think, *events)
    assert await spent(tmp_path, ADA) == Spent(turns=2, tokens=224)
    assert await spent(tmp_path, BEN) == Spent(turns=1, tokens=112)


async def test_a_click_is_no_turn_but_its_tokens_count(tmp_path: Path) -> None:
    await answered(tmp_path, think, message("1.0"), click("call_1"))
    assert await spent(tmp_path, ADA) == Spent(turns=1, tokens=224)


async def test_the_turn_at_hand_is_included(tmp_path: Path) -> None:
    seen: list[Spent] = []

    async def flow(turn: Turn, event: Event) -> None:
        await turn.step(reason, 100)
        seen.append(await turn.step(Ledger(store).spent, event.user))

    with Store(tmp_path / "state.db") as store:
        await flow(await turn_of(store), message())
    assert seen == [Spent(turns=1, tokens=101, all_turns=1, all_tokens=101)]


async def test_only_today_counts(tmp_path: Path) -> None:
    await answered(tmp_path, think, message("1.0"), message("2.0"), message("3.0"))
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = midnight - timedelta(microseconds=1)
    sql = "update inbox set received_at = ? where id = ?"
    with Store(tmp_path / "state.db") as store:
        dates = [
            (midnight.timestamp(), message("1.0").id),
            (yesterday.timestamp(), message("2.0").id),
        ]
        await store(lambda db: db.executemany(sql, dates))
    assert await spent(tmp_path, ADA) == Spent(turns=2, tokens=224)


async def test_an_edit_does_not_give_back_what_the_old_text_has_cost(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        for text in ("first edit", "second edit"):
            await (await turn_of(store)).step(reason, 100)
            await store(partial(taken_back.revise, turn=message().id, text=text))
        await (await turn_of(store)).step(reason, 7)
    assert await spent(tmp_path, ADA) == Spent(turns=1, tokens=101 + 101 + 8)


# --- everybody together ---------------------------------------------------------------------------


async def everybody(ledger: Ledger) -> tuple[int, int]:
    found = await ledger.spent("U01NOBODY")
    return found.all_turns, found.all_tokens


async def test_everybody_is_counted_together_and_nothing_twice(tmp_path: Path) -> None:
    await answered(tmp_path, think, message("1.0"), message("2.0", user=BEN), click("call_1"))
    with Store(tmp_path / "state.db") as store:
        ledger = Ledger(store)
        assert await everybody(ledger) == (2, 336)
        assert await everybody(ledger) == (2, 336)
        turn = await turn_of(store, message("3.0"))
        await turn.step(reason, 100)
        assert await everybody(ledger) == (3, 437)
        await turn.step(reason, 10)
        assert await everybody(ledger) == (3, 448)


async def test_what_everybody_used_yesterday_does_not_count(tmp_path: Path) -> None:
    await answered(tmp_path, think, message("1.0"), message("2.0", user=BEN))
    with Store(tmp_path / "state.db") as store:
        ledger = Ledger(store)
        assert await everybody(ledger) == (2, 224)
        await store(lambda db: db.execute("update inbox set received_at = received_at - 90000"))
        assert await everybody(Ledger(store)) == (0, 0)


async def test_what_a_turn_costs_that_is_tried_again_counts(tmp_path: Path) -> None:
    mark = "update inbox set state = ?, ended_at = 7"
    with Store(tmp_path / "state.db") as store:
        ledger = Ledger(store)
        await (await turn_of(store)).step(reason, 100)
        await store(lambda db: db.execute(mark, ("failed",)))
        assert await everybody(ledger) == (1, 101)
        await store(lambda db: db.execute(mark, ("open",)))
        again = await turn_of(store)
        await again.step(reason, 100)
        await again.step(reason, 10)
        await store(lambda db: db.execute(mark, ("done",)))
        assert await everybody(ledger) == (1, 112)
        assert (await ledger.spent(ADA)).tokens == 112


class Counted(Store):
    """Counts its units of work."""

    units = 0

    async def __call__(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.units += 1
        return await super().__call__(work)


async def test_who_asks_while_it_is_counted_shares_the_next_count(tmp_path: Path) -> None:
    await answered(tmp_path, think, message("1.0"), message("2.0", user=BEN))
    with Counted(tmp_path / "state.db") as store:
        ledger = Ledger(store)
        first = asyncio.create_task(ledger.spent(ADA))
        for _ in range(3):
            await asyncio.sleep(0)  # it is being counted
        found = await asyncio.gather(first, *(ledger.spent(user) for user in (ADA, BEN) * 50))
    assert store.units == 2
    assert {spent.all_tokens for spent in found} == {224}
    assert {spent.tokens for spent in found} == {112}


async def test_a_count_that_fails_fails_those_who_wait_for_it_and_not_the_next(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path / "state.db")
    ledger = Ledger(store)
    await store(lambda db: db.execute("alter table inbox rename to elsewhere"))
    for _ in range(2):
        with pytest.raises(StateError):
            await ledger.spent(ADA)
    await store(lambda db: db.execute("alter table elsewhere rename to inbox"))
    assert (await ledger.spent(ADA)).turns == 0
    store.close()
