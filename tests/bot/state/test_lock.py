"""One process a home."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.errors import HomeInUse, StateError
from bot.state.lock import in_turn, only_one
from tests.bot.state.test_crash import ROOT


def test_a_second_process_is_told_who_has_the_home(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bot.state.victim", str(tmp_path), "locked"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        told = rf"process {other.pid}\) already runs on .*{tmp_path.name}: stop it.*--standby.*HOME"
        with pytest.raises(HomeInUse, match=told), only_one(tmp_path):
            pass
        other.kill()
    with only_one(tmp_path):
        pass


def test_it_is_let_go_at_the_end_even_of_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="mine"), only_one(tmp_path):
        raise ValueError("mine")
    with only_one(tmp_path):
        assert (tmp_path / "engine.lock").read_text() == str(os.getpid())


def test_within_one_process_it_holds_as_well(tmp_path: Path) -> None:
    home = tmp_path / "made" / "on the way"
    with only_one(home), pytest.raises(HomeInUse, match=str(os.getpid())), only_one(home):
        pass


def test_an_owner_who_has_not_written_its_number_yet_is_unknown(tmp_path: Path) -> None:
    with only_one(tmp_path):
        (tmp_path / "engine.lock").write_text("")
        with pytest.raises(HomeInUse, match=r"process unknown"), only_one(tmp_path):
            pass


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = pytest.raises(StateError, match=r"SLUICE_HOME: .*file/home cannot be used")
    with refused, only_one(tmp_path / "file" / "home"):
        pass


async def test_a_standby_has_the_home_as_soon_as_the_other_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bot.state.victim", str(tmp_path), "locked"]
    other = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert other.stdout
    assert await other.stdout.readline() == b"locked\n"
    standby = asyncio.create_task(_have(tmp_path))
    await asyncio.sleep(0.2)
    assert not standby.done()
    other.kill()
    killed = time.perf_counter()
    async with asyncio.timeout(30):
        owner = await standby
    assert time.perf_counter() - killed < 5.0  # milliseconds, where nothing else is to do
    assert owner == str(os.getpid())
    await other.wait()


async def test_a_standby_waits_for_nobody_where_the_home_is_free(tmp_path: Path) -> None:
    assert await _have(tmp_path) == str(os.getpid())


async def test_a_standby_that_is_told_to_stop_leaves_the_home_to_others(tmp_path: Path) -> None:
    with only_one(tmp_path):
        standby = asyncio.create_task(_have(tmp_path))
        await asyncio.sleep(0.1)
        standby.cancel()
        await asyncio.gather(standby, return_exceptions=True)
    async with asyncio.timeout(30):
        assert await _have(tmp_path)
    with only_one(tmp_path):
        pass


async def _have(home: Path) -> str:
    async with in_turn(home):
        return (home / "engine.lock").read_text()
