"""sluice turns: what waits, what has failed, and trying again."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import click

from bot.admin.given_up import ADVICE, ELSE
from bot.commands.inspect import print_trace, read_state, read_trace
from bot.errors import NotTried, StateError
from bot.parts import STATE
from bot.settings import Settings
from bot.state.account import account
from bot.state.store import Store
from bot.state.trace import Trace
from bot.state.turns import Listed, listed, retry


def list_turns(settings: Settings, *, failed: bool, most: int, as_json: bool) -> None:
    """Print the turns that wait or have failed, and the way to go on."""
    states = ("failed",) if failed else ("open", "failed")
    found = read_state(settings.sluice_home, lambda db: listed(db, *states, most=most))
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("Nothing has failed." if failed else "Nothing waits, and nothing has failed.")
    elif any(one.status == "failed" for one in found):
        click.echo("\n`sluice turns show TURN` tells why; `sluice turns retry TURN` tries again.")


def show_turn(turn: str, settings: Settings, *, as_json: bool) -> int:
    """Print a turn's trace, what its failure means, and what to do; 1 if there is no such turn."""
    found = read_trace(settings.sluice_home, turn)
    if found is None:
        click.echo(f"sluice: there is no turn {turn}", err=True)
        return 1
    if as_json:
        click.echo(found.model_dump_json(indent=2))
        return 0
    model = settings.config.model
    print_trace(found, account(found, model.prices, model.currency))
    if found.error:
        _print_failure(found, found.error)
    return 0


async def retry_turns(turns: Sequence[str], settings: Settings, *, as_json: bool) -> int:
    """Open failed turns again; 1 if one of those that were named is not tried again."""
    path = settings.sluice_home / STATE
    if not path.is_file():
        raise StateError(f"there is nothing to try: {path} does not exist")
    refused: dict[str, str] = {}
    opened: list[str] = []
    with Store(path) as store:
        for turn in await _named(turns, store):
            try:
                await store(partial(retry, turn=turn))
                opened.append(turn)
            except NotTried as error:
                refused[turn] = str(error)
    if as_json:
        click.echo(json.dumps({"opened": opened, "refused": refused}, indent=2))
    else:
        _print_retried(opened, refused)
    return 1 if refused and "all" not in turns else 0


async def _named(turns: Sequence[str], store: Store) -> list[str]:
    if "all" not in turns:
        return list(turns)
    failed = await store(lambda db: listed(db, "failed", most=100_000))
    return [one.turn_id for one in reversed(failed)]  # in the order in which they came


def _print_retried(opened: Sequence[str], refused: dict[str, str]) -> None:
    for turn in opened:
        click.echo(f"{click.style('opened', fg='green')}   {turn}")
    for why in refused.values():
        click.echo(f"{click.style('refused', fg='red')}  {why}")
    if opened:
        click.echo("\nA bot that runs takes them up within half a minute, else the next start.")
    elif not refused:
        click.echo("Nothing has failed.")


def _print_failure(found: Trace, error: str) -> None:
    tried = f"{error}, {found.attempts} attempt{'s' if found.attempts != 1 else ''}"
    click.echo(f"\n{click.style(tried, fg='red' if found.status == 'failed' else 'yellow')}")
    click.echo(ADVICE.get(error, ELSE))
    if found.status == "failed":
        click.echo(f"`sluice turns retry {found.turn_id}` tries it again where that is safe.")


def _line(one: Listed) -> str:
    mark = click.style(f"{one.status:<7}", fg="red" if one.status == "failed" else "yellow")
    age = _ago(datetime.now(UTC) - one.received_at)
    kind = one.event or "?"
    return f"{mark} {age:>6}  {kind:<8} {one.user:<12} {one.turn_id}  {one.error or ''}".rstrip()


def _ago(age: timedelta) -> str:
    """An age in its largest unit: 3 h."""
    seconds = max(0.0, age.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
