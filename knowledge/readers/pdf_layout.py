"""From printed lines to Markdown: what is large is a heading, what stands in columns a table."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from knowledge.readers.pdf_lines import Cell, Line
from knowledge.readers.table import table

_LARGER = 1.12
"""A heading's size over that of the text, at least."""

_LEVELS = 5
_HEADING_CHARS = 120
_APART = 1.35
"""A gap between lines over the usual one that begins a paragraph."""

_BULLET = re.compile("^[•◦▪▫‣●○■□\uf0b7\uf0a7\u2013*-][ \t]+|^o[ \t]+(?=[A-Z])")
_NUMBER = re.compile(r"^\d{1,3}[.)][ \t]+|^[a-z]\)[ \t]+")
_MARKUP = re.compile(r"^(?=#{1,6}[ \t]|```|~~~|\||---|<!--)")


@dataclass(frozen=True)
class _Part:
    """A heading, or a block of text below it; `level` is 0 for text."""

    page: int
    level: int
    text: str


def to_markdown(lines: Sequence[Line]) -> tuple[str | None, str]:
    """Return the title, if the first page has one, and the text."""
    kept = _without_margins(lines)
    layout = _Layout(kept)
    parts = list(layout.parts())
    title = next((part.text for part in parts[:3] if part.level == 1 and part.page == 1), None)
    return title, "\n\n".join(_written(parts, title))


def _written(parts: Sequence[_Part], title: str | None) -> Iterator[str]:
    """Write headings with their page, and again where the text goes on overleaf."""
    level, heading, page = 1, title or "", 0
    for part in parts:
        if part.level:
            level, heading, page = part.level, part.text, part.page
            yield _heading(level, heading, page, title)
        else:
            if part.page != page:
                page = part.page
                yield from _turned(level, heading, page, title)
            yield part.text


def _turned(level: int, heading: str, page: int, title: str | None) -> Iterator[str]:
    if heading and heading != title:
        yield _heading(level, heading, page, title)
    elif page > 1 or not title:
        yield f"## Page {page}"


def _heading(level: int, text: str, page: int, title: str | None) -> str:
    place = "" if text == title else f" (page {page})"
    return f"{'#' * level} {text}{place}"


