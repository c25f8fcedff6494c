"""Markdown to blocks, line by line and in linear time: what an admin throws in may be hostile."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from knowledge.blocks import Block, BlockKind

MAX_HEADING_CHARS = 200
"""A longer "heading" is a paragraph that somebody wrote large."""

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_CLOSING_HASHES = re.compile(r"[ \t]+#+[ \t]*$")
_ANCHOR = re.compile(r"[ \t]*\{#[^{}]*\}[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_RULE = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$| {0,3}#{1,6}[ \t]*$")
_TITLE = re.compile(r"title:[ \t]*(.+)$")

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:[ \t]+\"[^\"]*\")?\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MARKS = re.compile(r"\*{1,3}|`+|(?<!\w)_{1,3}|_{1,3}(?!\w)|~~")


def plain(text: str) -> str:
    """Drop what Markdown only marks: emphasis, backticks, tags, and the targets of links."""
    return _MARKS.sub("", _TAG.sub(" ", _LINK.sub(r"\1", text)))


def parse(text: str) -> tuple[str | None, tuple[Block, ...]]:
    """Return the title (of the front matter, else the first heading of level 1) and the blocks."""
    lines = text.splitlines()
    title, start = _front_matter(lines)
    parser = _Parser(lines[start:])
    blocks = tuple(parser.blocks())
    return title or parser.first_title, blocks


def _front_matter(lines: list[str]) -> tuple[str | None, int]:
    """Return its title and the number of lines it takes; it is data about the page, not text."""
    if not lines or lines[0].strip() != "---":
        return None, 0
    for end, line in enumerate(lines[1:100], 1):
        if line.strip() in {"---", "..."}:
            found = [match[1] for line in lines[1:end] if (match := _TITLE.match(line))]
            return (found[0].strip(" \t\"'") or None if found else None), end + 1
    return None, 0


@dataclass
class _Parser:
    lines: list[str]
    at: int = 0
    first_title: str | None = None
    open: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    unclosed: int = 0  # no comment that begins before this line ends
    bare: bool = False  # the innermost heading has no text yet

    def blocks(self) -> Iterator[Block]:
        while self.at < len(self.lines):
            if (heading := self._heading()) is not None:
                yield from self._enter(*heading)
            elif (block := self._block()) is not None:
                self.bare = False
                yield block
        yield from self._orphan(0)

    def _enter(self, level: int, text: str) -> Iterator[Block]:
        yield from self._orphan(level)
        while self.open and self.open[-1][0] >= level:
            self.open.pop()
        self.open.append((level, text))
        self.bare = True
        if level == 1 and self.first_title is None:
            self.first_title = text

    def _orphan(self, level: int) -> Iterator[Block]:
        """A heading with nothing below it is a text of its own, or nobody would find it."""
        if self.bare and self.open and (level == 0 or self.open[-1][0] >= level):
            yield Block("paragraph", self._path(), self.open[-1][1])

    def _path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.open)

    def _heading(self) -> tuple[int, str] | None:
        line, level, size = self.lines[self.at], 0, 1
        if len(line) > 4 * MAX_HEADING_CHARS:
            return None
        if match := _ATX.match(line):
            level, line = len(match[1]), _CLOSING_HASHES.sub("", match[2] or "")
        elif self._underlined():
            level, size = (1 if "=" in self.lines[self.at + 1] else 2), 2
        text = " ".join(plain(_ANCHOR.sub("", line)).split())
        if not level or not text.strip("-=*_ ") or len(text) > MAX_HEADING_CHARS:
            return None
        self.at += size
        return level, text

    def _underlined(self) -> bool:
        """Whether a setext heading stands here."""
        line, below = self.lines[self.at], self._peek(1)
        return bool(
            line.strip() and below and _SETEXT.match(below) and not self._starts_other(line)
        )

    def _peek(self, ahead: int) -> str | None:
        position = self.at + ahead
        return self.lines[position] if position < len(self.lines) else None

    def _starts_other(self, line: str) -> bool:
        return bool(_FENCE.match(line) or _ITEM.match(line) or line.lstrip().startswith("|"))

    def _block(self) -> Block | None:
        line = self.lines[self.at]
        if not line.strip() or _RULE.match(line):
            self.at += 1
            return None
        if line.lstrip().startswith("<!--") and (end := self._comment_end()) is not None:
            self.at = end
            return None
        kind, end = self._measure(line)
        text = "\n".join(self.lines[self.at : end]).rstrip()
        self.at = end
        return Block(kind, self._path(), text.lstrip("\n"))

    def _comment_end(self) -> int | None:
        """The line after a comment that fills its lines; readers of the page do not see it."""
        if self.at < self.unclosed:
            return None
        for position in range(self.at, min(self.at + 1000, len(self.lines))):
            before, closed, after = self.lines[position].partition("-->")
            if closed:
                return None if after.strip() or "<!--" in before[5:] else position + 1
        self.unclosed = self.at + 1000  # so that a page full of openings is not read 1000 times
        return None

    def _measure(self, line: str) -> tuple[BlockKind, int]:
        """Tell what begins here, and at which line it is over."""
        if fence := _FENCE.match(line):
            return "code", self._code_end(fence[1])
        if self._is_table(line):
            return "table", self._table_end()
        if _ITEM.match(line):
            return "list", self._list_end()
        return "paragraph", self._paragraph_end()

    def _code_end(self, fence: str) -> int:
        for position in range(self.at + 1, len(self.lines)):
            line = self.lines[position].strip()
            if line.startswith(fence) and not line.strip(fence[0]):
                return position + 1
        return len(self.lines)

    def _is_table(self, line: str) -> bool:
        below = self._peek(1)
        return "|" in line and below is not None and {"|", "-"} <= set(below) <= set("|:- \t")

    def _table_end(self) -> int:
        end = self.at + 2
        while end < len(self.lines) and "|" in self.lines[end]:
            end += 1
        return end

    def _list_end(self) -> int:
        """A list goes on over blank lines while what follows is an item or indented."""
        end = self.at + 1
        while end < len(self.lines):
            line = self.lines[end]
            if not line.strip():
                after = self.lines[end + 1] if end + 1 < len(self.lines) else ""
                if not _ITEM.match(after) and not (after.strip() and after[0] in " \t"):
                    break
            elif _ATX.match(line) or (_FENCE.match(line) and line[0] not in " \t"):
                break
            end += 1
        return end

    def _paragraph_end(self) -> int:
        end = self.at + 1
        while end < len(self.lines):
            line = self.lines[end]
            if not line.strip() or _ATX.match(line) or _FENCE.match(line) or _ITEM.match(line):
                break
            end += 1
        return end
