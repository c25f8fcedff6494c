import re
import stat
from pathlib import Path, PurePath

from knowledge.blocks import ReadDocument
from knowledge.errors import UnreadableDocument
from knowledge.markdown import parse
from knowledge.readers import MAX_CHARS, Page
from knowledge.readers.text import plain_text

MAX_BYTES = MAX_CHARS
"""Bytes of a file that is text."""

MAX_PACKED_BYTES = 100_000_000
"""Bytes of a PDF or an Office file: most of them are pictures."""

MAX_LINES = 500_000
"""Whatever stands on them, they are parsed in seconds."""

_PACKED = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NOTION_ID = re.compile(r" [0-9a-f]{32}(?:_all)?$")


def read(path: Path) -> ReadDocument:
    """Read a file.

    Raises:
        UnreadableDocument: Too large, empty, damaged, protected, of no kind we read, or not to be
            opened.
    """
    return read_bytes(path.name, load(path), folder=path.parent.name)


def load(path: Path) -> bytes:
    """Return a file's bytes, as many as its kind may have.

    Raises:
        UnreadableDocument: It cannot be opened, is no ordinary file, or is too large.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would never end
            raise UnreadableDocument("it is not an ordinary file: give a file or a folder")
        with path.open("rb") as file:
            head = file.read(1024)
            most = most_bytes(head)
            data = head + file.read(most + 1 - len(head))
    except FileNotFoundError:
        raise UnreadableDocument("there is no such file: check the path") from None
    except PermissionError:
        raise UnreadableDocument("it may not be read: check its permissions") from None
    except (OSError, ValueError) as error:
        raise UnreadableDocument(
            f"it cannot be opened ({type(error).__name__}): check the path and the disk"
        ) from error
    check_size(data)
    return data


def most_bytes(head: bytes) -> int:
    """How large a file may be that begins like this."""
    return MAX_PACKED_BYTES if any(mark in head[:1024] for mark in _PACKED) else MAX_BYTES


def check_size(data: bytes) -> None:
    """Refuse what is too large to be read.

    Raises:
        UnreadableDocument: It is.
    """
    if len(data) > (most := most_bytes(data)):
        raise UnreadableDocument(
            f"it is larger than {most // 1_000_000} MB: split it and add the parts"
        )


def read_bytes(name: str, data: bytes, *, folder: str = "") -> ReadDocument:
    """Read a file's content; `name` and `folder` only give a title where the text has none.

    What the content looks like counts, not the ending: a page saved as .txt is still a page.
    UTF-8 text is read here. Whatever needs more is converted in another process, which has limits.

    Raises:
        UnreadableDocument: It is too large, empty, damaged, protected, or of no kind we read.
    """
    check_size(data)
    if not data.strip():
        raise UnreadableDocument("it is empty: nothing to add")
    page = _page(name, data)
    if page.markdown.count("\n") >= MAX_LINES:
        raise UnreadableDocument(
            f"it has more than {MAX_LINES:,} lines: split it and add the parts"
        )
    heading, blocks = parse(page.markdown)
    if not blocks:
        raise UnreadableDocument("it holds no text: nothing to add")
    return ReadDocument(title=page.title or heading or _title_from(name, folder), blocks=blocks)


def _page(name: str, data: bytes) -> Page:
    text = plain_text(name, data)
    if text is not None:
        return Page(None, text)
    from knowledge.readers.process import READER  # most folders hold nothing but Markdown

    return READER.read(PurePath(name).name, data)


def _title_from(name: str, folder: str) -> str:
    stem = _NOTION_ID.sub("", PurePath(name).stem)
    if stem.lower() in {"index", "readme", "_index"} and folder:
        stem = folder
    return " ".join(re.sub(r"[-_]+", " ", stem).split()) or "Untitled"
