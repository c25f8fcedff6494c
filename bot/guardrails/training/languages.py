"""Attacks and harmless texts in other languages, from phrases of our own: a file for each."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

import yaml

from bot.guardrails.training import phrases
from bot.guardrails.training.pages import inserted
from bot.guardrails.training.texts import Kind, Text

ATTACKS_EACH, HARMLESS_EACH, DOCUMENTS_EACH, INJECTIONS_EACH = 8, 12, 8, 16
"""Lines made of one template, where it has slots."""

BESIDE = 60
"""Attacks of a language beside harmless messages of it, and as many inside documents."""

IN_A_ROW = 60
"""Longer texts of a language, made of several attacks or of several harmless lines of it."""

Phrases = Mapping[str, Any]


def in_other_languages(seed: int, texts: Sequence[Text]) -> list[Text]:
    """Lines of every language. Those of one template are held out together.

    Injections stand in documents of their language, of our own and in `texts`.
    """
    found: list[Text] = []
    for each in languages():
        chance = random.Random(f"{seed} {each['code']}")  # noqa: S311 - to draw examples
        found += _lines(each, texts, chance)
    return found


def languages() -> Iterator[Phrases]:
    """The phrases of each language, by code."""
    folder = files("bot.guardrails").joinpath("data", "languages")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        yield yaml.safe_load(file.read_text(encoding="utf-8"))


def _lines(each: Phrases, texts: Sequence[Text], chance: random.Random) -> Iterator[Text]:
    attacks = _own(each, "attacks", "direct", ATTACKS_EACH, chance)
    harmless = _own(each, "harmless", "hard_negative", HARMLESS_EACH, chance)
    documents = _own(each, "documents", "benign_document", DOCUMENTS_EACH, chance)
    injections = _own(each, "injections", "indirect", INJECTIONS_EACH, chance)
    pages = [one for one in texts if one.of_data and one.lang == each["code"] and not one.attack]
    told = [replace(one, kind="hard_negative") for one in documents]
    yield from (*attacks, *harmless, *told, *documents)
    yield from (*_in_a_row(attacks, chance), *_in_a_row([*harmless, *told], chance))
    for one in chance.choices(attacks, k=BESIDE):
        yield _beside(one, harmless, "direct", chance)
    for one in (*injections, *chance.choices(attacks, k=BESIDE)):
        yield _beside(one, [*documents, *pages], "indirect", chance)


def _in_a_row(lines: Sequence[Text], chance: random.Random) -> Iterator[Text]:
    """Several lines as one text: what is long is neither an attack for that nor harmless."""
    for _ in range(IN_A_ROW):
        first = chance.choice(lines)
        same = [one for one in lines if one.group == first.group]
        rows = chance.sample(same, min(len(same), chance.randint(2, 6)))
        text = chance.choice([" ", "\n"]).join(one.text for one in rows)
        yield replace(first, text=text)


def _own(each: Phrases, part: str, kind: Kind, lines: int, chance: random.Random) -> list[Text]:
    code = each["code"]
    attack = kind in ("direct", "indirect")
    return [
        Text(text, attack, f"own_{code}", kind, code, group=_group(code, number, attack))
        for text, number in phrases.made(each[part], lines, chance, each["slots"])
    ]


def _group(code: str, number: int, attack: bool) -> str:
    """A fifth of the templates: texts are made of several lines of those."""
    return f"own_{code}/{'attack' if attack else 'harmless'}/{number % 5}"


def _beside(one: Text, hosts: Sequence[Text], kind: Kind, chance: random.Random) -> Text:
    text = inserted(one.text, chance.choice(hosts).text, chance)
    return Text(text, True, one.source, kind, one.lang, one.text, one.group)
