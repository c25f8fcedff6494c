"""The blocks of a passage's Markdown: where each begins and ends, and what it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "list", "table", "code", "heading"]

ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•]|\d{1,3}[.)])[ \t]+\S")
_FENCE = re.compile(r"[ \t]*(```|~~~)")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_RULE = re.compile(r"[ \t]*([-*_=])(?:[ \t]*\1){2,}[ \t]*$")


@dataclass(frozen=True)
class Span:
    """A piece of a text, by position: `text[start:end]`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The piece itself."""
        return text[self.start : self.end]


@dataclass(frozen=True)
class Block(Span):
    """One block; lists, tables and code are whole."""

    kind: Kind


def lines_of(text: str, span: Span) -> Iterator[Span]:
    """The lines of a span, without their line breaks."""
    start = span.start
    for line in span.of(text).split("\n"):
        yield Span(start, start + len(line))
        start += len(line) + 1


def blocks_of(text: str) -> list[Block]:
    """Cut a text into blocks, in order. Blank lines and rules belong to none."""
    blocks: list[Block] = []
    fence: str | None = None
    fresh = True  # a blank line, or the beginning, came before
    for line in lines_of(text, Span(0, len(text))):
        words = line.of(text)
        mark = _FENCE.match(words)
        if fence is not None:
            blocks[-1] = Block(blocks[-1].start, line.end, "code")
            fence = None if mark and mark[1] == fence else fence
        elif mark:
            blocks.append(Block(line.start, line.end, "code"))
            fence = mark[1]
        elif words.strip() and not _RULE.match(words):
            _add_line(blocks, line, _kind(words), fresh=fresh, indented=words[0] in " \t")
        fresh = not words.strip()
    return blocks


def _kind(line: str) -> Kind:
    if _HEADING.match(line):
        return "heading"
    if line.lstrip().startswith("|"):
        return "table"
    return "list" if ITEM.match(line) else "paragraph"


def _add_line(blocks: list[Block], line: Span, kind: Kind, *, fresh: bool, indented: bool) -> None:
    """Let a line go on with the block before it, or begin a new one."""
    before = blocks[-1] if blocks else None
    if before and kind == "paragraph" and before.kind == "list" and (indented or not fresh):
        kind = "list"  # an item that runs over several lines
    same = before is not None and before.kind == kind and kind != "heading"
    if before and same and (kind == "list" or not fresh):
        blocks[-1] = Block(before.start, line.end, kind)
    else:
        blocks.append(Block(line.start, line.end, kind))
