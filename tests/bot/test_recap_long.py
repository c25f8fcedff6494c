"""A long channel takes no more memory than a short one: the bot is watched in its own process."""

from pathlib import Path

from benchmarks.summary import measured


async def test_five_thousand_messages_are_summed_up_with_flat_memory(tmp_path: Path) -> None:
    for name in ("short", "long"):
        (tmp_path / name).mkdir()
    short = await measured(500, tmp_path / "short")
    long = await measured(5_000, tmp_path / "long")
    assert long.parts > 30
    assert long.edits > short.edits
    grown = (long.most - long.before) - (short.most - short.before)
    assert grown < 4, (short, long)  # MiB
