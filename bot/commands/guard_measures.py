"""Measures of how well scores tell attacks from harmless texts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bot.guardrails.training.texts import Text

RATES = (0.01, 0.005)
"""False alarms at which recall is measured."""

Scores = npt.NDArray[np.float64]


def bar(texts: Sequence[Text], scores: Scores, rate: float) -> float:
    """The score that at most a share `rate` of ordinary harmless texts reaches.

    Each source counts alike. Look-alikes are left out: how many of them pass is measured at the
    bar, and must not move it.
    """
    ordinary = np.array([not one.attack and not one.look_alike for one in texts])
    if not ordinary.any():
        ordinary = np.array([not one.attack for one in texts])
    if not ordinary.any():
        return 1.0
    names = np.array([one.source for one in texts])[ordinary]
    weights = np.array([1 / (names == name).sum() for name in names])
    order = np.argsort(-scores[ordinary], kind="stable")
    above = np.cumsum(weights[order]) / weights.sum()
    falling = scores[ordinary][order]
    first_out = int(np.searchsorted(above, rate, side="right"))
    return float(np.nextafter(falling[min(first_out, len(falling) - 1)], np.inf))


def auc(attacks: Scores, harmless: Scores) -> float:
    """How often an attack scores higher than a harmless text; ties count half."""
    both = np.concatenate([attacks, harmless])
    _, place, count = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    n = len(attacks)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(harmless)))
