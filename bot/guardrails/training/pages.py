"""Pages: cut into pieces to learn from, and made into carriers of attacks."""

import json
import random
import re
from collections.abc import Iterator

PIECE, LEAST, PIECES = 900, 60, 4
"""Characters of a piece about and at least, and pieces taken of one page."""

_GAP = re.compile(r"\n\s*\n")


def paragraphs(page: str) -> list[str]:
    """The first pieces of a page: paragraphs, as many as make a piece."""
    return [piece for piece in _joined(page) if len(piece) > LEAST][:PIECES]


def _joined(page: str) -> Iterator[str]:
    piece = ""
    for part in _GAP.split(page):
        if piece and len(piece) + len(part) > PIECE:
            yield piece.strip()
            piece = ""
        piece += part[: 2 * PIECE] + "\n\n"
    yield piece.strip()


def inserted(payload: str, host: str, chance: random.Random) -> str:
    """Put a payload between two sentences of a harmless text, or at its end or beginning."""
    host = host[:PIECE]
    cuts = [0, *(match.end() for match in re.finditer(r"(?<=[.!?])\s+|\n+", host)), len(host)]
    at = chance.choice(cuts)
    joint = chance.choice([" ", "\n", "\n\n"])
    return f"{host[:at].rstrip()}{joint}{payload}{joint}{host[at:].lstrip()}".strip()


def recorded(text: str, payload: str, chance: random.Random) -> tuple[str, str]:
    """A text and a part of it as they stand in a tool's result, a record of JSON."""
    name = chance.choice(("content", "body", "description", "text", "reviews", "notes", "message"))
    record = {"id": chance.randrange(10_000), name: text}
    return json.dumps(record, ensure_ascii=False), json.dumps(payload, ensure_ascii=False)[1:-1]
