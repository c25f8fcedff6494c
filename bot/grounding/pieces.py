"""A text in pieces that can be compared: the sentences of a reply, the units of a source."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from knowledge.markdown import plain

_FENCE = re.compile(r"^[ \t]*```")
_END = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bvs)(?!(?<=\bNo)\.\s+\d)[.!?…]"
    r"[\"\u201d\u2019')\]*_]*(?:\s*\[\d{1,3}\])*(?=\s+(?![a-z])|\s*$)|[\u3002\uff01\uff1f]|\n"
)
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^[\s|:-]+$")
_CLAUSE = re.compile(r"[;:]\s|,\s|\s[-\u2013\u2014]\s|\.\s|\s(?:but|and|or|while|whereas)\s")


class Span(NamedTuple):
    """Where a sentence begins and ends in its text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The words themselves."""
        return text[self.start : self.end]


class Unit(NamedTuple):
    """The least of a source that says something by itself.

    Attributes:
        text: A sentence; or a cell of a table with its row's name and its column's.
        near: Whether it goes on from the unit before it.
        row: All cells of its row, if it is a cell.
    """

    text: str
    near: bool = False
    row: str = ""


def sentences(text: str) -> list[Span]:
    """The sentences, list items and rows of a reply outside code, in their order."""
    found: list[Span] = []
    start, fenced = 0, False
    for line in re.finditer(r"[^\n]*\n?", text):
        if _FENCE.match(line[0]):
            fenced = not fenced
        elif not fenced:
            start = line.start()
            for end in _END.finditer(text, start, line.end()):
                found.append(Span(start, end.end()))
                start = end.end()
            found.append(Span(start, line.end()))
    trimmed = (_trimmed(text, span) for span in found)
    return [span for span in trimmed if re.search(r"\w", span.of(text))]


def units(text: str) -> list[Unit]:
    """The units of a source: its sentences and items, and of a table each cell and each row."""
    found: list[Unit] = []
    header: list[str] = []
    for line in text.splitlines():
        if _ROW.match(line):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not header:
                header = cells
            elif not _RULE.match(line):
                found += _row(header, cells)
            continue
        header = []
        found += _prose(line, near=bool(found))
    return found


def clauses(text: str) -> list[str]:
    """The parts of a sentence between its commas and conjunctions."""
    return [part for part in _CLAUSE.split(text) if part.strip()]


def _row(header: list[str], cells: list[str]) -> Iterator[Unit]:
    name = cells[0]
    for title, cell in zip(header[1:], cells[1:], strict=False):
        yield Unit(plain(f"{name}: {title}: {cell}"), row=plain(" | ".join(cells)))
    if len(cells) < 2:
        yield Unit(plain(name))


def _prose(line: str, *, near: bool) -> Iterator[Unit]:
    for span in sentences(line):
        yield Unit(plain(span.of(line)), near)
        near = True


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    return Span(span.end - len(words.lstrip()), span.start + len(words.rstrip()))
