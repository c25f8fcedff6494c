"""Bytes in, Markdown out: one module a format, each with a `read(name, data) -> Page`.

They run in the child process that `process.py` keeps, so a library is imported when the first file
of its kind is read, and what goes wrong there costs one error line.
"""

import importlib
from dataclasses import dataclass
from typing import Protocol, cast

from knowledge.readers.kinds import Kind, kind_of

ENDINGS = frozenset(
    ".md .markdown .mdx .txt .text .html .htm .xhtml .mhtml .mht .pdf .docx .docm .pptx .pptm"
    " .xlsx .xlsm .csv .tsv .eml".split()
)
"""Endings of the files that a folder is searched for; what a file is, its content decides."""

MAX_CHARS = 10_000_000
"""The most text that one file may hold."""

_MODULES: dict[Kind, str] = {
    "text": "text",
    "html": "html",
    "pdf": "pdf",
    "docx": "docx",
    "pptx": "pptx",
    "xlsx": "xlsx",
    "table": "table",
    "mail": "mail",
    "slack": "slack",
}


@dataclass(frozen=True)
class Page:
    """A file as Markdown; `title` is the one that the file itself names, if it does."""

    title: str | None
    markdown: str


class _Reader(Protocol):
    def read(self, name: str, data: bytes) -> Page: ...


def convert(name: str, data: bytes) -> Page:
    """Turn a file into Markdown by what its content is; `name` decides only what that leaves open.

    Raises:
        UnreadableDocument: It is damaged, protected, without text, or of no kind we read.
    """
    module = importlib.import_module(f"knowledge.readers.{_MODULES[kind_of(name, data)]}")
    return cast(_Reader, module).read(name, data)
