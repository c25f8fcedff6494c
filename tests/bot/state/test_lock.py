"""One process a home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import HomeInUse, StateError
from bot.state.lock import only_one
from tests.bot.state.test_crash import ROOT


def test_a_second_process_is_told_who_has_the_home(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.bot.state.victim", str(tmp_path), "locked"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        told = rf"process {other.pid}\) already runs on .*{tmp_path.name}: stop it.*SLUICE_HOME"
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
