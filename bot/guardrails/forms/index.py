"""Which forms to try where, so that a long text is read once and not once for each form.

A form made of words can begin only at a word with one of its first letters. Those are read off its
pattern; where they cannot be, the form is tried at every word, which is slower and never wrong.
"""

import re
from collections.abc import Iterable, Iterator

from bot.guardrails.forms.form import Form, compiled

PREFIX = 3
"""Letters by which forms are looked up."""

_TOKEN = re.compile(r"[^\W_]+")
_SIGN = re.compile(r"\\.|\[\^?(?:\\.|.)(?:\\.|[^\]\\])*\]|[()|]")
_OPTIONAL = re.compile(r"[?*]|\{0")


class FormIndex:
    """Forms by the first letters they can begin with."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self.by_prefix: dict[str, list[Form]] = {}
        self.scanned: list[Form] = []
        for form in forms:
            prefixes = first_letters(form.pattern) if form.latin else None
            if prefixes is None:
                self.scanned.append(form)
            for prefix in prefixes or ():
                self.by_prefix.setdefault(prefix, []).append(form)

    def matches(self, key: str) -> Iterator[tuple[Form, re.Match[str]]]:
        """Yield every form that stands in a text; forms of words at the beginning of a word."""
        for form in self.scanned:
            if form.latin or not key.isascii():
                for match in compiled(form.pattern).finditer(key):
                    yield form, match
        for token in _TOKEN.finditer(key):
            start, word = token.start(), token[0][:PREFIX]
            for size in range(len(word) + 1):
                for form in self.by_prefix.get(word[:size], ()):
                    if match := compiled(form.pattern).match(key, start):
                        yield form, match


def first_letters(pattern: str) -> frozenset[str] | None:
    """Return prefixes of all texts that a pattern matches, of up to `PREFIX` letters.

    None means that it can begin with something else than a letter or a digit. The empty prefix
    stands for any word.
    """
    found: set[str] = set()
    for part in _alternatives(pattern):
        prefixes = _prefixes(part)
        if prefixes is None:
            return None
        found |= prefixes
    return frozenset(p for p in found if not any(p[:n] in found for n in range(len(p))))


def _prefixes(part: str) -> frozenset[str] | None:
    if part.startswith("(?:"):
        end = _closing(part)
        if _OPTIONAL.match(part, end + 1):
            return frozenset({""})
        return first_letters(part[3:end])
    letters = re.match(r"[^\W_]*", part)
    literal = letters[0] if letters else ""
    if not literal:
        return None
    if _OPTIONAL.match(part, len(literal)):
        literal = literal[:-1]
    return frozenset({literal[:PREFIX]})


def _alternatives(pattern: str) -> Iterator[str]:
    """Yield the alternatives of a pattern that stand outside of every bracket."""
    start = 0
    for at, sign, depth in _brackets(pattern):
        if sign == "|" and not depth:
            yield pattern[start:at]
            start = at + 1
    yield pattern[start:]


def _closing(pattern: str) -> int:
    """Return where the bracket closes that a pattern opens with."""
    return next(at for at, sign, depth in _brackets(pattern) if sign == ")" and not depth)


def _brackets(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Yield each bracket and bar that is neither escaped nor in a set, and the depth after it."""
    depth = 0
    for match in _SIGN.finditer(pattern):
        if match[0] in "()|":
            depth += {"(": 1, ")": -1, "|": 0}[match[0]]
            yield match.start(), match[0], depth