def _without_margins(lines: Sequence[Line]) -> list[Line]:
    """Leave out what stands on top or bottom of most pages: running titles and page numbers."""
    edges: list[Line] = []
    pages = [list(page) for _, page in groupby(lines, key=lambda line: line.page)]
    for page in pages:
        by_height = sorted(page, key=lambda line: line.y)
        edges += {id(line): line for line in by_height[:2] + by_height[-2:]}.values()
    seen = Counter(_digitless(line) for line in edges)
    repeated = {text for text, count in seen.items() if count >= max(3, len(pages) // 2)}
    margins = {id(line) for line in edges if _digitless(line) in repeated}
    return [line for line in lines if id(line) not in margins]


def _digitless(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


class _Layout:
    """Tells lines apart by comparing them with what is usual in this document."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        letters = Counter[float]()
        for line in lines:
            letters[line.size] += len(line.text)
        self._body = letters.most_common(1)[0][0] if letters else 10.0
        sizes = {line.size for line in lines if self._is_large(line)}
        self._rank = {size: rank for rank, size in enumerate(sorted(sizes, reverse=True), 1)}
        gaps = [gap for a, b in pairwise(lines) if (gap := self._gap(a, b))]
        # Bounded, or a page of single lines would take the space between them for the usual one.
        self._pitch = min(median(gaps) if gaps else 1.2 * self._body, 1.6 * self._body)

    def parts(self) -> Iterator[_Part]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if (level := self._level(at)) > 0:
                end = self._heading_end(at, level)
                text = " ".join(line.text for line in self._lines[at:end])
                yield _Part(line.page, level, text)
            elif (end := self._table_end(at)) > at:
                yield _Part(line.page, 0, _table(self._lines[at:end]))
            elif _item(line.text):
                end = self._list_end(at)
                yield _Part(line.page, 0, self._list(at, end))
            else:
                end = self._paragraph_end(at)
                yield _Part(line.page, 0, _MARKUP.sub(r"\\", _joined(self._lines[at:end])))
            at = end

    def _gap(self, above: Line, below: Line) -> float:
        """Points between two lines of text that follow one another, 0 if they do not."""
        gap = above.y - below.y
        same = above.page == below.page and above.size == below.size == self._body
        return gap if same and 0 < gap < 3 * self._body else 0.0

    def _is_large(self, line: Line) -> bool:
        return line.size >= _LARGER * self._body and len(line.text) <= _HEADING_CHARS

    def _level(self, at: int) -> int:
        line = self._lines[at]
        if not any(char.isalpha() for char in line.text):
            return 0
        if self._is_large(line):
            return min(self._rank[line.size], _LEVELS)
        return min(len(self._rank) + 1, _LEVELS) if self._is_bold_heading(at) else 0

    def _is_bold_heading(self, at: int) -> bool:
        """A short bold line that stands alone over text that is not bold."""
        line = self._lines[at]
        if not line.bold or line.size < self._body or len(line.cells) > 1 or _item(line.text):
            return False
        below = self._lines[at + 1] if at + 1 < len(self._lines) else None
        above = self._lines[at - 1] if at else None
        alone = above is None or above.page != line.page or not self._is_next(above, line)
        ends = line.text.rstrip()[-1:] in ".,;"
        return bool(alone and below and not below.bold and not ends and len(line.text) <= 80)

    def _is_next(self, above: Line, below: Line) -> bool:
        """Whether a line goes on with the text of the one above."""
        if above.page != below.page:
            return above.text[-1:] not in ".!?:" and below.text[:1].islower()
        gap = above.y - below.y
        return 0 < gap <= _APART * self._pitch and abs(above.size - below.size) < 1

    def _heading_end(self, at: int, level: int) -> int:
        end = at + 1
        while end < len(self._lines) and self._level(end) == level:
            above, below = self._lines[end - 1], self._lines[end]
            gap = above.y - below.y
            if above.page != below.page or not 0 < gap < 1.6 * below.size:
                break
            end += 1
        return end

    def _paragraph_end(self, at: int) -> int:
        end = at + 1
        while end < len(self._lines):
            line = self._lines[end]
            if (
                self._level(end)
                or _item(line.text)
                or not self._is_next(self._lines[end - 1], line)
            ):
                break
            if self._table_end(end) > end:
                break
            end += 1
        return end

    def _list_end(self, at: int) -> int:
        """A list goes on while items follow, or lines that belong to the last of them."""
        end = at + 1
        while end < len(self._lines) and not self._level(end):
            above, below = self._lines[end - 1], self._lines[end]
            near = above.page == below.page and 0 < above.y - below.y < 2.5 * self._pitch
            if not ((_item(below.text) and near) or self._is_next(above, below)):
                break
            end += 1
        return end

    def _list(self, at: int, end: int) -> str:
        lines = self._lines[at:end]
        starts = sorted({round(line.left / 8) for line in lines if _item(line.text)})
        items: list[list[Line]] = []
        for line in lines:
            if _item(line.text) or not items:
                items.append([])
            items[-1].append(line)
        return "\n".join(
            "  " * starts.index(round(item[0].left / 8)) + _marked(_joined(item)) for item in items
        )

    def _table_end(self, at: int) -> int:
        """The line after a table that begins here; `at` if none does."""
        end, held = at, list[Line]()
        while end < len(self._lines) and len(self._lines[end].cells) > 1:
            line = self._lines[end]
            if held and (line.page != held[-1].page or not _columns([*held, line])):
                break
            held.append(line)
            end += 1
        return end if len(held) > 1 and not _item(held[0].text) else at


def _item(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def _marked(text: str) -> str:
    return _BULLET.sub("- ", text) if _BULLET.match(text) else text


def _joined(lines: Sequence[Line]) -> str:
    """Put lines together; a word that was divided at the end of one becomes whole again."""
    text = ""
    for line in lines:
        divided = re.search(r"\w-$", text) and line.text[:1].islower()
        text = text[:-1] + line.text if divided else f"{text} {line.text}".lstrip()
    return text


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Where the columns stand, from left to right; empty if the lines have none in common."""
    spans: list[tuple[float, float]] = []
    for cell in sorted((c for line in lines for c in line.cells), key=lambda cell: cell.left):
        if spans and cell.left <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], cell.right))
        else:
            spans.append((cell.left, cell.right))
    most = max(len(line.cells) for line in lines)
    return spans if len(spans) == most else []


def _table(lines: Sequence[Line]) -> str:
    columns = _columns(lines)
    return table([[_at(line.cells, column) for column in columns] for line in lines])


def _at(cells: Sequence[Cell], column: tuple[float, float]) -> str:
    return " ".join(cell.text for cell in cells if column[0] <= cell.left <= column[1])
