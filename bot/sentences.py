"""A text in units that belong together: sentences, blocks of code, tables.

Replies are checked and shown unit by unit while they are written, and cut between units where a
message is full.
"""

import re
from collections.abc import Iterator

_WIDE = "\u3002\uff01\uff1f"
"""Full stop, exclamation and question mark of Chinese and Japanese; no space follows them."""

_END = re.compile(
    rf"(?<=[.!?\u2026{_WIDE}])[\"')\]*_\u201d\u2019]*(?:[ \t]*\[\d{{1,3}}\])*"
    rf"(?:[ \t]+|(?<=[{_WIDE}]))"
)
_LIST_NUMBER = re.compile(r"\s*(?:[-*>#]+\s*)?\d{1,3}[.)]\s*")
_FENCE = re.compile(r"[ \t>]*```")
_ROW = re.compile(r"[ \t>]*\|")


def units(text: str) -> list[str]:
    """The text in units, in order; joined they are the text."""
    return [unit for unit, _ in _units(text)]


def finished(text: str) -> str:
    """The beginning of a text that is still being written, up to the end of its last whole unit."""
    found = list(_units(text))
    while found and not found[-1][1]:
        found.pop()
    return "".join(unit for unit, _ in found)


def _units(text: str) -> Iterator[tuple[str, bool]]:
    """Each unit, and whether nothing that is written later can belong to it."""
    lines = text.splitlines(keepends=True)
    at = 0
    while at < len(lines):
        if _FENCE.match(lines[at]):
            end, whole = _end_of_fence(lines, at)
        elif _ROW.match(lines[at]):
            end = next((i for i in range(at, len(lines)) if not _ROW.match(lines[i])), len(lines))
            whole = end < len(lines)
        else:
            yield from _sentences(lines[at])
            at += 1
            continue
        yield "".join(lines[at:end]), whole
        at = end


def _end_of_fence(lines: list[str], at: int) -> tuple[int, bool]:
    """Where a block of code that begins at a line ends, and whether its end is there."""
    if lines[at].count("```") > 1:
        return at + 1, lines[at].endswith("\n")
    for i in range(at + 1, len(lines)):
        if "```" in lines[i]:
            return i + 1, lines[i].endswith("\n")
    return len(lines), False


def _sentences(line: str) -> Iterator[tuple[str, bool]]:
    start = 0
    for match in _END.finditer(line):
        sentence = line[start : match.end()]
        if sentence.count("`") % 2 or _LIST_NUMBER.fullmatch(sentence):
            continue
        yield sentence, True
        start = match.end()
    if start < len(line):
        yield line[start:], line.endswith("\n")
