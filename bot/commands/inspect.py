"""sluice trace, sluice screen: looking at what is there and what happened."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

import click

from bot.app import STATE, seeing_policy
from bot.errors import StateError
from bot.guardrails.policy import Policy
from bot.settings import Settings
from bot.stages.screen import assess
from bot.state.trace import Trace, TracedStep, trace

T = TypeVar("T")
Origin = Literal["requester", "document", "tool"]

_COLOURS = {
    **dict.fromkeys(("allow", "ok", "grounded", "approved", "done"), "green"),
    **dict.fromkeys(("restrict", "ask", "unknown", "clarify", "open", "retry"), "yellow"),
    **dict.fromkeys(("block", "withhold", "deny", "denied", "failed", "refused"), "red"),
}


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


def print_trace(found: Trace) -> None:
    """Print a trace for a person: a line a step, then what matters of its result."""
    status = click.style(found.status, fg=_COLOURS.get(found.status), bold=True)
    click.echo(f"{found.turn_id}  {found.event}  {status}  {found.seconds * 1000:.0f} ms")
    for step in found.steps:
        label, detail = _summary(step)
        mark = click.style(f"{label:<9}", fg=_COLOURS.get(label))
        click.echo(f"  {step.seconds * 1000:7.1f} ms  {step.name:<10} {mark} {detail}")
    for other in found.related:
        click.echo(click.style(f"  see also {other.event} {other.turn_id}", dim=True))


def _summary(step: TracedStep) -> tuple[str, str]:
    """A step's outcome in a word, and its content in a line."""
    match step.name, step.result:
        case "screen", {"action": action, "findings": findings}:
            return action, ", ".join(f"{f['guardrail']} {f['score']:.2f}" for f in findings)
        case "retrieve", {"passages": passages}:
            return "", "; ".join(f"{p['title']} {p['score']:.2f}" for p in passages)
        case "sift", {"passages": passages, "withheld": withheld}:
            held = f"{len(withheld)} withheld" if withheld else ""
            return "withhold" if withheld else "allow", f"{len(passages)} passages kept {held}"
        case "route", list(offers):
            return "", ", ".join(f"{offer['tool']} {offer['score']:.2f}" for offer in offers)
        case "reason", {"author": author, "calls": calls, "draft": draft, "problem": problem}:
            called = ", ".join(f"{call['name']}({call['arguments']})" for call in calls)
            status = draft["status"] if draft else ""
            return status, f"{author} {called or problem or ''}"
        case "judge", list(judgements):
            ruled = [f"{j['call']['name']}: {j['action']} ({j['rule']})" for j in judgements]
            return "", ", ".join(ruled)
        case "validate", {"problems": problems}:
            return "retry" if problems else "ok", "; ".join(problems)
        case _, dict(result):
            label = next((str(result[k]) for k in ("outcome", "status") if k in result), "")
            return label, str(result.get("name") or result.get("ts") or "")
        case _, list(results):
            return "", ", ".join(str(r.get("result", r).get("outcome", "")) for r in results)
        case _:
            return "", ""
