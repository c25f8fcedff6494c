"""Whether a text says only what its sources say.

`facts` compares numbers, addresses and identifiers word by word. Sentences are compared with the
unit of a source that speaks of the same: `pieces` cuts both, `claims` reads what a piece says,
`measures` holds them against each other, `held` finds where a fact stands, `judge` has the
thresholds, `check` goes through a reply.
"""

from bot.grounding.check import Basis, Doubt, doubts, shortened, without
from bot.grounding.facts import unsupported, verbatim
from bot.grounding.judge import Judge

__all__ = ["Basis", "Doubt", "Judge", "doubts", "shortened", "unsupported", "verbatim", "without"]
