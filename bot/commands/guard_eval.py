"""sluice eval guardrails: how well attacks are told from harmless texts, by source and origin."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from bot.commands.guard_disguises import DISGUISES
from bot.commands.guard_measures import RATES, Scores, auc, bar
from bot.commands.guard_plot import draw
from bot.guardrails.classifier.signs import english
from bot.guardrails.layers.characters import key_of
from bot.guardrails.policy import RESTRICT_AT, Policy
from bot.guardrails.training.texts import Text, read
from bot.messages.verdicts import Origin
from bot.parts import make_embedder, make_policy
from bot.settings import Settings
from bot.stages.screen import assess
from knowledge.recent import Remembering, one_vector

MESSAGE_WORDS, PAGE_CHARS = 60, 4_000
TIMED = 60
HIDDEN_ATTACKS = 20
"""Attacks of each source that are hidden in every disguise."""

MOSTLY_ENGLISH = 0.5


@dataclass(frozen=True)
class Judged:
    """What the guardrails said of each of some texts."""

    texts: Sequence[Text]
    scores: Scores
    allowed: npt.NDArray[np.bool_]
    blocked: npt.NDArray[np.bool_]


@dataclass
class Figures:
    """What is measured; shares are from 0 to 1."""

    sources: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    macro: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    over_defence: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    disguises: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    latency_ms: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])


def guardrails(
    paths: Sequence[Path],
    settings: Settings,
    out: Path | None,
    plot: Path | None,
    *,
    disguises: bool,
    as_json: bool,
) -> None:
    """Judge every text as the bot would; print a table, and write JSON and a plot if asked."""
    texts = read(paths or [Path(str(files("bot.guardrails").joinpath("data", "examples.jsonl")))])
    embedder = Remembering(make_embedder(settings))
    policy = make_policy(settings).with_vectors(one_vector(embedder), embedder.name)
    origins: tuple[Origin, ...] = ("requester", "document")
    judged: dict[Origin, Judged] = {
        origin: judge_all(
            [one for one in texts if one.of_data == (origin == "document")], origin, policy
        )
        for origin in origins
    }
    figures = measured(judged)
    if disguises:
        asked = judged["requester"]
        figures.disguises = hidden(asked, policy, {"not_allowed": RESTRICT_AT, **_bars(asked)})
    figures.latency_ms = latency(policy, embedder)
    told = json.dumps(asdict(figures), indent=2)
    if out:
        out.write_text(told + "\n", encoding="utf-8")
    if plot:
        draw(plot, {o: (j.scores, [t.attack for t in j.texts]) for o, j in judged.items()})
    click.echo(told if as_json else "\n".join(table(figures)))


def judge_all(texts: Sequence[Text], origin: Origin, policy: Policy) -> Judged:
    """Judge texts of one origin."""
    verdicts = [assess(one.text, origin, policy) for one in texts]
    return Judged(
        texts,
        np.array([verdict.score for verdict in verdicts]),
        np.array([verdict.action == "allow" for verdict in verdicts]),
        np.array([verdict.action == "block" for verdict in verdicts]),
    )


def measured(judged: Mapping[Origin, Judged]) -> Figures:
    """Compare with what the texts are."""
    figures = Figures()
    for origin, one in judged.items():
        if not one.texts:
            continue
        rows = list(_rows(one, origin))
        figures.sources += rows
        caught = [row for row in rows if row["attack"]]
        if caught:
            columns = ("not_allowed", *(f"at_{rate:.1%}" for rate in RATES), "auc")
            figures.macro[origin] = {
                c: round(float(np.mean([float(str(row[c])) for row in caught])), 3)
                for c in columns
                if caught[0][c] is not None
            }
        if found := _over_defence(one):
            figures.over_defence[origin] = found
    return figures


def _rows(one: Judged, origin: str) -> Iterable[dict[str, object]]:
    sources = np.array([text.source for text in one.texts])
    guilty = np.array([text.attack for text in one.texts])
    bars = _bars(one)
    for attack in (True, False):
        for source in sorted(set(sources[guilty == attack])):
            some = (sources == source) & (guilty == attack)
            row: dict[str, object] = {
                "origin": origin,
                "source": str(source),
                "attack": attack,
                "texts": int(some.sum()),
                "not_allowed": round(float(1 - one.allowed[some].mean()), 4),
                "blocked": round(float(one.blocked[some].mean()), 4),
            }
            row |= {
                name: round(float((one.scores[some] >= b).mean()), 4) for name, b in bars.items()
            }
            if attack and not guilty.all():
                row["auc"] = round(auc(one.scores[some], one.scores[~guilty]), 4)
            yield {"auc": None} | row


def _bars(one: Judged) -> dict[str, float]:
    """Which score is which share of false alarms."""
    return {f"at_{rate:.1%}": bar(one.texts, one.scores, rate) for rate in RATES}


def _over_defence(one: Judged) -> dict[str, float]:
    """Which share of harmless look-alikes is let through."""
    alike = np.array([t.look_alike for t in one.texts])
    if not alike.any():
        return {}
    found = {"let_through": float(one.allowed[alike].mean())}
    found |= {name: float((one.scores[alike] < at).mean()) for name, at in _bars(one).items()}
    return {name: round(value, 4) for name, value in found.items()}


def hidden(asked: Judged, policy: Policy, bars: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Of attacks that reach a bar in plain words, the share that does in each disguise, by bar."""
    seen = {name: _seen(asked, at) for name, at in bars.items()}
    every = set[str]().union(*seen.values())
    found: dict[str, dict[str, float]] = {}
    for name, hide in DISGUISES.items():
        scores = {text: assess(hide(text), "requester", policy).score for text in every}
        found[name] = {
            which: round(float(np.mean([scores[text] >= bars[which] for text in some])), 3)
            for which, some in seen.items()
            if some
        }
    return found


