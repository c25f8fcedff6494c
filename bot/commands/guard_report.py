"""Tables about how well texts are told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.guardrails.classifier.weights import HeadName
from bot.guardrails.training.build import Held
from bot.guardrails.training.texts import Text

RATES = (0.01, 0.005)
"""False alarms at which recall is measured."""

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bar:
    """The score that a share of harmless texts reaches."""

    rate: float
    score: float


def bar(texts: Sequence[Text], scores: Scores, rate: float) -> Bar:
    """Find the score above which a share `rate` of ordinary harmless texts lies.

    Each source counts alike. Look-alikes are left out: how many of them pass is measured at the
    bar, and must not move it.
    """
    ordinary = np.array([not one.attack and one.kind != "hard_negative" for one in texts])
    if not ordinary.any():
        ordinary = np.array([not one.attack for one in texts])
    if not ordinary.any():
        return Bar(rate, 1.0)
    names = np.array([one.source for one in texts])[ordinary]
    weights = np.array([1 / (names == name).sum() for name in names])
    order = np.argsort(-scores[ordinary], kind="stable")
    above = np.cumsum(weights[order]) / weights.sum()
    falling = scores[ordinary][order]
    inside = falling[above <= rate]
    beyond = falling[min(len(falling) - 1, len(inside))]
    return Bar(rate, float(np.nextafter(beyond, 2.0)))


def held_out_table(held: Mapping[HeadName, Held]) -> str:
    """What was measured while training: sources that were not learned from."""
    lines: list[str] = []
    for name, one in held.items():
        for kind, sums in one.sums.items():
            lines += ["", f"{name}, {_KINDS[kind]}", *_by_source(one.texts, sums)]
    return "\n".join(lines)


_KINDS = {"sharp": "n-grams and signs", "full": "n-grams, signs and vectors"}


def _by_source(texts: Sequence[Text], sums: Scores) -> list[str]:
    bars = [bar(texts, sums, rate) for rate in RATES]
    sources = np.array([one.source for one in texts])
    guilty = np.array([one.attack for one in texts])
    lines = [f"  {'source':<28}{'texts':>6}  " + "".join(f"  at {b.rate:.1%}" for b in bars)]
    recalls: list[list[float]] = []
    for label, word in ((True, "caught"), (False, "false alarms")):
        lines.append(f"  {word}")
        for source in sorted(set(sources[guilty == label])):
            some = (sources == source) & (guilty == label)
            shares = [float((sums[some] >= b.score).mean()) for b in bars]
            recalls += [shares] if label else []
            lines.append(f"  {source:<28}{some.sum():>6}  " + "".join(f"{s:9.3f}" for s in shares))
    mean = np.mean(recalls, axis=0) if recalls else np.zeros(len(bars))
    return [*lines, f"  {'macro recall':<34}  " + "".join(f"{value:9.3f}" for value in mean)]
