"""What tells attacks from harmless texts in many places, not only where it was learned."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.guardrails.training.table import Table

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.floating]

LEAST = 0.1
"""What a bucket counts that is as frequent in attacks as in harmless texts."""


def by_group(weights: Numbers, data: Table, rows: Mask) -> Numbers:
    """Weights of rows, where each group counts by the root of what it had.

    A trigger that stands in many texts is one trigger: it must not outweigh ten others.
    """
    names = np.array([one.group for one in data.texts])[data.owner][rows]
    _, group = np.unique(names, return_inverse=True)
    spread = weights / np.sqrt(np.bincount(group, weights))[group]
    return evened(spread, data.attack[rows])


def evened(weights: Numbers, attack: Mask) -> Numbers:
    """The same weights, with attacks and harmless rows counting half of all rows each."""
    even = weights.copy()
    for label in (False, True):
        some = attack == label
        even[some] *= len(attack) / 2 / max(1e-9, even[some].sum())
    return even


def telling(counts: sparse.csr_matrix, attack: Mask, weights: Numbers) -> Numbers:
    """How much each bucket may say: the ratio of its shares in attacks and in harmless rows.

    As in "Baselines and Bigrams" (Wang and Manning, 2012), but for the sign, which is learned.

    Returns:
        Factors of root mean square 1, shape (BUCKETS,).
    """
    shares = [counts[some].T @ weights[some] + 1 for some in (attack, ~attack)]
    guilty, harmless = (np.log(share / share.sum()) for share in shares)
    factors = np.abs(guilty - harmless) + LEAST
    return factors / np.sqrt(np.mean(factors**2))
