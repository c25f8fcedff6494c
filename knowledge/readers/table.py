"""Comma-separated values, and what every table here is written with."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from knowledge.errors import UnreadableDocument
from knowledge.readers import Page
from knowledge.readers.text import decode

_DELIMITERS = ",;\t|"


def read(name: str, data: bytes) -> Page:
    """Read comma-, semicolon-, bar- or tab-separated values; the first row is the header."""
    text = decode(data)
    csv.field_size_limit(1_000_000)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(name, text)))
    except csv.Error as error:
        raise UnreadableDocument("its rows cannot be told apart: save it as CSV anew") from error
    return Page(None, table(rows))


def table(rows: Iterable[Sequence[str]]) -> str:
    """Write rows as a Markdown table, without those rows and columns that are empty."""
    full = [[_cell(cell) for cell in row] for row in rows]
    full = [row for row in full if any(row)]
    width = max((len(row) for row in full), default=0)
    padded = [row + [""] * (width - len(row)) for row in full]
    columns = [column for column in zip(*padded, strict=True) if any(column)]
    lines = [f"| {' | '.join(row)} |" for row in zip(*columns, strict=True)]
    return "\n".join([lines[0], "|" + " --- |" * len(columns), *lines[1:]]) if lines else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _delimiter(name: str, text: str) -> str:
    """The separator that cuts the first lines into equally many cells, most of them."""
    if PurePath(name).suffix.lower() == ".tsv":
        return "\t"
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]

    def agreement(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        likeliest = max(set(counts), key=counts.count)
        return (counts.count(likeliest) if likeliest > 1 else 0, likeliest)

    return max(_DELIMITERS, key=agreement)
