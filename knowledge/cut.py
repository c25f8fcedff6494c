"""Texts into parts that fit, at the best place there is; the parts joined are the text again."""

import re
from collections.abc import Callable, Sequence

from knowledge.blocks import Block, BlockKind

Fits = Callable[[str], bool]
Units = Callable[[str], list[str]]

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[\u3002\uff01\uff1f])\s*|\n{2,}")
_WORD = re.compile(r"\S+\s*|\s+")
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]")


def cut_block(block: Block, fits: Fits) -> list[str]:
    """Return the block, or its parts if it does not fit."""
    if fits(block.text):
        return [block.text]
    frame = _FRAMES.get(block.kind)
    if frame is None:
        return _cut(block.text, _LADDERS[block.kind], fits)
    before, body, after = frame(block.text)

    def framed(text: str) -> str:
        return before + text.strip("\n") + after

    if not fits(framed("")):  # a header too large to be repeated is text like any other
        return _cut(block.text, _LADDERS["paragraph"], fits)
    parts = _cut(body, _LADDERS[block.kind], lambda text: fits(framed(text)))
    return [framed(part) for part in parts]


def pack(units: Sequence[str], fits: Fits) -> list[str]:
    """Join neighbours, as many in each as fit; a unit that does not fit stands alone."""
    packed, start = [], 0
    while start < len(units):
        end = max(start + 1, _furthest(units, start, fits))
        packed.append("".join(units[start:end]))
        start = end
    return packed


def _cut(text: str, ladder: tuple[Units, ...], fits: Fits) -> list[str]:
    """Cut between the largest units; one that does not fit is cut between smaller ones."""
    if fits(text) or not ladder:
        return [text]
    parts: list[str] = []
    units = ladder[0](text)
    start = 0
    while start < len(units):
        end = _furthest(units, start, fits)
        if end == start:
            parts.extend(_cut(units[start], ladder[1:], fits))
            end = start + 1
        else:
            parts.append("".join(units[start:end]))
        start = end
    return parts


def _furthest(units: Sequence[str], start: int, fits: Fits) -> int:
    """The largest end with `units[start:end]` fitting, by doubling and then halving the step."""

    def ok(end: int) -> bool:
        return fits("".join(units[start:end]))

    step = 1
    while start + step <= len(units) and ok(start + step):
        step *= 2
    low, high = start + step // 2, min(start + step, len(units) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if ok(middle) else (low, middle)
    return low


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; joined they are the text again."""
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if a < b]


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _items(text: str) -> list[str]:
    """The items of a list, those nested in one staying with it."""
    items: list[str] = []
    outer: int | None = None
    for line in _lines(text):
        match = _ITEM.match(line)
        indent = len(match[1].expandtabs(4)) if match else None
        if indent is not None and (outer is None or indent <= outer):
            outer = indent
            items.append(line)
        elif items:
            items[-1] += line
        else:
            items.append(line)
    return items


def _table_frame(text: str) -> tuple[str, str, str]:
    head, delimiters, *rows = _lines(text)
    return head + delimiters, "".join(rows), ""


def _code_frame(text: str) -> tuple[str, str, str]:
    opening, *rest = _lines(text)
    fence = opening.strip()[:3]
    closed = bool(rest) and rest[-1].strip().startswith(fence)
    body = rest[:-1] if closed else rest
    return opening.rstrip("\n") + "\n", "".join(body), f"\n{rest[-1] if closed else fence}"


_LADDERS: dict[BlockKind, tuple[Units, ...]] = {
    "paragraph": (sentences, _lines, _words, list),
    "list": (_items, _lines, sentences, _words, list),
    "table": (_lines, _words, list),
    "code": (_lines, _words, list),
}
_FRAMES: dict[BlockKind, Callable[[str], tuple[str, str, str]]] = {
    "table": _table_frame,
    "code": _code_frame,
}
