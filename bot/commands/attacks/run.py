"""sluice eval attacks: the command."""

from collections.abc import Sequence
from pathlib import Path

import click

from bot.commands.attacks.cases import by_suite, read_cases
from bot.commands.attacks.drive import Outcome, drive
from bot.commands.attacks.report import as_json as to_json
from bot.commands.attacks.report import holds, tables


async def attacks(files: Sequence[Path], detection: str, *, as_json: bool) -> int:
    """Drive the cases through the whole bot, with detection on and off; 1 if one gets through."""
    suites = by_suite(read_cases(files))
    runs: dict[str, list[Outcome]] = {}
    for mode in ("on", "off") if detection == "both" else (detection,):
        runs[mode] = []
        for suite, cases in suites.items():
            click.echo(f"detection {mode}: {suite}, {len(cases)} cases...", err=True)
            runs[mode] += await drive(cases, detection=mode == "on")
    click.echo(to_json(runs) if as_json else tables(runs))
    return 0 if holds(runs) else 1
