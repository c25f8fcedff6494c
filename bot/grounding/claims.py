"""What a piece of text says, as sets that can be compared: words, names, amounts, denials."""

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from bot.grounding.facts import canonical, folded
from bot.grounding.vocabulary import (
    CALENDAR,
    COMMON,
    DENIALS,
    FOREIGN,
    NUMBERS,
    SHORT,
    UNCOUNTED,
    UNITS,
)
from knowledge.terms import word_terms

Stem = int

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SHORT = re.compile("|".join(rf"\b{short}\b" for short in SHORT))
_IDENTIFIER = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)\]>;,\"]+|(?<!\w)#[a-zA-Z][\w-]+|\b[A-Z]+-?\d[\w-]*"
)
_AMOUNT = re.compile(
    r"(?P<mark>[€£¥]|[a-z]{0,2}\$)?\s?(?P<number>\d+(?:[.,:]\d+)*)"
    r"(?=(?P<after>[ -]?%|(?:[ -]?[^\W\d_]+){0,3}))"
)
_CALENDAR = re.compile(
    r"\b(?!May\b)(" + "|".join(map(str.capitalize, CALENDAR)) + r")s?\b"
    r"|(?<=[\w,;(] )(May)\b|\b(May)(?= \d|[,.;)]|$)"  # at the beginning it is "May I"
)
_ISO_DATE = re.compile(r"(?<![\w/-])(\d{4})-(0[1-9]|1[0-2])-(\d\d)(?![\w/-])")
_MONTHS = [word.capitalize() for word, kind in CALENDAR.items() if kind == "month"]
_COUNTED = re.compile(r"%|[^\W\d_]+")
_BEFORE = re.compile(r"([^\W\d_]+)\s*$")
_NO_DENIAL = re.compile(
    r"\b(?:no|not) (?:later|more|less|fewer|longer|earlier|only)\b|\bnot at all\b|"
    r"\b(?:nobody|nothing|no one) else\b|\b(?:not|never|nobody|nothing) (?:unless|until|without)\b",
    re.IGNORECASE,
)
_UNIT_FOLLOWS = re.compile(
    r"(?:[ -]\w+)?[ -](?:" + "|".join(sorted(form for form in UNITS if form.isalpha())) + r")\b"
)
_BEGINS = ".!?:\n|-•"
"""What stands before the first word of a sentence, an item or a cell."""

_OPENS = " \t\"'(*_[\u201c\u2018"

_ENGLISH = 0.2
"""The least share of its words that are common ones, in a text that is English."""


class Amount(NamedTuple):
    """A number and what it counts; `unit` is empty where nothing near it says."""

    number: str
    unit: str

    def fits(self, other: "Amount") -> bool:
        """Whether both can count the same thing."""
        return not (self.unit and other.unit) or self.unit == other.unit


class Claim(NamedTuple):
    """A piece of text as it is compared.

    Attributes:
        words: Its words that carry meaning, stemmed.
        names: Identifiers, and words with a capital where none has to be, folded.
        tokens: All its words, folded, be they names or not.
        dates: Its months and days of the week in their order, with repeats: ("july", "month").
        denies: Whether it says that something is not so.
    """

    words: frozenset[Stem]
    names: frozenset[str]
    tokens: frozenset[str]
    amounts: tuple[Amount, ...]
    dates: tuple[Amount, ...]
    denies: bool

    def without(self, amount: Amount) -> "Claim":
        """The same but for a number."""
        return self._replace(amounts=tuple(a for a in self.amounts if a.number != amount.number))

    def unnamed(self, name: str, stems: Set[Stem]) -> "Claim":
        """The same but for a name."""
        return self._replace(names=self.names - {name}, words=self.words - stems)


@lru_cache(maxsize=8192)
def read(text: str) -> Claim:
    """Take a piece of text apart."""
    text = _SHORT.sub(lambda m: SHORT[m[0]], text.replace("\u2019", "'"))
    text = _ISO_DATE.sub(lambda m: f"{m[3]} {_MONTHS[int(m[2]) - 1]} {m[1]}", text)
    identifiers = {match.casefold().rstrip(".") for match in _IDENTIFIER.findall(text)}
    prose = _IDENTIFIER.sub(" ", text)
    tokens = [match.casefold() for match in _WORD.findall(prose)]
    denying = _WORD.findall(_NO_DENIAL.sub(" ", prose).casefold())
    stems = (stem_of(token) for token in tokens)
    dates = tuple(_dates(prose))
    named = identifiers.union(date.number for date in dates)
    return Claim(
        words=frozenset(stem for stem in stems if stem is not None),
        names=frozenset(named.union(_names(prose))),
        tokens=frozenset(named.union(t.removesuffix("'s") for t in tokens if t != "may")),
        amounts=tuple(_amounts(folded(prose))),
        dates=dates,
        denies=not DENIALS.isdisjoint(denying),
    )


def stem_of(word: str) -> Stem | None:
    """The stem of a word that carries meaning; None for the others, and for numbers."""
    word = word.removesuffix("'s")
    if word in COMMON or word in DENIALS or word in NUMBERS or any(map(str.isdigit, word)):
        return None
    return next(iter(word_terms(word)), None)


def is_english(text: str) -> bool:
    """Whether a text may be English, as far as its small words and its letters show."""
    tokens = [match.casefold() for match in _WORD.findall(text)]
    common = sum(token in COMMON or token in DENIALS for token in tokens)
    odd = sum(not token.isascii() for token in tokens)
    foreign = not FOREIGN.isdisjoint(tokens) or 2 * odd > len(tokens)
    return not foreign or common >= _ENGLISH * len(tokens)


def _names(text: str) -> Iterator[str]:
    """Capitals in the middle of a sentence; at its beginning they say nothing."""
    for match in _WORD.finditer(text):
        word, folded_word = match[0], match[0].casefold()
        if not word[0].isupper() or folded_word in COMMON or folded_word in NUMBERS:
            continue
        before = text[: match.start()].rstrip(_OPENS)
        inside = bool(before) and before[-1] not in _BEGINS
        if inside or word[1:].lower() != word[1:]:
            yield folded_word.removesuffix("'s")


def _amounts(text: str) -> Iterator[Amount]:
    spelled = _WORD.sub(_in_digits, text)
    for match in _AMOUNT.finditer(spelled):
        yield Amount(canonical(match["number"]), _unit(match))


def _dates(text: str) -> Iterator[Amount]:
    for match in _CALENDAR.finditer(text):
        word = (match[1] or match[2] or match[3]).casefold()
        yield Amount(word, CALENDAR[word])


def _unit(match: re.Match[str]) -> str:
    """What a number counts: its currency, else a word after it, else the one before: "day 8"."""
    if unit := UNITS.get(match["mark"] or ""):
        return unit
    after = (UNITS.get(word, "") for word in _COUNTED.findall(match["after"]))
    before = _BEFORE.search(match.string, 0, match.start())
    return next(filter(None, after), "") or (UNITS.get(before[1], "") if before else "")


def _in_digits(match: re.Match[str]) -> str:
    word = match[0]
    if word in UNCOUNTED and not _UNIT_FOLLOWS.match(match.string, match.end()):
        return word
    return NUMBERS.get(word, word)
