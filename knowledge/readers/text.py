"""Markdown and plain text, in whatever encoding an office has saved them."""

import codecs
import re

from knowledge.errors import UnreadableDocument
from knowledge.readers import MAX_CHARS, Page
from knowledge.readers.kinds import SAVE_AS, is_html, is_mail

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"%PDF-", b"PK\x03\x04", b'{"slack_export":')
_ENOUGH = 16
"""High bytes, at least, for a guess at an encoding."""

_NO_PLAIN_ENDINGS = (".csv", ".tsv", ".eml", ".mhtml", ".mht")


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Return the text as it is."""
    return Page(None, decode(data))


def plain_text(name: str, data: bytes) -> str | None:
    """Return the text of a file that is UTF-8 and no page, table or mail; None for all others.

    Such a file needs no library: it is decoded by Python, and parsed in linear time.
    """
    head = data[:1024]
    if (
        any(mark in head for mark in _MARKS)
        or name.lower().endswith(_NO_PLAIN_ENDINGS)
        or is_html(name, data)
        or is_mail(head)
    ):
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if not text.strip() or _CONTROL.search(text) else _newlines(text)


def decode(data: bytes) -> str:
    """Return the text of bytes in UTF-8, UTF-16, UTF-32, what the page declares, or as it looks.

    Raises:
        UnreadableDocument: It is not text.
    """
    for encoding in _encodings(data):
        try:
            return _checked(data.decode(encoding))
        except (UnicodeError, LookupError):
            continue
    raise UnreadableDocument(f"it is not text in an encoding I know: {SAVE_AS}")


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
    return ["utf-8-sig", *named, *_guessed(data), "cp1252", "latin-1"]


def _guessed(data: bytes) -> list[str]:
    """What the bytes look like, if most of their letters are not Latin.

    Between the many encodings of the Latin alphabet a guess is no better than the one that most
    offices use; Cyrillic, Greek or Japanese consist of high bytes and are told apart surely.
    """
    sample = data[:100_000]
    high = sum(byte >= 0x80 for byte in sample)
    if high * 4 < len(b"".join(sample.split())) or high < _ENOUGH or _is_utf8(data):
        return []
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return [best.encoding] if best is not None else []


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


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
    if len(text) > MAX_CHARS:
        raise UnreadableDocument("it holds more than 10 MB of text: split it and add the parts")
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise UnreadableDocument(f"it is not text: {SAVE_AS}")
    return _newlines(_CONTROL.sub("", text))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
