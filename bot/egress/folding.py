"""A text as it reads once formatting and invisible marks are gone, with the way back."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

# Emphasis (an underscore inside a word is none), escapes, and all that is not ASCII: of that,
# invisible characters vanish and look-alikes of dots and letters become what they stand for.
_MARK = re.compile(r"[*~\\|]+|(?<![^\W_])_+|_+(?![^\W_])|[^\x00-\x7f]|[\x01-\x08\x0b-\x1f\x7f]")
# Only what has something on either side, or is not ASCII, can hide anything.
_HIDES = re.compile(r"[*~\\|_](?<=\S.)(?=\S)|[^\x00-\x7f]|[\x01-\x08\x0b-\x1f\x7f]")
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61\u2024\ufe52"), ".")


@dataclass(frozen=True)
class Folded:
    """A folded text.

    Attributes:
        starts: Where each piece begins in the folded text, rising.
        origins: Where the same piece begins in the original.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def at(self, index: int) -> int:
        """Where the character at `index` stood in the original."""
        piece = bisect_right(self.starts, index) - 1
        return self.origins[piece] + index - self.starts[piece]


def fold(text: str) -> Folded:
    """Leave out formatting and invisible characters, and spell look-alikes plainly."""
    if not _HIDES.search(text):
        return Folded(text, (0,), (0,))
    pieces: list[str] = []
    starts, origins = [0], [0]
    length = end = 0
    for match in _MARK.finditer(text):
        for piece, origin in ((text[end : match.start()], end), (_plain(match[0]), match.start())):
            if piece:
                pieces.append(piece)
                starts.append(length)
                origins.append(origin)
                length += len(piece)
        end = match.end()
    starts.append(length)
    origins.append(end)
    return Folded("".join([*pieces, text[end:]]), tuple(starts), tuple(origins))


def _plain(mark: str) -> str:
    if mark.isascii():
        return ""
    if unicodedata.category(mark) in ("Cf", "Mn", "Me", "Cc"):
        return ""
    plain = unicodedata.normalize("NFKC", mark.translate(_DOTS))
    return plain if len(plain) == 1 else mark
