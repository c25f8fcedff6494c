"""Text that a reader cannot see, carried by invisible or reordered characters."""

import re

from bot.guardrails.layers.words import WORDS
from bot.guardrails.normalise import Layer, normalise
from bot.messages.verdicts import Finding, Origin

SMUGGLED = 0.7
"""Words in characters that nobody sees have no honest use."""

CUT = 0.5
"""Words cut by invisible characters may come from a careless editor."""

INCOMPLETE = 0.6
"""More disguises than the limits allow to undo: nobody writes like that by accident."""

_MIN_LETTERS = 6
_MIN_CUT_WORDS = 3
_CUT_WORD = re.compile(
    "[A-Za-z]{1,24}(?:[\u200b-\u200d\u2060-\u2064\ufeff\u00ad]{1,8}[A-Za-z]{1,24}){1,24}"
)


def hidden_text(text: str, origin: Origin) -> Finding | None:  # noqa: ARG001 - hiding is hiding
    """Report words hidden in tag, zero-width or direction characters."""
    normalised = normalise(text)
    for layer in normalised.layers:
        if layer.smuggled and _spells(layer):
            return _finding(
                SMUGGLED, f"words hidden by {layer.name}", *layer.span(0, len(layer.text))
            )
    if cut := _cut_words(text):
        return _finding(CUT, "words cut by invisible characters", *cut)
    if not normalised.complete:
        return _finding(INCOMPLETE, "more layers of disguise than can be undone", 0, len(text))
    return None


def _finding(score: float, reason: str, start: int, end: int) -> Finding:
    return Finding(
        guardrail="hidden_text",
        risk="LLM01:2025 Prompt Injection",
        score=score,
        reason=reason,
        start=start,
        end=end,
    )


def _spells(layer: Layer) -> bool:
    return sum(letter.isalpha() for letter in layer.text) >= _MIN_LETTERS


def _cut_words(text: str) -> tuple[int, int] | None:
    """Return the stretch of text in which several English words are cut apart."""
    if text.isascii():
        return None
    cuts = [match for match in _CUT_WORD.finditer(text) if _is_word(match[0])]
    return (cuts[0].start(), cuts[-1].end()) if len(cuts) >= _MIN_CUT_WORDS else None


def _is_word(cut: str) -> bool:
    return "".join(letter for letter in cut if letter.isascii()).lower() in WORDS
