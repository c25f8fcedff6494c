"""Encoded text inside a text: base64, base32, hex, binary, percent signs, entities, escapes."""

import base64
import binascii
import html
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from bot.guardrails.layers.traced import Piece, Traced


class Encoding(NamedTuple):
    """One way to write a text in other characters; `decode` gives None where it does not hold."""

    name: str
    pattern: re.Pattern[str]
    decode: Callable[[str], str | None]


def _readable(data: bytes) -> str | None:
    """Return the text that bytes hold, or None where they are no text."""
    try:
        text = _unwidened(data).replace(b"\0", b"").decode()
    except UnicodeDecodeError:
        return None
    start = text[:200]
    seen = sum(letter.isprintable() or letter in "\n\r\t" for letter in start)
    return text if seen > 0.9 * len(start) else None


def _unwidened(data: bytes) -> bytes:
    """Return UTF-16, which every other byte without a bit shows, as UTF-8."""
    for first, order in ((1, "utf-16-le"), (0, "utf-16-be")):
        if 4 * data[first::2].count(0) > len(data):
            return data[: len(data) // 2 * 2].decode(order).encode()
    return data


def _base64(found: str) -> str | None:
    if found.isalpha() and found[1:].islower():
        return None  # a long word: what is packed has capitals and digits
    lines, _, last = found.rpartition("\n")
    if (decoded := _unpacked(found)) or not lines:
        return decoded
    # What follows the last full line is no part of it.
    decoded = _unpacked(lines)
    return f"{decoded}\n{last}" if decoded else None


def _unpacked(found: str) -> str | None:
    packed = re.sub(r"[\s=]", "", found).translate({ord("-"): "+", ord("_"): "/"})
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    return _readable(base64.b64decode(packed + "=" * (-len(packed) % 4)))


def _base32(found: str) -> str | None:
    packed = found.rstrip("=")
    try:
        return _readable(base64.b32decode(packed + "=" * (-len(packed) % 8)))
    except binascii.Error:
        return None


def _hex(found: str) -> str | None:
    return _readable(bytes.fromhex(re.sub(r"0x|\\x|[^0-9a-fA-F]", "", found)))


def _binary(found: str) -> str | None:
    bits = re.sub(r"[^01]", "", found)
    return _readable(bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8)))


def _percent(found: str) -> str | None:
    return unquote_to_bytes(found).decode("utf-8", "replace")


def _entity(found: str) -> str | None:
    text = html.unescape(found)
    return None if text == found else text


def _escape(found: str) -> str | None:
    code = int(found.lstrip("\\xuU{").rstrip("}"), 16)
    return chr(code) if code <= 0x10FFFF else None


# A run without bound is possessive, and nothing that can fail comes after it: a pattern that gave
# up at the end of a long run would start again at its second character.
ENCODINGS = (
    Encoding("percent", re.compile(r"(?:%[0-9a-fA-F]{2})++"), _percent),
    Encoding("entity", re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});"), _entity),
    Encoding("binary", re.compile(r"(?<!\d)(?:[01]{8}[ ,\n]?+){3,}+"), _binary),
    Encoding("hex", re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[ ,:\n]?+){8,}+"), _hex),
    Encoding(
        "escape",
        re.compile(r"\\(?:x[0-9a-fA-F]{2}|[uU]\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4})"),
        _escape,
    ),
    Encoding("base32", re.compile(r"(?<![0-9A-Za-z])[A-Z2-7]{16,}+={0,6}(?![0-9A-Za-z])"), _base32),
    Encoding(
        "base64",
        re.compile(
            r"(?:[A-Za-z0-9+/]{60,80}\n)++[A-Za-z0-9+/]{0,80}+={0,2}|[A-Za-z0-9+/_-]{12,}+={0,2}"
        ),
        _base64,
    ),
)


def decode(traced: Traced) -> tuple[str, Traced] | None:
    """Return the text with everything that is encoded in it decoded, and what it was encoded by.

    One turn of the wheel: what is found inside what was decoded is for the next call.
    """
    names: list[str] = []
    for encoding in ENCODINGS:
        if pieces := _pieces(traced.text, encoding):
            names.append(encoding.name)
            traced = traced.rewrite(pieces)
    return ("+".join(names), traced) if names else None


def _pieces(text: str, encoding: Encoding) -> list[Piece]:
    pieces: list[Piece] = []
    for match in encoding.pattern.finditer(text):
        decoded = encoding.decode(match[0])
        if decoded is not None:
            pieces.append((match.start(), match.end(), decoded))
    return pieces
