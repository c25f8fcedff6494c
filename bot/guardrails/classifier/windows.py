"""The stretches of a text that are judged one by one: a short attack is lost in a long text."""

import re

Span = tuple[int, int]

_END = re.compile(r"(?<=[.!?…:;])\s+|(?<=[\u3002\uff01\uff1f])|\n+")


def pieces(text: str, longest: int) -> list[Span]:
    """Return the sentences, list items and rows of a text; one that is too long, in parts."""
    ends = [match.end() for match in _END.finditer(text)]
    found: list[Span] = []
    for a, b in zip([0, *ends], [*ends, len(text)], strict=True):
        while b - a > longest:
            cut = text.rfind(" ", a + longest // 2, a + longest)
            cut = a + longest if cut < 0 else cut + 1
            found.append((a, cut))
            a = cut
        if text[a:b].strip():
            found.append((a, b))
    return found


def windows(text: str, size: int) -> list[Span]:
    """Return stretches of up to `size` characters that begin and end with sentences.

    They overlap by about a half, so that what is cut by one stands whole in the next.
    """
    parts = pieces(text, size)
    found: list[Span] = []
    at = 0
    while at < len(parts):
        start, last = parts[at][0], at
        while last + 1 < len(parts) and parts[last + 1][1] - start <= size:
            last += 1
        found.append((start, parts[last][1]))
        if last + 1 == len(parts):
            break
        at += 1
        while at <= last and parts[at][0] < start + size // 2:
            at += 1
    return found
