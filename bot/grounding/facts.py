"""Whether a text says only what its sources say, as far as facts can be compared word by word.

A fact is a word that can be wrong without anybody noticing: a number, a date, an amount, an
address, an identifier. Prose around it is judged elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterable

from bot.grounding.vocabulary import MONTHS, NUMBERS, ORDINALS

_MARKER = re.compile(r"\[\d{1,2}\](?!\()")
_LIST_NUMBER = re.compile(r"(?m)^\s*\d{1,2}[.)]\s")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]`\"']+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CHANNEL = re.compile(r"(?<![\w#&/])#[a-z][\w-]+")
_TOKEN = re.compile(r"[^\s()\[\]{}<>\"'`|,;*_~!?]*\d(?:[,.](?=\d)|[^\s()\[\]{}<>\"'`|,;*_~!?])*")
_RUN = re.compile(r"\d+(?:[.,]\d+)*")
_IDENTIFIER = re.compile(
    r"(?=.*[a-z])(?=.*\d)[a-z]+[-_/.#:]?\d[\w./#:-]*|\d+[-_/][\w/-]*[a-z][\w-]*"
)
_SPELLED = NUMBERS | ORDINALS
_MONTH = "|".join(MONTHS)
_DATED = re.compile(rf"\d(?:st|nd|rd|th)? ({_MONTH})|({_MONTH})[a-z]* \d")
_DASHES = re.compile("[\u2010-\u2015\u2212]")


def unsupported(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """The facts of a text that stand in none of its sources, in their order, each once.

    URLs and e-mail addresses and identifiers (`INC-1042`, `v2.3`) must stand there whole; numbers
    may be written otherwise: `1,000` for `1000`, `3` for `three`, `11` for `November`.
    """
    haystack = folded("\n".join(sources))
    numbers = _numbers(haystack)
    rest, missing = _LIST_NUMBER.sub("\n", _MARKER.sub(" ", folded(text))), []
    for pattern in (_URL, _EMAIL, _CHANNEL):
        whole = [match.rstrip(".,;:!?*_") for match in pattern.findall(rest)]
        missing += [fact for fact in whole if not _stands(fact, haystack)]
        rest = pattern.sub(" ", rest)
    for token in _TOKEN.findall(rest):
        fact = token.strip(".:/-")
        if not _supported(fact, haystack, numbers):
            missing.append(fact)
    return tuple(dict.fromkeys(missing))


def verbatim(quote: str, source: str) -> bool:
    """Whether a quote stands in its source, whitespace aside."""
    return bool(quote.strip()) and _spaced(quote) in _spaced(source)


def _supported(fact: str, haystack: str, numbers: frozenset[str]) -> bool:
    if _stands(fact, haystack):
        return True
    if _IDENTIFIER.fullmatch(fact) and not _RUN.fullmatch(fact):
        return False
    return all(canonical(run) in numbers for run in _RUN.findall(fact))


def _stands(fact: str, haystack: str) -> bool:
    whole = rf"(?<![^\W_])(?<![.-]){re.escape(fact)}(?![^\W_]|-|[./]\w)"  # `_7_` is 7, emphasised
    return re.search(whole, haystack) is not None


def _numbers(text: str) -> frozenset[str]:
    found = {canonical(run) for run in _RUN.findall(text)}
    words = set(re.findall(r"[a-z]+", text))
    found |= {_SPELLED[word] for word in words & _SPELLED.keys()}
    return frozenset(found | {str(MONTHS[a or b]) for a, b in _DATED.findall(text)})


def canonical(number: str) -> str:
    """`1,000.50` and `1000.5` are one number, and so are `07` and `7`."""
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    if plain.count(".") == 1:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0"


def folded(text: str) -> str:
    """A text without capitals, its dashes and digits of one make."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())


def _spaced(text: str) -> str:
    return " ".join(text.split())
