"""Judge every sentence, and say how many were judged rightly, and how fast."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from bot.commands.grounding.cases import TRUE, Case, demo_cases, file_cases
from bot.grounding import Judge, unsupported
from bot.grounding.sources import prepare
from bot.messages.frozen import Frozen
from knowledge.embed import Embedder, SentenceTransformerEmbedder

ALARMS = 0.05
"""The share of true sentences that may be doubted, where kinds are compared."""

MISSING = 9.0
"""The risk of a sentence with a number or an identifier that stands nowhere at all."""


class Judged(NamedTuple):
    """A case, how risky its sentence was judged, and how long that took, in seconds."""

    case: Case
    risk: float
    seconds: float


class Kind(Frozen):
    """Of one kind of false sentences: how many there were, and how many were found."""

    cases: int
    found: int
    recall: float


class Reading(Frozen):
    """What comes out at one threshold.

    Attributes:
        risk: From this risk on a sentence is doubted.
        false_alarms: The share of true sentences that were.
    """

    risk: float
    false_alarms: float
    precision: float
    recall: float
    f1: float
    kinds: dict[str, Kind]


class Measured(Frozen):
    """What `sluice eval grounding` prints.

    Attributes:
        in_use: At the thresholds that replies are checked with.
        at_five_percent: Where one true sentence in twenty is doubted; None without true ones.
        ms: Time for a sentence at one thread, in milliseconds.
    """

    true: int
    false: int
    in_use: Reading
    at_five_percent: Reading | None
    ms: dict[str, float]


def grounding(
    paths: Sequence[Path], pages: Path | None, *, rounds: int, as_json: bool, verbose: bool
) -> None:
    """Measure, and print a table or JSON."""
    embedder = SentenceTransformerEmbedder(threads=1)
    cases = file_cases(paths, pages, embedder, rounds) if paths else demo_cases(embedder, rounds)
    if not cases:
        raise click.ClickException("there is no sentence to judge in these files")
    judged = judge_all(cases, embedder)
    found = measured(judged)
    if verbose:
        for line in _mistakes(judged):
            click.echo(line, err=True)
    click.echo(found.model_dump_json(indent=2) if as_json else table(found))


def judge_all(cases: Sequence[Case], embedder: Embedder) -> list[Judged]:
    """Judge every case on its own: what was kept from the one before is dropped where it is new."""
    embedder.embed(["the first one takes longer"])
    found: list[Judged] = []
    judge, last = Judge(embedder), ""
    for case in cases:
        if case.id != last:  # another reply: nothing of its sources was seen before
            prepare.cache_clear()
            judge, last = Judge(embedder), case.id
        clock = time.perf_counter()
        risk = _risk(case, judge)
        found.append(Judged(case, risk, time.perf_counter() - clock))
    return found


def _risk(case: Case, judge: Judge) -> float:
    basis = case.basis
    if unsupported(case.sentence, basis.facts):
        return MISSING
    return judge.judge(case.sentence, prepare(basis.texts, basis.titles, basis.asked)).risk


def measured(judged: Sequence[Judged]) -> Measured:
    """The figures."""
    true = sorted((one.risk for one in judged if one.case.kind == TRUE), reverse=True)
    times = np.array([one.seconds for one in judged]) * 1000
    five = max(np.nextafter(true[int(ALARMS * len(true))], 99.0), 1e-9) if true else None
    return Measured(
        true=len(true),
        false=len(judged) - len(true),
        in_use=_reading(judged, 1.0),
        at_five_percent=None if five is None else _reading(judged, float(five)),
        ms={f"p{p}": round(float(np.percentile(times, p)), 2) for p in (50, 95)},
    )


def _reading(judged: Sequence[Judged], risk: float) -> Reading:
    doubted = [one for one in judged if one.risk >= risk]
    false = [one for one in judged if one.case.kind != TRUE]
    hits = sum(one.case.kind != TRUE for one in doubted)
    alarms, true = len(doubted) - hits, len(judged) - len(false)
    precision = hits / len(doubted) if doubted else 0.0
    recall = hits / len(false) if false else 0.0
    both = precision + recall
    return Reading(
        risk=round(risk, 3),
        false_alarms=round(alarms / true, 4) if true else 0.0,
        precision=round(precision, 4),
        recall=round(recall, 4),
        f1=round(2 * precision * recall / both, 4) if both else 0.0,
        kinds={
            kind: _kind(false, kind, risk) for kind in dict.fromkeys(o.case.kind for o in false)
        },
    )


def _kind(false: Sequence[Judged], kind: str, risk: float) -> Kind:
    mine = [one for one in false if one.case.kind == kind]
    found = sum(one.risk >= risk for one in mine)
    return Kind(cases=len(mine), found=found, recall=round(found / len(mine), 4))


def table(found: Measured) -> str:
    """The figures for people."""
    five = found.at_five_percent
    lines = [
        f"{found.true} true and {found.false} false sentences, "
        f"{found.ms['p50']} ms each, p95 {found.ms['p95']} ms",
        "",
        f"{'':<24}{'in use':>9}{'at 5 %':>9}",
    ]
    for name in ("false_alarms", "precision", "recall", "f1"):
        values = [getattr(one, name) for one in (found.in_use, five) if one]
        lines.append(f"{name.replace('_', ' '):<24}" + "".join(f"{v:9.3f}" for v in values))
    lines.append("")
    for kind, one in found.in_use.kinds.items():
        other = f"{five.kinds[kind].recall:9.3f}" if five else ""
        lines.append(f"{kind[:18]:<18}{one.cases:6}{one.recall:9.3f}{other}")
    return "\n".join(lines)


def _mistakes(judged: Sequence[Judged]) -> list[str]:
    return [
        f"{one.case.kind}\t{one.risk:.2f}\t{one.case.sentence}"
        for one in judged
        if (one.risk >= 1) == (one.case.kind == TRUE)
    ]
