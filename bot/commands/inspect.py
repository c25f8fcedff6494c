"""sluice trace, sluice screen: looking at what is there and what happened."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

import click

from bot.errors import StateError
from bot.guardrails.policy import Policy
from bot.parts import STATE, seeing_policy
from bot.settings import Settings
from bot.stages.screen import assess
from bot.state import audit
from bot.state.account import Account
from bot.state.trace import Trace, trace

T = TypeVar("T")
Origin = Literal["requester", "document", "tool"]

_COLOURS = {"good": "green", "careful": "yellow", "bad": "red"}


def read_texts(file: IO[str], origin: Origin) -> Iterator[tuple[str, Origin]]:
    """The texts of a JSONL file; a line may name an origin of its own.

    Raises:
        click.ClickException: A line is not a JSON object with a text.
    """
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield str(row["text"]), row.get("origin", origin)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problem = f'line {number} is not a JSON object with a "text"'
            raise click.ClickException(problem) from error


def screen_texts(lines: Iterable[tuple[str, Origin]], settings: Settings) -> Iterator[str]:
    """Judge texts, a JSON line each, in the order given."""
    policy = seeing_policy(settings)
    for text, origin in lines:
        yield json.dumps(_judged(text, origin, policy), ensure_ascii=False)


def _judged(text: str, origin: Origin, policy: Policy) -> dict[str, Any]:
    verdict = assess(text, origin, policy)
    findings = [finding.model_dump(mode="json") for finding in verdict.findings]
    return {"action": verdict.action, "score": verdict.score, "findings": findings}


def read_trace(home: Path, turn_id: str) -> Trace | None:
    """Read a turn's trace from the state file, beside a bot that may be running."""
    return read_state(home, partial(trace, turn_id=turn_id))


def verify_audit(home: Path, *, as_json: bool) -> int:
    """Say whether the audit's chain is whole, with its length and its last hash."""
    broken, (entries, last) = read_state(home, lambda db: (audit.broken_at(db), audit.head(db)))
    if as_json:
        told = {"whole": broken is None, "broken_at": broken, "entries": entries, "head": last}
        click.echo(json.dumps(told, indent=2))
    elif broken is None:
        click.echo(f"The audit is whole: {entries:,} entries, the last hash is {last}.")
    else:
        click.echo(
            f"sluice: entry {broken} of the audit does not follow from the one before: "
            "it, or one before it, was changed or taken out",
            err=True,
        )
    return 0 if broken is None else 1


def read_state(home: Path, look: Callable[[sqlite3.Connection], T]) -> T:
    """Look at the state file, beside a bot that may be running.

    Raises:
        StateError: There is none, or it cannot be read.
    """
    path = home / STATE
    if not path.is_file():
        raise StateError(f"there is nothing to see yet: {path} does not exist")
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return look(db)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StateError(f"{path} cannot be read: {error}") from error


def print_trace(found: Trace, told: Account) -> None:
    """Print a turn for a person: a line a step, then what matters of its result."""
    status = click.style(told.status, fg=_COLOURS.get(told.mood), bold=True)
    click.echo(f"{told.turn_id}  {told.event}  {status}  {told.seconds * 1000:.0f} ms")
    for line in told.lines:
        mark = click.style(f"{line.label:<9}", fg=_COLOURS.get(line.mood))
        detail = "; ".join(filter(None, (line.detail, line.private)))
        click.echo(f"  {line.seconds * 1000:7.1f} ms  {line.step:<10} {mark} {detail}")
    if told.spent:
        click.echo(f"  {told.spent}")
    for other in found.related:
        click.echo(click.style(f"  see also {other.event} {other.turn_id}", dim=True))
