"""Workbooks: each sheet a heading and a table, values as they are shown."""

import io
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument
from knowledge.readers import Page
from knowledge.readers.office import DAMAGE, check, title_of
from knowledge.readers.table import table

_Row = dict[int, str]
"""Texts by the numbers of their columns."""


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
    return Page(title, "\n\n".join(_sheet(sheet, alone=len(sheets) == 1) for sheet in sheets))


def _sheet(sheet: Any, *, alone: bool) -> str:
    parts = [table(rows) for rows in _tables(sheet)]
    if alone and sheet.title.lower().startswith("sheet"):
        return "\n\n".join(parts)  # a name that nobody chose says nothing
    return "\n\n".join([f"## {sheet.title}", *parts]) if any(parts) else ""


def _tables(sheet: Any) -> Iterator[list[list[str]]]:
    """Yield the tables of a sheet: an empty row ends one, what follows has a header of its own."""
    rows, open_rows, last = _rows(sheet), list[_Row](), 0
    for number in sorted(rows):
        between = range(last + 1, number)
        if open_rows and not all(sheet.row_dimensions[empty].hidden for empty in between):
            yield _filled(open_rows)
            open_rows = []
        open_rows.append(rows[number])
        last = number
    if open_rows:
        yield _filled(open_rows)


def _filled(rows: list[_Row]) -> list[list[str]]:
    columns = sorted({column for row in rows for column in row})
    return [[row.get(column, "") for column in columns] for row in rows]


def _rows(sheet: Any) -> dict[int, _Row]:
    """Return what is shown in each row, by its number.

    Asked for its rows, a sheet makes all cells up to the last one; somebody's stray blank in the
    last row of all would make millions.
    """
    hidden, rows = _hidden_columns(sheet), defaultdict[int, _Row](dict)
    for (number, column), cell in sheet._cells.items():
        if column not in hidden and (text := _shown(cell)):
            rows[number][column] = text
    return {number: row for number, row in rows.items() if not sheet.row_dimensions[number].hidden}


def _hidden_columns(sheet: Any) -> set[int]:
    """Columns are hidden in groups, of which only the first has an entry."""
    return {
        column
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden and dimension.min
        for column in range(dimension.min, min(dimension.max, 16_384) + 1)
    }


def _shown(cell: Any) -> str:
    """Return a value nearly as the sheet shows it: 0.15 in a column of percents is 15%."""
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="minutes")
        case date() | time() | timedelta():
            return str(value)
        case int() | float():
            return _number(value, str(cell.number_format or ""))
        case _:
            return str(value)


def _number(value: float, style: str) -> str:
    if "%" in style:
        return f"{value * 100:.10g}%"
    text = f"{value:.12g}" if abs(value) < 1e12 else str(value)
    sign = next((sign for sign in "€$£¥" if sign in style), "")
    return f"{sign}{text}" if sign else text
