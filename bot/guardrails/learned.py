"""What a trained classifier takes for an attack: weights learned from texts of many sources."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from bot.guardrails.classifier.judge import Embed, Judgement, judge
from bot.guardrails.classifier.weights import HeadName, Weights, shipped
from bot.guardrails.hidden_text import hidden_text
from bot.guardrails.known_attacks import known_attacks
from bot.guardrails.normalise import Layer, Normalised, normalise
from bot.messages.verdicts import Finding, Origin

LEAST = 0.05
"""Below this a finding would say nothing: most harmless texts are there."""

LAYERS = 4
"""Hidden layers that are judged beside the text itself, those with most letters first."""

DOUBTED, HIDDEN_ADDS = 0.2, 0.1
"""From the first score on, what stood in disguise counts for more: a text that resembles an attack
is less likely to be harmless if somebody hid it, and undoing the disguise loses capitals and words.
"""

SURE, MOST_ALONE = 0.6, 0.74
"""Scores above the first are pressed together below the second where no strong form is seen."""

_MIN_LETTERS = 12


def learned(text: str, origin: Origin) -> Finding | None:
    """Report text that resembles attacks of many kinds by its words, letters and meaning."""
    return found_by(_weights(), None, text, origin)


def with_vectors(
    embed: Embed, model: str, load: Callable[[], Weights] | None = None
) -> Callable[[str, Origin], Finding | None]:
    """The same guardrail with what the vectors of texts say, if the weights know that model's."""
    load = load or _weights

    def learned(text: str, origin: Origin) -> Finding | None:
        weights = load()
        return found_by(weights, embed if model == weights.embedder else None, text, origin)

    return learned


def found_by(weights: Weights, embed: Embed | None, text: str, origin: Origin) -> Finding | None:
    """Judge the text and what is hidden in it; the worst counts."""
    if origin == "system":
        return None
    head: HeadName = "people" if origin in ("requester", "participant") else "data"
    known, hidden = known_attacks(text, origin), hidden_text(text, origin)
    score, clue = known.score if known else 0.0, hidden is not None
    best, where = Judgement(0.0, (0, 0)), None
    for layer in _layers(normalise(text)):
        one = judge(layer, weights.heads[head], score, clue, embed if head == "people" else None)
        if layer.name and one.score >= DOUBTED:
            one = replace(one, score=min(1.0, one.score + HIDDEN_ADDS))
        if where is None or one.score > best.score:
            best, where = one, layer
    if where is None or best.score < LEAST:
        return None
    total = best.score if score >= SURE else _alone(best.score)
    start, end = where.span(*best.span)
    return Finding(
        guardrail="learned",
        risk="LLM01:2025 Prompt Injection",
        score=round(total, 4),
        reason=_REASONS[head] + (f", hidden by {where.name}" if where.name else ""),
        start=start,
        end=end,
    )


_REASONS = {
    "people": "resembles attempts to take over an assistant",
    "data": "resembles instructions to an assistant inside data",
}


def _alone(score: float) -> float:
    """A score that no strong known form bears out: enough to restrict or withhold, never to block.

    A person who is refused by mistake has no way to see why.
    """
    return min(score, SURE) + max(0.0, score - SURE) * (MOST_ALONE - SURE) / (1 - SURE)


def _layers(text: Normalised) -> list[Layer]:
    """The text itself, and the hidden layers with most letters."""
    telling = [layer for layer in text.layers if _letters(layer) >= _MIN_LETTERS]
    return [text.visible, *sorted(telling, key=_letters, reverse=True)[:LAYERS]]


def _letters(layer: Layer) -> int:
    return sum(letter.isalpha() for letter in layer.text)


@cache
def _weights() -> Weights:
    return shipped()
