"""What PDFium knows of a page, as lines of words with their place and size."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_CELL_GAP = 1.0
"""Words further apart than this, in sizes of their font, may stand in two columns."""

_SMALLEST = 2.0
"""Points; what is smaller cannot be read by a person."""

_BREAKS = (10, 13)
_HYPHENS = {0x02: "-", 0xAD: "-", 0xFFFE: "-"}
_BOLD = 600

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points from the page's lower left corner."""


@dataclass(frozen=True)
class Cell:
    """Words that stand close together on a line; places in points from the left."""

    left: float
    right: float
    text: str


@dataclass(frozen=True)
class Line:
    """A printed line; `y` in points from the bottom, `size` that of its font in points."""

    page: int
    cells: tuple[Cell, ...]
    y: float
    size: float
    bold: bool

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        return self.cells[0].left


@dataclass(frozen=True)
class _Word:
    text: str
    box: Box
    size: float
    bold: bool


def lines_of(page: pdfium.PdfPage, number: int) -> Iterator[Line]:
    """Yield the lines of a page in the order in which they were written, without hidden words."""
    reader = _PageReader(page)
    for start, end in reader.line_spans():
        words = list(reader.words(start, end))
        if words:
            yield _line(number, words)


def _line(number: int, words: list[_Word]) -> Line:
    cells: list[Cell] = []
    held = [words[0]]
    for word in words[1:]:
        if word.box[0] - held[-1].box[2] > _CELL_GAP * max(word.size, held[-1].size):
            cells.append(_cell(held))
            held = []
        held.append(word)
    letters = sum(len(word.text) for word in words)
    size = sum(word.size * len(word.text) for word in words) / letters
    return Line(
        page=number,
        cells=(*cells, _cell(held)),
        y=words[0].box[1],
        size=round(size * 2) / 2,
        bold=all(word.bold for word in words),
    )


def _cell(words: list[_Word]) -> Cell:
    return Cell(words[0].box[0], words[-1].box[2], " ".join(word.text for word in words))


class _PageReader:
    """Asks PDFium about one page."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self._text = page.get_textpage()
        self._size = page.get_size()
        self._codes = [
            pdfium_c.FPDFText_GetUnicode(self._text, index)
            for index in range(self._text.count_chars())
        ]

    def line_spans(self) -> Iterator[tuple[int, int]]:
        start = 0
        for index, code in enumerate([*self._codes, _BREAKS[0]]):
            if code in _BREAKS:
                if index > start:
                    yield start, index
                start = index + 1

    def words(self, start: int, end: int) -> Iterator[_Word]:
        """Yield the words between two places that a reader of the page sees."""
        first = None
        for index in range(start, end + 1):
            blank = index == end or chr(self._codes[index]).isspace()
            if not blank and first is None:
                first = index
            elif blank and first is not None:
                if (word := self._word(first, index)) is not None:
                    yield word
                first = None

    def _word(self, start: int, end: int) -> _Word | None:
        left, bottom, _, top = self._box(start)
        box = (left, bottom, self._box(end - 1)[2], top)
        size = self._font_size(start)
        if size < _SMALLEST or self._outside(box) or self._unseen(start, box):
            return None
        text = "".join(self._letter(index) for index in range(start, end))
        return _Word(text, box, size, self._bold(start)) if text else None

    def _letter(self, index: int) -> str:
        code = self._codes[index]
        if code == 0 or pdfium_c.FPDFText_HasUnicodeMapError(self._text, index) == 1:
            return "\ufffd"
        return _HYPHENS.get(code) or ("" if code < 32 else chr(code))

    def _box(self, index: int) -> Box:
        try:
            return self._text.get_charbox(index)
        except pdfium.PdfiumError:
            return (0.0, 0.0, 0.0, 0.0)

    def _font_size(self, index: int) -> float:
        """The size as printed: a font of size 1 may be scaled to 12 by its matrix."""
        matrix = pdfium_c.FS_MATRIX()
        scale = 1.0
        if pdfium_c.FPDFText_GetMatrix(self._text, index, matrix):
            scale = math.hypot(matrix.c, matrix.d) or 1.0
        return pdfium_c.FPDFText_GetFontSize(self._text, index) * scale

    def _bold(self, index: int) -> bool:
        if pdfium_c.FPDFText_GetFontWeight(self._text, index) >= _BOLD:
            return True
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        pdfium_c.FPDFText_GetFontInfo(self._text, index, name, 128, flags)
        return b"bold" in name.value.lower() or b"black" in name.value.lower()

    def _outside(self, box: Box) -> bool:
        width, height = self._size
        return box[2] < 0 or box[3] < 0 or box[0] > width or box[1] > height

    def _unseen(self, index: int, box: Box) -> bool:
        """Whether a word is transparent, or white on nothing.

        Invisible text over a picture of the page is how text recognition writes, so it counts.
        """
        red, green, blue, alpha = colour = [ctypes.c_uint(255) for _ in range(4)]
        if not pdfium_c.FPDFText_GetFillColor(self._text, index, *colour):
            return False
        object_ = pdfium_c.FPDFText_GetTextObject(self._text, index)
        mode = pdfium_c.FPDFTextObj_GetTextRenderMode(object_) if object_ else 0
        invisible = mode == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE or alpha.value < 10
        white = min(red.value, green.value, blue.value) > 250
        return (invisible and not _covered(box, self._pictures)) or (
            white and not invisible and not _covered(box, self._pictures + self._shades)
        )

    @cached_property
    def _pictures(self) -> list[Box]:
        return [bounds for bounds, kind in self._objects if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE]

    @cached_property
    def _shades(self) -> list[Box]:
        return [bounds for bounds, kind in self._objects if kind != pdfium_c.FPDF_PAGEOBJ_IMAGE]

    @cached_property
    def _objects(self) -> list[tuple[Box, int]]:
        """What white words may stand on: pictures, and areas that are not white."""
        kinds = [
            pdfium_c.FPDF_PAGEOBJ_IMAGE,
            pdfium_c.FPDF_PAGEOBJ_PATH,
            pdfium_c.FPDF_PAGEOBJ_SHADING,
        ]
        found = (
            (object_, pdfium_c.FPDFPageObj_GetType(object_))
            for object_ in self._page.get_objects(kinds, max_depth=3)
        )
        return [
            (object_.get_bounds(), kind)
            for object_, kind in found
            if kind != pdfium_c.FPDF_PAGEOBJ_PATH or _is_dark(object_)
        ]


def _is_dark(path: Any) -> bool:
    colour = [ctypes.c_uint(255) for _ in range(4)]
    known = pdfium_c.FPDFPageObj_GetFillColor(path, *colour)
    return bool(known) and min(part.value for part in colour[:3]) < 240 and colour[3].value > 20


def _covered(box: Box, areas: list[Box]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in areas)
