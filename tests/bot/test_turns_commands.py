"""sluice turns and sluice doctor: what failed is shown, explained and tried again."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.errors import BudgetSpent, InDoubt, ModelUnavailable
from tests.bot.state.helpers import Failing, answered, message, status


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
async def failed(home: Path) -> str:
    await answered(home, Failing(BudgetSpent("x")), message("1.0"))
    return message("1.0").id


def test_the_list_names_what_failed_and_the_way_on(
    failed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["turns", "list"]) == 0
    shown = capsys.readouterr().out
    assert f"{failed}  BudgetSpent" in shown
    assert "sluice turns retry TURN" in shown
    assert main(["turns", "list", "--failed", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["turn_id"], one["status"], one["error"]) == (failed, "failed", "BudgetSpent")


def test_a_failed_turn_is_explained(failed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["turns", "show", failed]) == 0
    shown = capsys.readouterr().out
    assert "BudgetSpent, 1 attempt\n" in shown
    assert "[limits]" in shown
    assert main(["turns", "show", failed, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["error"] == "BudgetSpent"
    assert main(["turns", "show", "nobody"]) == 1


def test_a_failed_turn_is_opened_again(
    failed: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["turns", "retry", failed]) == 0
    assert f"opened   {failed}" in capsys.readouterr().out
    assert status(home, message("1.0")) == ("open", 0, None)
    assert main(["turns", "retry", failed]) == 1
    assert "it is open" in capsys.readouterr().out


async def test_all_that_may_be_tried_again_is_opened_and_the_rest_explained(
    home: Path, failed: str
) -> None:
    await answered(home, Failing(InDoubt("x")), message("2.0"))
    await answered(home, Failing(*[ModelUnavailable("x")] * 3), message("3.0"))
    from bot.commands.turns import retry_turns
    from bot.settings import Settings

    assert await retry_turns(["all"], Settings(sluice_home=home), as_json=True) == 0
    assert [status(home, message(ts))[0] for ts in ("1.0", "2.0", "3.0")] == [
        "open",
        "failed",
        "open",
    ]


def test_without_a_state_file_there_is_nothing_to_see(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("list", "retry all"):
        assert main(["turns", *command.split()]) == 1
    assert "nothing to" in capsys.readouterr().err


def test_the_doctor_tells_how_deep_the_inbox_is_and_what_failed(
    failed: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["doctor"])
    shown = capsys.readouterr().out
    assert "nothing waits in the inbox" in shown
    assert "1 turn has failed: `sluice turns list --failed`" in shown
    assert main(["turns", "retry", failed]) == 0
    main(["doctor"])
    assert "1 turn waits in the inbox, the oldest for" in capsys.readouterr().out
