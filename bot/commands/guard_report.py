"""Tables about how well texts are told apart."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bot.commands.guard_measures import RATES, Scores, bar
from bot.commands.guard_plot import Judged
from bot.guardrails.classifier.weights import HeadName
from bot.guardrails.training.build import Held
from bot.guardrails.training.texts import Text


def held_out_table(held: Mapping[HeadName, Held]) -> str:
    """What was measured while training: sources that were not learned from."""
    lines: list[str] = []
    for name, one in held.items():
        for kind, sums in one.sums.items():
            lines += ["", f"{name}, {_KINDS[kind]}", *_by_source(one.texts, sums)]
    return "\n".join(lines)


def held_out_scores(held: Mapping[HeadName, Held]) -> Iterator[tuple[str, Judged]]:
    """What each text that was held out scored, and whether it is an attack, by origin."""
    for name, one in held.items():
        scores = one.scores.get("full", one.scores["sharp"])
        yield _ORIGINS[name], (scores, [text.attack for text in one.texts])


_ORIGINS: Mapping[HeadName, str] = {"people": "requester", "data": "document"}
_KINDS = {"sharp": "n-grams and signs", "full": "n-grams, signs and vectors"}


def _by_source(texts: Sequence[Text], sums: Scores) -> list[str]:
    bars = [bar(texts, sums, rate) for rate in RATES]
    sources = np.array([one.source for one in texts])
    guilty = np.array([one.attack for one in texts])
    lines = [f"  {'source':<28}{'texts':>6}  " + "".join(f"  at {rate:.1%}" for rate in RATES)]
    recalls: list[list[float]] = []
    for label, word in ((True, "caught"), (False, "false alarms")):
        lines.append(f"  {word}")
        for source in sorted(set(sources[guilty == label])):
            some = (sources == source) & (guilty == label)
            shares = [float((sums[some] >= b).mean()) for b in bars]
            recalls += [shares] if label else []
            lines.append(f"  {source:<28}{some.sum():>6}  " + "".join(f"{s:9.3f}" for s in shares))
    mean = np.mean(recalls, axis=0) if recalls else np.zeros(len(bars))
    return [*lines, f"  {'macro recall':<34}  " + "".join(f"{value:9.3f}" for value in mean)]