def _seen(asked: Judged, at: float) -> list[str]:
    """Short English attacks that reach a bar, of each source the same few by digest."""
    found: dict[str, list[str]] = {}
    both = zip(asked.texts, asked.scores, strict=True)
    for one, score in sorted(both, key=lambda pair: sha256(pair[0].text.encode()).digest()):
        plain = one.attack and one.lang == "en" and 20 <= len(one.text) <= 400
        some = found.setdefault(one.source, [])
        if plain and score >= at and len(some) < HIDDEN_ATTACKS and _is_english(one.text):
            some.append(one.text)
    return [text for some in found.values() for text in some]


def _is_english(text: str) -> bool:
    return english(key_of(text)) >= MOSTLY_ENGLISH


def latency(policy: Policy, embedder: Remembering) -> dict[str, dict[str, float]]:
    """Milliseconds of one thread; the vector of a message is what retrieval has made anyway."""
    words = (
        "please tell me how we book travel for the team in May when our manager is away and".split()
    )
    texts: dict[str, tuple[Origin, str]] = {
        "message": ("requester", " ".join((words * 5)[:MESSAGE_WORDS])),
        "page": ("document", (" ".join(words) + ". ") * 60),
    }
    found: dict[str, dict[str, float]] = {}
    for name, (origin, text) in texts.items():
        times: list[float] = []
        for turn in range(TIMED):
            fresh = f"{turn} {text}"[:PAGE_CHARS]
            if origin == "requester":
                embedder.embed([fresh])
            start = time.perf_counter()
            assess(fresh, origin, policy)
            times.append((time.perf_counter() - start) * 1000)
        found[name] = {f"p{p}": round(float(np.percentile(times, p)), 2) for p in (50, 95)}
    return found


def table(figures: Figures) -> Iterable[str]:
    """The figures for a person."""
    heads = ["not_allowed", "blocked", *(f"at_{rate:.1%}" for rate in RATES), "auc"]
    for attack, title in ((True, "attacks: caught"), (False, "harmless: false alarms")):
        yield f"{title:<26}{'origin':<10}{'texts':>7}" + "".join(f"{h:>12}" for h in heads)
        for row in figures.sources:
            if row["attack"] == attack:
                values = "".join(f"{row[h]!s:>12}" for h in heads)
                yield f"  {row['source']!s:<24}{row['origin']!s:<10}{row['texts']!s:>7}{values}"
        yield ""
    for origin, values in figures.macro.items():
        yield f"macro recall, {origin}: " + ", ".join(f"{k} {v}" for k, v in values.items())
    for origin, values in figures.over_defence.items():
        told = ", ".join(f"{k} {v}" for k, v in values.items())
        yield f"look-alikes let through, {origin}: {told}"
    for name, values in figures.disguises.items():
        told = ", ".join(f"{k} {v}" for k, v in values.items())
        yield f"still seen when hidden by {name}: {told}"
    for name, values in figures.latency_ms.items():
        yield f"a {name}: " + ", ".join(f"{k} {v} ms" for k, v in values.items())
