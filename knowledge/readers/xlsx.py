"""Workbooks: each sheet a heading and a table, values as they are shown."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.styles.numbers import is_date_format

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument
from knowledge.readers import Page
from knowledge.readers.office import DAMAGE, check, title_of
from knowledge.readers.table import table

MAX_CELLS = 1_000_000


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Read the sheets, rows and columns that are not hidden; of a formula, what it gave last."""
    archive = Archive.of_bytes(data)
    check(archive)
    title = title_of(archive)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    except DAMAGE as error:
        raise UnreadableDocument("it is a damaged workbook: save it anew and add that") from error
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if sum(sheet.max_row * sheet.max_column for sheet in sheets) > 50 * MAX_CELLS:
        raise UnreadableDocument("it has too many cells: split it and add the parts")
    return Page(title, "\n\n".join(_sheet(sheet, alone=len(sheets) == 1) for sheet in sheets))


def _sheet(sheet: Any, *, alone: bool) -> str:
    parts = [table(rows) for rows in _tables(_rows(sheet))]
    if alone and sheet.title.lower().startswith("sheet"):
        return "\n\n".join(parts)  # a name that nobody chose says nothing
    return "\n\n".join([f"## {sheet.title}", *parts]) if any(parts) else ""


def _rows(sheet: Any) -> Iterator[list[str]]:
    hidden = _hidden_columns(sheet)
    for row in sheet.iter_rows():
        if not sheet.row_dimensions[row[0].row].hidden:
            yield [_shown(cell) for cell in row if cell.column not in hidden]


def _hidden_columns(sheet: Any) -> set[int]:
    """Columns are hidden in groups, of which only the first has an entry."""
    return {
        column
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden and dimension.min
        for column in range(dimension.min, min(dimension.max, 16_384) + 1)
    }


def _tables(rows: Iterator[list[str]]) -> Iterator[Sequence[list[str]]]:
    """An empty row ends a table: what follows has a header of its own."""
    open_rows: list[list[str]] = []
    for row in rows:
        if any(row):
            open_rows.append(row)
        elif open_rows:
            yield open_rows
            open_rows = []
    if open_rows:
        yield open_rows


def _shown(cell: Any) -> str:
    """Return a value nearly as the sheet shows it: 0.15 in a column of percents is 15%."""
    value, style = cell.value, str(getattr(cell, "number_format", "") or "")
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date() | time() | timedelta():
            return str(value)
        case int() | float() if not is_date_format(style):
            return _number(value, style)
        case _:
            return str(value)


def _number(value: float, style: str) -> str:
    if "%" in style:
        return f"{value * 100:.10g}%"
    text = f"{value:.12g}" if abs(value) < 1e12 else str(value)
    sign = next((sign for sign in "€$£¥" if sign in style), "")
    return f"{sign}{text}" if sign else text
