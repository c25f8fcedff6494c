"""What a form is, and the pieces that patterns are put together from."""

import re
from dataclasses import dataclass
from functools import cache

from bot.messages.verdicts import Risk

INJECTION: Risk = "LLM01:2025 Prompt Injection"
LEAKAGE: Risk = "LLM07:2025 System Prompt Leakage"

REACH = 160
"""Characters before and after a form that count as close to it."""


@dataclass(frozen=True)
class Form:
    """One form of attack: what it looks like, and how much it says by itself.

    Attributes:
        name: What a finding calls it.
        pattern: Over text in small letters without accents. Every repeat in it is bounded, so that
            a try at one place costs no more in a long text than in a short one.
        asked: Score, 0 to 1, where the requester writes it to the assistant.
        told: Score where it stands in data: a document, a tool's result, somebody else's message.
        calm: It is harmless in a question about it ("how do I ...", "is it safe to ...").
        near: What must stand close to it, before or after: a second pattern costs less than a
            wildcard between the two.
        reach: How many characters away that may be.
        apart: What the form still counts, as a factor, where `near` is not there.
        latin: Its words are in Latin letters. Where they are not, ASCII text cannot hold them, and
            they may stand inside a run of letters, for not every script puts spaces between words.
    """

    name: str
    pattern: str
    asked: float
    told: float
    risk: Risk = INJECTION
    calm: bool = True
    near: str = ""
    reach: int = REACH
    apart: float = 0.0
    latin: bool = True

    def weight(self, key: str, start: int, end: int) -> float:
        """Return what the form counts at `start:end`, 0 to 1, by what stands near it."""
        if not self.near:
            return 1.0
        first, last = max(0, start - self.reach), end + self.reach
        return 1.0 if compiled(self.near).search(key, first, last) else self.apart


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern ready for use; none is compiled before a text asks for it."""
    return re.compile(pattern)


def gap(words: int) -> str:
    """Return a pattern for what stands between two words: punctuation and up to so many words."""
    return rf"(?:[\W_]{{1,6}}[^\W_]{{1,20}}){{0,{words}}}?[\W_]{{1,6}}"
