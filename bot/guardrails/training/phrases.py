"""Attacks and harmless look-alikes that are put together from phrases of our own."""

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

ATTACKS_EACH, HARMLESS_EACH, DOCUMENTS_EACH = 14, 24, 24
"""Lines made of one template, where its slots allow for so many."""

INJECTIONS = 2_400

_SLOT = re.compile(r"\{([a-z]+)\}")


@cache
def _phrases() -> Mapping[str, Any]:
    text = files("bot.guardrails").joinpath("data", "phrases.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


Slots = Mapping[str, Sequence[Any]]
"""What may stand in a slot, by its name."""

Line = tuple[str, int]
"""A line and the number of the template that it was made of."""


def attacks(chance: random.Random) -> list[Line]:
    """What a person might write to attack."""
    return made(_phrases()["attacks"], ATTACKS_EACH, chance)


def families() -> Mapping[str, Sequence[str]]:
    """Templates of attacks of one aim each, by the name of the aim."""
    return _phrases()["families"]


def of_family(name: str, chance: random.Random) -> list[Line]:
    """What a person might write to attack with that aim."""
    return made(families()[name], ATTACKS_EACH, chance)


def look_alikes(chance: random.Random) -> list[Line]:
    """Harmless questions and talk with the words of attacks in them."""
    return made(_phrases()["harmless"], HARMLESS_EACH, chance)


def documents(chance: random.Random) -> list[Line]:
    """Harmless paragraphs and results that tell people what to do."""
    return made(_phrases()["documents"], DOCUMENTS_EACH, chance)


def injections(chance: random.Random) -> list[Line]:
    """Instructions to an assistant, as they are put into data; numbered by their trigger."""
    triggers, goals = _phrases()["triggers"], _phrases()["goals"]
    made: dict[str, int] = {}
    for turn in range(INJECTIONS):
        number = turn % len(triggers)
        made[_filled(triggers[number].replace("{goal}", chance.choice(goals)), chance)] = number
    return list(made.items())


def made(
    templates: Sequence[str], each: int, chance: random.Random, slots: Slots | None = None
) -> list[Line]:
    """Lines of templates, `each` of one that has slots; without `slots` the English ones fill."""
    lines: dict[str, int] = {}
    for number, template in enumerate(templates):
        for _ in range(each if _SLOT.search(template) else 1):
            lines[_filled(template, chance, slots)] = number
    return list(lines.items())


def _filled(template: str, chance: random.Random, slots: Slots | None = None) -> str:
    """Fill the slots; those at the beginning of a sentence begin with a capital, mostly."""
    words: Slots = slots or _phrases()["slots"]
    text = template.replace("{{", "\0").replace("}}", "\1")
    text = _SLOT.sub(lambda slot: str(chance.choice(words[slot[1]])), text)
    text = text.replace("\0", "{").replace("\1", "}")
    return text[:1].upper() + text[1:] if chance.random() < 0.7 else text
