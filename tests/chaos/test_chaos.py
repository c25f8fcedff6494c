"""The short form of the suite: a few kills, and the counts have to be clean."""

from pathlib import Path

import pytest

from tests.chaos.storm import storm

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


async def test_a_bot_that_is_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    found = await storm(tmp_path, "sluice", 6, seed=3, rate=2.0, faults=False, quiet_s=6.0)
    assert found.acknowledged > 5
    assert found.sound, found.wrong
