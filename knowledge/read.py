import codecs
import re
import stat
from pathlib import Path, PurePath

from knowledge.blocks import ReadDocument
from knowledge.errors import UnreadableDocument
from knowledge.markdown import parse

MAX_BYTES = 10_000_000

READABLE = frozenset({".md", ".markdown", ".mdx", ".txt", ".text", ".html", ".htm", ".xhtml"})
"""Endings of the files that a folder is searched for."""

_SIGNATURES = {
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office file",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"{\\rtf": "a rich text file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|body)\b", re.I | re.S
)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_SAVE_AS = "save it as Markdown, text or HTML and add that"


def read(path: Path) -> ReadDocument:
    """Read a file.

    Raises:
        UnreadableDocument: Too large, empty, not text, or not to be opened.
    """
    return read_bytes(path.name, load(path), folder=path.parent.name)


def load(path: Path) -> bytes:
    """Return a file's bytes, `MAX_BYTES` at most.

    Raises:
        UnreadableDocument: It cannot be opened, is no ordinary file, or is too large.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or a device would never end
            raise UnreadableDocument("it is not an ordinary file: give a file or a folder")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableDocument("there is no such file: check the path") from None
    except PermissionError:
        raise UnreadableDocument("it may not be read: check its permissions") from None
    except (OSError, ValueError) as error:
        raise UnreadableDocument(
            f"it cannot be opened ({type(error).__name__}): check the path and the disk"
        ) from error
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(
            f"it is larger than {MAX_BYTES // 1_000_000} MB: split it and add the parts"
        )
    return data


def read_bytes(name: str, data: bytes, *, folder: str = "") -> ReadDocument:
    """Read a file's content; `name` and `folder` only give a title where the text has none.

    What the content looks like counts, not the ending: a page saved as .txt is still a page.

    Raises:
        UnreadableDocument: It is empty or not text.
    """
    text = _decode(data)
    title, ending = None, PurePath(name).suffix.lower()
    if _HTML.match(text) or ending in {".html", ".htm", ".xhtml"}:
        from knowledge.webpage import to_markdown  # its parser takes 0.1 s to import

        title, text = to_markdown(text)
    heading, blocks = parse(text)
    if not blocks:
        raise UnreadableDocument("it holds no text: nothing to add")
    return ReadDocument(title=title or heading or _title_from(name, folder), blocks=blocks)


def _title_from(name: str, folder: str) -> str:
    stem = PurePath(name).stem
    if stem.lower() in {"index", "readme", "_index"} and folder:
        stem = folder
    return " ".join(re.sub(r"[-_]+", " ", stem).split()) or "Untitled"


def _decode(data: bytes) -> str:
    """Return the text of bytes in UTF-8, UTF-16, what the page declares, or Windows-1252."""
    if not data.strip():
        raise UnreadableDocument("it is empty: nothing to add")
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise UnreadableDocument(f"it is {kind}, which I can't read yet: {_SAVE_AS}")
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        return _checked(text)
    raise UnreadableDocument(f"it is not text in an encoding I know: {_SAVE_AS}, in UTF-8")


def _encodings(data: bytes) -> list[str]:
    """The encodings to try, the likeliest first; Latin-1 takes any byte, so it is the last."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return ["utf-32"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if b"\x00" in data:
        return _without_mark(data)
    declared = _CHARSET.search(data[:2048])
    named = [declared[1].decode("ascii", "replace")] if declared else []
    return ["utf-8-sig", *named, "cp1252", "latin-1"]


def _without_mark(data: bytes) -> list[str]:
    """UTF-16 without its mark: in most scripts of Europe every other byte is zero."""
    even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
    half = max(1, len(data[:4096]) // 2)
    if odd > 0.4 * half and even < 0.05 * half:
        return ["utf-16-le"]
    if even > 0.4 * half and odd < 0.05 * half:
        return ["utf-16-be"]
    return []


def _checked(text: str) -> str:
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise UnreadableDocument(f"it is not text: {_SAVE_AS}")
    return _CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
