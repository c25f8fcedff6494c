"""Words in disguise: leetspeak, rot13, backwards."""

import codecs
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from bot.guardrails.layers.english import STRANGE, Read, better, cost, words
from bot.guardrails.layers.traced import Piece, Traced

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"\S+")
_LEET = re.compile(
    r"[@$!|+€]*+[^\W_](?:[^\W_]|[@$!|+€]){0,24}+|[@$!|+€]{2,24}+"
    r"|(?<!\S)(?:@|(?<!! )!(?= [^\s!]))(?!\S)"
)

_MIXED = re.compile(r"[A-Za-z][0-9@$!|+€]|[0-9@$!|+€][A-Za-z]")
_NUMBER = re.compile(r"\d+[a-z]{0,3}")
"""A number, perhaps with its unit: `10am` is no word."""

_TELLING = 15.0
_TELLING_STRETCH = 20.0
"""How much cheaper a reading has to be, so that a name or two that come out as words are not it."""

_SIGNS = ".!?"

_HONEST = -3.0
"""What a word without signs counts in leetspeak, where few words have none."""

_SHORT, _SHORT_WON = 4, 2.0
"""Signs below which a name (`1s`, `B2B`) says little: it is read as a word only beside others."""


@cache
def _skeleton() -> dict[int, str]:
    """Return the table that makes all signs that pass for one another the same sign."""
    groups = ("1il|!", "0o", "4a@", "3e€", "5s$", "7t+", "9g6", "8b", "2z")
    return {ord(sign): group[0] for group in groups for sign in group}


_SHORT_FORMS = {"7": "t", "5": "s", "r3": "re", "v3": "ve", "11": "ll"}
"""What stands after an apostrophe."""

_PLAIN = dict(zip(map(ord, "01!|3€4@5$7+8962"), "oiileeaassttbggz", strict=True))


@cache
def _leet_words() -> dict[str, list[str]]:
    """Return the words behind each skeleton, the commonest first."""
    found: dict[str, list[str]] = {}
    for word in words():
        found.setdefault(word.translate(_skeleton()), []).append(word)
    return found


class _Guess(NamedTuple):
    read: Read
    word: str


def leetspeak(traced: Traced) -> Traced | None:
    """Return the text with `1gn0r3` in letters, or None without any."""
    if not _MIXED.search(traced.text):
        return None
    guesses = [_guess(traced.text, match) for match in _LEET.finditer(traced.text)]
    stretches = better([guess.read for guess in guesses], _TELLING)
    pieces: list[Piece] = []
    for (start, end, _), word in guesses:
        if word and any(a <= start and end <= b for a, b in stretches):
            pieces.append((start, end, word))
    return traced.rewrite(pieces) if pieces else None


def _guess(text: str, match: re.Match[str]) -> _Guess:
    """Read one token; the word is empty where it stays as it is."""
    found, start = match[0].rstrip("!|+") or match[0], match.start()
    low, end = found.lower(), start + len(found)
    if found.isalpha():
        return _Guess(Read(start, end, _HONEST if len(found) >= _SHORT else 0.0), "")
    if text[start - 1 : start] == "'" and low in _SHORT_FORMS:
        return _Guess(Read(start, end, 0.0), _SHORT_FORMS[low])
    for whole in (match[0].lower(), low):
        if word := _behind(whole):
            return _Guess(Read(start, start + len(whole), _won(whole, word)), word)
    if found.isdecimal() or found.lstrip("!").isalpha():
        return _Guess(Read(start, end, 0.0), "")
    return _Guess(Read(start, end, STRANGE), low.translate(_PLAIN))


def _won(token: str, word: str) -> float:
    if _NUMBER.fullmatch(token):
        return 0.0
    return cost(token) - cost(word) if len(token) >= _SHORT else _SHORT_WON


def _behind(token: str) -> str | None:
    """Return the commonest word that a token can stand for with all its letters."""
    for word in _leet_words().get(token.translate(_skeleton()), ()):
        if all(a == b or not a.isalpha() for a, b in zip(token, word, strict=True)):
            return word
    return None


def rot13(traced: Traced) -> Traced | None:
    """Return the stretches that are English after rot13, or None without any."""
    return _turned(traced, _out_of_rot13, _out_of_rot13)


def backwards(traced: Traced) -> Traced | None:
    """Return the stretches that are English from back to front, or None without any."""
    return _turned(traced, _reversed, _reversed)


def words_backwards(traced: Traced) -> Traced | None:
    """Return the stretches whose words are English from back to front, or None without any."""
    return _turned(traced, _reversed, lambda text: _TOKEN.sub(lambda m: _reversed(m[0]), text))


def _out_of_rot13(text: str) -> str:
    return codecs.encode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


def _turned(
    traced: Traced, undo: Callable[[str], str], undo_all: Callable[[str], str]
) -> Traced | None:
    """Undo a disguise in the stretches where undoing it word by word makes English of them."""
    text = traced.text
    read = [Read(m.start(), m.end(), _gain(m[0], undo)) for m in _WORD.finditer(text)]
    pieces: list[Piece] = []
    for start, end in better(read, _TELLING_STRETCH):
        start, end = _with_stops(text, start, end)
        pieces.append((start, end, undo_all(text[start:end])))
    return traced.rewrite(pieces) if pieces else None


def _gain(word: str, undo: Callable[[str], str]) -> float:
    if len(word) < 2 or word.isdecimal():
        return 0.0
    low, known = word.lower(), words()
    other = undo(low)
    if low not in known and other not in known:
        return STRANGE
    return (cost(low) - cost(other)) * min(1.0, len(word) / _SHORT)


def _with_stops(text: str, start: int, end: int) -> tuple[int, int]:
    """Add what ends a sentence: turned round, a full stop stands at its beginning."""
    while text[start - 1 : start] and text[start - 1] in _SIGNS:
        start -= 1
    while text[end : end + 1] and text[end] in _SIGNS:
        end += 1
    return start, end
