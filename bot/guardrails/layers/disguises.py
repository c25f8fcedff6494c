"""Words in disguise: spaced out, run together, leetspeak, rot13, backwards."""

import re
from collections.abc import Callable
from functools import cache

from bot.guardrails.layers.traced import Piece, Traced, joined
from bot.guardrails.layers.words import WORDS

_LETTER = r"[^\W_]"
_SPACED = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:[\W_]{{1,3}}{_LETTER}(?!{_LETTER})){{4,}}+")
_SNAKE = re.compile(rf"(?<!\w)(?:{_LETTER}++_){{2,}}{_LETTER}++")
_LONG_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{12,}+")
_LEET = re.compile(r"(?:[^\W_]|[@$!|+€]){3,24}+")
_WORD = re.compile(rf"{_LETTER}+")

_LONGEST_WORD = max(map(len, WORDS))
_MOST_GAP = 3
"""Words between two that a disguise explains, before they count as two regions."""


def spaced_out(traced: Traced) -> Traced | None:
    """Return the text with `i g n o r e` and `i-g-n-o-r-e` as words, or None without any."""
    pieces: list[Piece] = []
    for match in _SPACED.finditer(traced.text):
        letters = re.sub(r"[\W_]", "", match[0])
        pieces.append((match.start(), match.end(), " ".join(_segments(letters))))
    return traced.rewrite(pieces) if pieces else None


def underscored(traced: Traced) -> Traced | None:
    """Return the text with `ignore_all_previous` as words, or None without any."""
    pieces = [
        (match.start(), match.end(), match[0].replace("_", " "))
        for match in _SNAKE.finditer(traced.text)
    ]
    return traced.rewrite(pieces) if pieces else None


def run_together(traced: Traced) -> Traced | None:
    """Return the text with `ignoreallprevious` as words, or None without any."""
    pieces: list[Piece] = []
    for match in _LONG_WORD.finditer(traced.text):
        if match[0].lower() in WORDS:
            continue
        words = _segments(match[0])
        known = sum(len(word) for word in words if word.lower() in WORDS)
        if len(words) > 1 and known >= 0.8 * len(match[0]):
            pieces.append((match.start(), match.end(), " ".join(words)))
    return traced.rewrite(pieces) if pieces else None


def _segments(letters: str) -> list[str]:
    """Cut letters into words, each time the longest known one; what is no word stays together."""
    low = letters.lower()
    words: list[str] = []
    at, unknown = 0, 0
    while at < len(low):
        end = next((e for e in range(at + _LONGEST_WORD, at + 1, -1) if low[at:e] in WORDS), None)
        if end is None:
            at += 1
            continue
        if unknown < at:
            words.append(letters[unknown:at])
        words.append(letters[at:end])
        at = unknown = end
    if unknown < at:
        words.append(letters[unknown:at])
    return words


@cache
def _skeleton() -> dict[int, str]:
    """Return the table that makes all signs that pass for one another the same sign."""
    groups = ("1il|!", "0o", "4a@", "3e€", "5s$", "7t+", "9g6", "8b", "2z")
    return {ord(sign): group[0] for group in groups for sign in group}


@cache
def _leet_words() -> dict[str, str]:
    return {word.translate(_skeleton()): word for word in sorted(WORDS)}


def leetspeak(traced: Traced) -> Traced | None:
    """Return the text with `1gn0r3` in letters, or None without any."""
    pieces: list[Piece] = []
    for match in _LEET.finditer(traced.text):
        found = match[0].rstrip("!|+")
        if found.isalpha() or found.isdecimal():
            continue
        if word := _leet_words().get(found.lower().translate(_skeleton())):
            pieces.append((match.start(), match.start() + len(found), word))
    return traced.rewrite(pieces) if pieces else None


@cache
def _rot13() -> dict[int, str]:
    small, large = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    turned = small[13:] + small[:13] + large[13:] + large[:13]
    return {ord(letter): turned[at] for at, letter in enumerate(small + large)}


def rot13(traced: Traced) -> Traced | None:
    """Return the stretches that are English after rot13, or None without any."""
    stretches = _stretches(traced.text, lambda text: text.translate(_rot13()))
    found = [traced.region(a, b, traced.text[a:b].translate(_rot13())) for a, b in stretches]
    return joined(found) if found else None


def backwards(traced: Traced) -> Traced | None:
    """Return the stretches that are English from back to front, or None without any.

    Each is given twice: turned as a whole, and turned word by word.
    """
    found: list[Traced] = []
    for start, end in _stretches(traced.text, _turned):
        text = traced.text[start:end]
        found.append(traced.region(start, end, _turned(text)))
        found.append(traced.region(start, end, _WORD.sub(lambda word: _turned(word[0]), text)))
    return joined(found) if found else None


def _turned(text: str) -> str:
    return text[::-1]


def _stretches(text: str, undo: Callable[[str], str]) -> list[tuple[int, int]]:
    """Return where undoing a disguise word by word gives several English words."""
    found: list[tuple[int, int]] = []
    run: list[re.Match[str]] = []
    gap = 0
    for match in _WORD.finditer(text):
        if _undone(match[0], undo):
            run.append(match)
            gap = 0
        elif run and (gap := gap + 1) > _MOST_GAP:
            found += _stretch(run)
            run = []
    return found + _stretch(run)


def _undone(word: str, undo: Callable[[str], str]) -> bool:
    return 3 <= len(word) <= _LONGEST_WORD and (
        undo(word).lower() in WORDS and word.lower() not in WORDS
    )


def _stretch(run: list[re.Match[str]]) -> list[tuple[int, int]]:
    telling = len(run) > 1 and any(len(match[0]) >= 5 for match in run)
    return [(run[0].start(), run[-1].end())] if telling else []
