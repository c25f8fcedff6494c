"""Whether what the model writes gives its system prompt away."""

import codecs
import re
from functools import lru_cache

from bot.guardrails.normalise import Layer, normalise
from bot.messages.verdicts import Finding

IN_A_ROW = 20
"""Words copied from the prompt in one piece: nobody says so many of them by chance."""

_WORD = re.compile(r"\w+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def prompt_out(text: str, rules: str, canary: str) -> Finding | None:
    """Report a text that holds the canary, however written, or a long piece of the rules.

    Args:
        text: What is to leave: a reply, or the arguments of a call.
        rules: The system prompt.
        canary: The letters that were put into it for this turn; empty for none.
    """
    read = normalise(text)
    for layer in (read.visible, *read.layers):
        if why := _told(layer, rules, canary):
            return Finding(
                guardrail="prompt_out",
                risk="LLM07:2025 System Prompt Leakage",
                score=1.0,
                reason=why,
                end=len(text),
            )
    return None


def _told(layer: Layer, rules: str, canary: str) -> str:
    letters = _NOT_LETTERS.sub("", layer.text).lower()
    if canary and any(form in letters for form in _forms(canary)):
        return "the canary of the turn's system prompt"
    if _runs(layer.text) & _runs_of(rules):
        return f"{IN_A_ROW} words in a row of the system prompt"
    return ""


def _forms(canary: str) -> tuple[str, ...]:
    turned = codecs.encode(canary, "rot13")
    return canary, canary[::-1], turned, turned[::-1]


@lru_cache(8)
def _runs_of(rules: str) -> frozenset[tuple[str, ...]]:
    return _runs(rules)


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every run of so many words."""
    words = _WORD.findall(text.lower())
    return frozenset(tuple(words[at : at + IN_A_ROW]) for at in range(len(words) - IN_A_ROW + 1))
