"""Known forms of attack, in the languages people use most."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.guardrails.forms import (
    addressed,
    chat_markup,
    exfiltration,
    extraction,
    languages,
    override,
    persona,
)
from bot.guardrails.forms.context import factor
from bot.guardrails.forms.form import Form
from bot.guardrails.forms.index import FormIndex
from bot.guardrails.normalise import Layer, Normalised, normalise
from bot.messages.verdicts import Finding, Origin

FORMS: tuple[Form, ...] = (
    *override.FORMS,
    *extraction.FORMS,
    *persona.FORMS,
    *chat_markup.FORMS,
    *exfiltration.FORMS,
    *addressed.FORMS,
    *languages.FORMS,
)

HIDDEN = 1.15
"""Factor for a form that no reader of the text would have seen: hiding it says something too."""

LEAST = 0.25
"""Below this a finding would say nothing: the form was excused by what stands around it."""

MAX_EXCUSES = 100
"""Sightings of one form that may be excused; nobody talks about an attack more often than that."""


@dataclass(frozen=True)
class _Sighting:
    form: Form
    layer: Layer
    start: int
    end: int
    score: float


@lru_cache(maxsize=16)
def known_attacks(text: str, origin: Origin) -> Finding | None:
    """Report text that takes the form of a known attack.

    Each form counts once, with its strongest sighting. Several weak forms add up as independent
    signs do: what remains of the doubt is the product of the doubts.
    """
    normalised = normalise(text)
    found = [s for layer in normalised.every for s in _sightings(layer, normalised, origin)]
    score = _together(found)
    if score < LEAST:
        return None
    strongest = max(found, key=lambda sighting: sighting.score)
    start, end = strongest.layer.span(strongest.start, strongest.end)
    key = strongest.layer.key[strongest.start : strongest.end]
    hidden = _hidden(strongest.layer, key, normalised)
    return Finding(
        guardrail="known_attacks",
        risk=strongest.form.risk,
        score=score,
        reason=strongest.form.name + (f", hidden by {strongest.layer.name}" if hidden else ""),
        start=start,
        end=end,
    )


def _sightings(layer: Layer, text: Normalised, origin: Origin) -> Iterable[_Sighting]:
    """Return the strongest sighting of each form in a layer."""
    best: dict[Form, _Sighting] = {}
    excuses: Counter[Form] = Counter()
    key = layer.key
    for form, match in _index().matches(key):
        start, end = match.span()
        score = form.asked if origin == "requester" else form.told
        score *= form.weight(key, start, end)
        if not score or (form in best and best[form].score >= score):
            continue
        if excuses[form] < MAX_EXCUSES:
            excuses[form] += 1
            score *= _scale(form, layer, match, text)
        if form not in best or score > best[form].score:
            best[form] = _Sighting(form, layer, start, end, min(1.0, score))
    return best.values()


def _scale(form: Form, layer: Layer, match: re.Match[str], text: Normalised) -> float:
    """Return how far what stands around a form excuses it; where it was hidden, nothing does."""
    if _hidden(layer, match[0], text):
        return HIDDEN
    return factor(match.string, *match.span(), calm=form.calm)


def _hidden(layer: Layer, found: str, text: Normalised) -> bool:
    return layer.unseen or (layer is not text.visible and found not in text.visible.key)


def _together(sightings: list[_Sighting]) -> float:
    """Add up what each stretch of text and each form says, once."""
    doubt = 1.0
    counted: list[_Sighting] = []
    for sighting in sorted(sightings, key=lambda sighting: -sighting.score):
        if not any(_same(sighting, other) for other in counted):
            counted.append(sighting)
            doubt *= 1 - sighting.score
    return round(1 - doubt, 3)


def _same(one: _Sighting, other: _Sighting) -> bool:
    if one.form.name == other.form.name:
        return True
    if one.layer is other.layer:
        return one.start < other.end and other.start < one.end
    first, last = one.layer.span(one.start, one.end)
    other_first, other_last = other.layer.span(other.start, other.end)
    return first < other_last and other_first < last


@cache
def _index() -> FormIndex:
    return FormIndex(FORMS)
