"""A text in pages that each fit one message, cut outside code and tables where that can be.

A page is counted in bytes of UTF-8, as Slack counts streams; what is written later never changes
where an earlier page ends.
"""

import re
from collections.abc import Iterator

from bot.sentences import units

PAGE_BYTES = 9_600
"""With a reply's sources and buttons that stays below what Slack takes in one message."""

_LANGUAGE = re.compile(r"[ \t>]*```([\w+#-]*)[ \t]*\n")
_FENCE = "```"
_HEAD = re.compile(r"[ \t]*\|[^\n]*\n[ \t]*\|[ \t|:-]+\n")

ROWS = 99
"""Rows below the head of a table; Slack shows 100 in all."""


def pages(text: str, limit: int = PAGE_BYTES) -> list[str]:
    """The text in pages of at most `limit` bytes; at least one. No visible character is lost."""
    found = [""]
    size = 0
    for unit in units(text):
        for piece in _fitting(unit, limit):
            if size + len(piece.encode()) > limit:
                found.append("")
                size = 0
            found[-1] += piece
            size += len(piece.encode())
    return [page for page in found if page.strip()] or found[:1]


def _fitting(unit: str, limit: int) -> Iterator[str]:
    """A unit in pieces that fit.

    Code is closed and opened again, a table has its head again, the rest is cut at a space.
    """
    if head := _HEAD.match(unit):
        yield from _table(unit, head[0], limit)
    elif len(unit.encode()) <= limit:
        yield unit
    elif opening := _LANGUAGE.match(unit):
        yield from _code(unit[opening.end() :], f"{_FENCE}{opening[1]}\n", limit)
    else:
        yield from _cut(unit, limit)


def _table(unit: str, head: str, limit: int) -> Iterator[str]:
    """As many rows as Slack shows and a page holds, under the same head each time."""
    if len(unit.encode()) <= limit and unit.count("\n") <= ROWS + 2:
        yield unit
        return
    rows = unit[len(head) :].splitlines(keepends=True)
    room = max(limit - len(head.encode()) - 1, limit // 2)
    for piece in _lines("".join(rows), room, ROWS):
        yield f"{head if len(head.encode()) < limit // 2 else ''}{piece.rstrip(chr(10))}\n\n"


def _code(inner: str, opening: str, limit: int) -> Iterator[str]:
    body = inner.rstrip()
    body, after = (body[: -len(_FENCE)], "") if body.endswith(_FENCE) else (body, "")
    room = limit - len(opening.encode()) - len(_FENCE) - 2
    for piece in _lines(body, room):
        yield f"{opening}{piece.strip(chr(10))}\n{_FENCE}\n{after}"


def _lines(text: str, limit: int, most: int = 1_000_000) -> Iterator[str]:
    """Whole lines as far as they fit, and so many at most."""
    taken, count = "", 0
    for line in text.splitlines(keepends=True):
        for piece in _cut(line, limit):
            if taken and (len((taken + piece).encode()) > limit or count >= most):
                yield taken
                taken, count = "", 0
            taken += piece
            count += 1
    if taken.strip():
        yield taken


def _cut(text: str, limit: int) -> Iterator[str]:
    """Pieces of at most `limit` bytes, cut after a line, a space, or else between characters."""
    while len(text.encode()) > limit:
        head = text.encode()[:limit].decode(errors="ignore")
        at = max(head.rfind("\n"), head.rfind(" ")) + 1
        at = at if at > len(head) // 2 else len(head)
        yield text[:at]
        text = text[at:]
    if text:
        yield text
