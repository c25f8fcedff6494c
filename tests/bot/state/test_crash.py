"""kill -9, for real: a process of its own is killed at a named point, and another one goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.state.inbox import ATTEMPTS
from bot.state.lock import only_one
from bot.state.store import Store
from tests.bot.state.helpers import Apologies, answered, message, status
from tests.bot.state.victim import Life

ROOT = Path(__file__).parents[3]
ACTED = f"acted {message().id}"


def kill_at(point: str, home: Path) -> None:
    """Run the victim until it has come to a point, and kill it there."""
    with _victim(point, home) as process:
        assert process.stdout
        assert process.stdout.readline() == f"{point}\n"
        process.kill()


def run_to_its_death(home: Path) -> int:
    """Run the victim that kills itself; its exit status."""
    with _victim("dies", home) as process:
        return process.wait(timeout=60)


def _victim(mode: str, home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bot.state.victim", str(home), mode]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("point", "notes"),
    [
        ("taken", ["first", "second", ACTED]),
        ("step", ["first", "second", "second", ACTED]),
        ("before", ["first", "second", ACTED]),
        ("after", ["first", "second", ACTED]),
    ],
)
async def test_killed_anywhere_a_message_is_answered_once(
    tmp_path: Path, point: str, notes: list[str]
) -> None:
    life = Life(tmp_path)
    kill_at(point, tmp_path)
    with only_one(tmp_path):  # the dead do not hold the lock
        await answered(tmp_path, life)
    assert life.notes() == notes
    assert status(tmp_path, message())[0] == "done"
    await answered(tmp_path, life, message())
    assert life.notes() == notes


async def test_a_message_that_kills_the_process_is_parked_at_the_fourth_start(
    tmp_path: Path,
) -> None:
    for _ in range(ATTEMPTS):
        assert run_to_its_death(tmp_path) == -9
    assert status(tmp_path, message()) == ("open", ATTEMPTS, None)
    apologies = Apologies()
    await answered(tmp_path, Life(tmp_path, "dies"), apologies=apologies)
    assert status(tmp_path, message())[0] == "failed"
    assert len(apologies.said) == 1


@pytest.mark.parametrize(
    ("point", "end", "said"),
    [("after", "done", 0), ("before", "failed", 1)],
)
async def test_what_was_cut_short_each_time_it_acted_is_looked_up_before_it_is_given_up(
    tmp_path: Path, point: str, end: str, said: int
) -> None:
    """Else the person would get an apology for what has been done."""
    kill_at(point, tmp_path)
    sql = "update inbox set attempts = ?, error = null"
    with Store(tmp_path / "state.db") as store:
        await store(lambda db: db.execute(sql, (ATTEMPTS,)))
    life, apologies = Life(tmp_path), Apologies()
    await answered(tmp_path, life, apologies=apologies)
    assert life.notes() == ["first", "second", ACTED][: 3 if point == "after" else 2]
    assert status(tmp_path, message())[0] == end
    assert len(apologies.said) == said
