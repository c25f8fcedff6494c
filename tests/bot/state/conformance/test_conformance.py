"""Every engine is killed at every point, at random moments, and under another's eyes."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.messages.events import Event
from bot.state.turn import Turn
from tests.bot.state.conformance.engines import KINDS
from tests.bot.state.helpers import Apologies, message

ROOT = Path(__file__).parents[4]

pytestmark = pytest.mark.parametrize("kind", list(KINDS))


def scenario(kind: str, name: str, home: Path) -> dict[str, Any]:
    """Play a scenario in a process that forks the lives."""
    command = [sys.executable, "-m", "tests.bot.state.conformance.lives", kind, str(home), name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_each_point_and_again_every_effect_happens_once(
    kind: str, tmp_path: Path
) -> None:
    found = scenario(kind, "sweep", tmp_path / "home")
    assert found["deaths"] > 30
    event = message("0.0", channel="C0").id
    assert all(notes == [f"write {event}", f"say {event}"] for notes in found["notes"])


def test_killed_at_random_nothing_is_lost_or_doubled_and_threads_keep_their_order(
    kind: str, tmp_path: Path
) -> None:
    found = scenario(kind, "storm", tmp_path / "home")
    assert found["twice"] == []
    assert found["answered"] == found["expected"]
    assert found["disordered"] == []


def test_who_stands_by_goes_on_with_what_the_killed_one_has_begun(
    kind: str, tmp_path: Path
) -> None:
    found = scenario(kind, "takeover", tmp_path / "home")
    assert found["early"] == []
    assert sum(note.startswith("write") for note in found["notes"]) == 1
    assert found["took_s"] < 5  # milliseconds, where nothing else is to do


def test_a_new_version_finishes_what_it_knows_and_says_sorry_for_the_rest(
    kind: str, tmp_path: Path
) -> None:
    found = scenario(kind, "upgrade", tmp_path / "home")
    old, new = message("0.0", channel="C0").id, message("0.1", channel="C1").id
    assert f"say {old}" in found["before"]  # its journal held nothing that has changed
    assert f"sorry {old}" in found["after"]
    assert f"say {old}" not in found["after"]
    assert found["after"].count(f"write {old}") == 1
    assert all(f"say {new}" in found[when] for when in ("before", "after"))


async def test_an_event_is_taken_once_whoever_brings_it(kind: str, tmp_path: Path) -> None:
    ran: list[str] = []

    async def flow(turn: Turn, event: Event) -> None:
        ran.append(event.id)

    for new in (1, 0):
        async with KINDS[kind](tmp_path, flow, Apologies()) as engine:
            taken = await asyncio.gather(*(engine.submit(message()) for _ in range(5)))
            await engine.idle()
            assert await engine.submit(message()) is False
            await engine.idle()
            assert sum(taken) == new
    assert ran == [message().id]


async def test_threads_go_side_by_side_and_each_in_its_order(kind: str, tmp_path: Path) -> None:
    order: list[str] = []
    second = asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        if event.id == message("1.0").id:
            await second.wait()  # for another thread
        if event.id == message("2.0").id:
            second.set()
        order.append(event.id.rpartition(":")[2])

    async with KINDS[kind](tmp_path, flow, Apologies()) as engine, asyncio.timeout(30):
        for event in (message("1.0"), message("1.1", root="1.0"), message("2.0")):
            await engine.submit(event)
        await engine.idle()
    assert order == ["2.0", "1.0", "1.1"]


async def test_what_may_have_happened_and_nobody_can_tell_is_not_done_again(
    kind: str, tmp_path: Path
) -> None:
    acted: list[str] = []
    reached = asyncio.Event()

    async def act(key: str) -> str:
        acted.append(key)
        reached.set()
        return await asyncio.Future()

    async def flow(turn: Turn, event: Event) -> None:
        await turn.effect(act, event.id)

    async with KINDS[kind](tmp_path, flow, Apologies()) as engine:
        await engine.submit(message())
        await reached.wait()
    apologies = Apologies()
    async with KINDS[kind](tmp_path, flow, apologies) as engine, asyncio.timeout(30):
        await engine.idle()
    assert acted == [message().id]
    assert apologies.errors == ["InDoubt"]
