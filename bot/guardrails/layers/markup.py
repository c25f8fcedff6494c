"""Text that HTML or Markdown hides from the reader, and words that tags cut apart."""

import re
from collections.abc import Iterator

from bot.guardrails.layers.traced import Piece, Traced, joined

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,15})((?:\s[^<>]{0,400})?)/?>")
_INLINE = frozenset(
    "a abbr b big code del em font i ins mark s small span strike strong sub sup u wbr".split()
)
# Markdown's emphasis inside a word, ig**no**re, or around nothing; then all marks of the token are
# taken away, so that i**gnore** does not keep the second.
_TOKEN = re.compile(r"\S+")
_EMPHASIS = re.compile(r"(?<=[^\W_])(?:(?:\*{1,3}|~~|``)(?=[^\W_])|\*{4})")
_MARKS = re.compile(r"\*+|~~|``")
_ATTRIBUTE = re.compile(
    r"""\s(?:alt|title|aria-label|data-[\w-]{1,30}|content|placeholder)\s?=\s?"""
    r"""(?:"([^"<>]{3,400})"|'([^'<>]{3,400})')""",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"display\s?:\s?none|visibility\s?:\s?hidden|opacity\s?:\s?0(?![.\d]*[1-9])"
    r"|font-size\s?:\s?[01](?:px|pt|em|%)?(?![.\d])|color\s?:\s?(?:#fff(?:fff)?\b|white\b"
    r"|transparent\b)|(?:left|top|text-indent)\s?:\s?-\d{3}|\shidden(?![\w-])"
    r"|aria-hidden\s?=\s?.?true",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"""(!?)\[([^\[\]]{0,400})\]\(([^()\s]{0,400})(?:\s{1,3}["'(]([^"'()]{0,400})["')])?\s?\)"""
)


def without_tags(traced: Traced) -> Traced | None:
    """Return the text as a browser would show it, or None where it holds no markup."""
    tags = [
        (tag.start(), tag.end(), "" if tag[1].lower() in _INLINE else "\n")
        for tag in _TAG.finditer(traced.text)
    ]
    pieces: list[Piece] = []
    for piece in sorted([*tags, *_emphasis(traced.text)]):
        if not pieces or piece[0] >= pieces[-1][1]:
            pieces.append(piece)
    return traced.rewrite(pieces) if pieces else None


def _emphasis(text: str) -> Iterator[Piece]:
    for token in _TOKEN.finditer(text):
        if _EMPHASIS.search(token[0]):
            for mark in _MARKS.finditer(text, *token.span()):
                yield mark.start(), mark.end(), ""


def unseen(traced: Traced) -> Traced | None:
    """Return what a reader of the rendered page would not see, or None without any."""
    text = traced.text
    spans = sorted({*_comments(text), *_attributes(text), *_links(text), *_elements(text)})
    return joined(traced.region(a, b, text[a:b]) for a, b in spans) if spans else None


def _comments(text: str) -> Iterator[tuple[int, int]]:
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        yield start + 4, end
        start = text.find("<!--", end + 3)


def _attributes(text: str) -> Iterator[tuple[int, int]]:
    for tag in _TAG.finditer(text):
        for match in _ATTRIBUTE.finditer(text, *tag.span(2)):
            yield match.span(match.lastindex or 0)


def _links(text: str) -> Iterator[tuple[int, int]]:
    """Yield the alternative text of images and the titles of images and links."""
    for match in _LINK.finditer(text):
        if match[1] and match[2]:
            yield match.span(2)
        if match[4]:
            yield match.span(4)


def _elements(text: str) -> Iterator[tuple[int, int]]:
    """Yield the content of elements whose style hides them, up to their closing tag."""
    done = 0
    unclosed: set[str] = set()
    for tag in _TAG.finditer(text):
        name = tag[1].lower()
        if tag.start() < done or name in unclosed or not _UNSEEN.search(tag[2]):
            continue
        end = text.find(f"</{tag[1]}", tag.end())
        if end < 0:
            unclosed.add(name)
        else:
            done = end
            yield tag.end(), end
