"""Characters in one form: what cannot be seen is dropped, what looks alike becomes alike."""

import re
import unicodedata
from functools import cache

from bot.guardrails.layers.look_alikes import fold_look_alikes
from bot.guardrails.layers.traced import Piece, Traced

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_FORMAT = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
_INVISIBLE = re.compile(f"[{_CONTROL}{_FORMAT}]+")

_MARKS = r"\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_DROPPED = re.compile(f"[{_CONTROL}{_FORMAT}{_MARKS}]+")
# A character with the marks that belong to it. More than a few marks are a disguise, and sorting a
# long run of them is what makes composing slow, so the rest of a run stands alone and is dropped.
_CLUSTER = re.compile(f"[^{_MARKS}][{_MARKS}]{{1,4}}|[^\\x00-\\x7f]")

_MOST_LETTERS = 4
"""A sign for more letters than these stays: one Arabic ligature alone stands for eighteen."""

_WRITTEN_BREAK = re.compile(r"\\[nrt]")
_BREAKS = "\n\x85\u2028\u2029"
_SPACE = re.compile(f"[^\\S{_BREAKS}]*+[{_BREAKS}]\\s*|(?:[^\\S\\n]|\u2800)+")


def canonical(raw: Traced) -> Traced:
    """Return a text in the form that detectors read; letters keep their case.

    NFKC, no invisible characters, no loose accents, look-alike letters folded, runs of white space
    as one space, one line break or one empty line.
    """
    seen = raw.rewrite((m.start(), m.end(), "") for m in _INVISIBLE.finditer(raw.text))
    return _fold_space(fold_look_alikes(_compose(seen)))


def _compose(traced: Traced) -> Traced:
    if traced.text.isascii():
        return traced
    composed = traced.rewrite(_compositions(traced.text))
    return composed.rewrite((m.start(), m.end(), "") for m in _DROPPED.finditer(composed.text))


def _compositions(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for match in _CLUSTER.finditer(text):
        found = match[0]
        new = _DROPPED.sub("", unicodedata.normalize("NFKC", found))
        if new != found and len(new) <= _MOST_LETTERS:
            pieces.append((match.start(), match.end(), new))
    return pieces


def _fold_space(traced: Traced) -> Traced:
    return traced.rewrite(_spaces(traced.text))


def _spaces(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for match in _SPACE.finditer(text):
        found = match[0]
        breaks = sum(found.count(mark) for mark in _BREAKS)
        new = " " if not breaks else "\n" if breaks == 1 else "\n\n"
        if new != found:
            pieces.append((match.start(), match.end(), new))
    return pieces


@cache
def _plain_letters() -> dict[int, str]:
    """Return for Latin and Greek letters with accents the bare letter, and plain quotes."""
    table = {0x451: "\u0435", 0x131: "i", 0x130: "i", 0x3C2: "\u03c3"}
    table |= {ord(stroked): bare for stroked, bare in zip("łŁøØđĐ", "lloodd", strict=True)}
    table |= dict.fromkeys(map(ord, "\u2018\u2019\u201a\u02bc\u00b4"), "'")
    table |= dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d"), '"')
    for block in (range(0xC0, 0x250), range(0x386, 0x3CF), range(0x1E00, 0x2000)):
        for code in block:
            bare = unicodedata.normalize("NFD", chr(code))[0]
            if code not in table and bare != chr(code):
                table[code] = bare
    return table


def key_of(text: str) -> str:
    """Return a text in small letters without accents, character for character.

    Patterns are written against this, so that whoever types without accents is read as well. The
    one letter whose small form is longer, the Turkish dotted I, is in the table.
    """
    return text.lower() if text.isascii() else text.translate(_plain_letters()).lower()


def with_breaks(key: str) -> str:
    r"""Return a text with a written `\n`, `\r` and `\t` as white space, character for character.

    Tool results have them. Without this, an order at the beginning of a line inside a JSON string
    begins with the letter n: no pattern that asks for a whole word sees it.
    """
    return _WRITTEN_BREAK.sub(lambda found: " \n" if found[0] == "\\n" else "  ", key)
