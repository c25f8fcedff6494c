"""What a file is, by its content: a wrong ending neither hides a file nor opens a door."""

import re
from pathlib import PurePath
from typing import Literal

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument

Kind = Literal["text", "html", "pdf", "docx", "pptx", "xlsx", "table", "mail", "slack"]

SAVE_AS = "save it as PDF, Markdown or text and add that"
SLACK_PAGE = b'{"slack_export":'
"""How a page of a Slack export begins, as `knowledge.exports` puts it together."""

_OFFICE: dict[str, Kind] = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
_SIGNATURES = {
    b"{\\rtf": "a rich text file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf\x27\x1c": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a database",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_MAIL = re.compile(
    rb"^(?:from|date|subject|message-id|mime-version|received|content-type):", re.I | re.M
)


def kind_of(name: str, data: bytes) -> Kind:
    """Tell a file's kind.

    Raises:
        UnreadableDocument: It is empty, or known to be nothing that we read.
    """
    if not data.strip():
        raise UnreadableDocument("it is empty: nothing to add")
    if b"%PDF-" in data[:1024]:  # readers of PDF allow for some rubbish before it
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data.startswith(_OLE):
        raise UnreadableDocument(_old_office(data))
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            raise UnreadableDocument(f"it is {kind}, which I can't read: {SAVE_AS}")
    return _text(name, data)


def _text(name: str, data: bytes) -> Kind:
    head, ending = data[:4096].lstrip(b"\xef\xbb\xbf"), PurePath(name).suffix.lower()
    if head.startswith(SLACK_PAGE):
        return "slack"
    if is_html(name, data):
        return "html"
    if ending in {".csv", ".tsv"}:
        return "table"
    if ending in {".eml", ".mhtml", ".mht"} or is_mail(head):
        return "mail"
    return "text"


def is_html(name: str, data: bytes) -> bool:
    """Whether it is a web page, as its beginning or at least its name says."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\x00", b"")
    return bool(_HTML.match(head)) or PurePath(name).suffix.lower() in {".html", ".htm", ".xhtml"}


def is_mail(head: bytes) -> bool:
    """Whether it begins with a message's headers: a page may begin with a line or two like them."""
    first = head.split(b"\n\n")[0].split(b"\r\n\r\n")[0]
    return bool(_HEADER.match(head)) and len({m.lower() for m in _MAIL.findall(first)}) >= 3


def _office(data: bytes) -> Kind:
    """Tell Office files apart by what is in them, having checked that unpacking does no harm."""
    archive = Archive.of_bytes(data)
    names = archive.names()
    for part, kind in _OFFICE.items():
        if part in names:
            return kind
    if "mimetype" in names:
        raise UnreadableDocument("it is an OpenDocument file: save it as PDF or DOCX and add that")
    if "xl/workbook.bin" in names:
        raise UnreadableDocument("it is a binary workbook: save it as XLSX and add that")
    raise UnreadableDocument("it is a zip archive: give it a name that ends in .zip")


def _old_office(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "it is protected by a password: save it without one and add that"
    return "it is an old Office file: save it as DOCX, XLSX, PPTX or PDF and add that"
