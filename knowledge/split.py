from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, takewhile

from knowledge.blocks import Block, ReadDocument
from knowledge.cut import cut_block, pack
from knowledge.embed import Embedder
from knowledge.markdown import plain
from knowledge.parts import Span, spans_of

HEADING_SHARE = 3
"""The headings get a third of the window at most; the text needs the rest."""

MAX_CHARS_PER_TOKEN = 12
"""A model reads an unknown word as one token, however long it is: bound it in characters too."""

SMALL_TOKENS = 24
"""Neighbouring sections smaller than this share a chunk: alone they say too little to be found."""


@dataclass(frozen=True)
class Piece:
    """A chunk before it is stored.

    Attributes:
        headings: The heading path, outermost first.
        text: Markdown, verbatim but for the header of a table, or the fences of code, repeated
            where one had to be cut, and the headings of small sections that were put together.
    """

    headings: tuple[str, ...]
    text: str

    @property
    def heading(self) -> str:
        return " > ".join(self.headings)


class Splitter:
    """Cuts one document into pieces that the embedder reads to the last word.

    Blocks stay whole where they fit; a list is cut between items, a table between rows, text
    between sentences. Small neighbours under one heading are put together.
    """

    def __init__(self, document: ReadDocument, embedder: Embedder) -> None:
        self._document = document
        self._embedder = embedder
        self._prefix = cache(self._make_prefix)

    def pieces(self) -> tuple[Piece, ...]:
        sections = groupby(self._document.blocks, key=lambda block: block.headings)
        pieces = [
            Piece(headings, text)
            for headings, blocks in sections
            for text in self._section(headings, tuple(blocks))
        ]
        return tuple(self._merge(pieces))

    def embedded(self, piece: Piece) -> str:
        """Return what the embedder reads: where the piece stands, and its words without marks."""
        return self._prefix(piece.headings) + plain(piece.text)

    def parts(self, piece: Piece) -> list[Span]:
        """Return where the parts of a piece stand in what the embedder reads of it."""
        return spans_of(self.embedded(piece), len(self._prefix(piece.headings)))

    def _section(self, headings: tuple[str, ...], blocks: tuple[Block, ...]) -> list[str]:
        """The texts of one section: as many blocks in each as fit."""

        def fits(text: str) -> bool:
            return self._fits(Piece(headings, text))

        parts = [f"{part}\n\n" for block in blocks for part in cut_block(block, fits)]
        texts = [text.rstrip().lstrip("\n") for text in pack(parts, fits)]
        return [text for text in texts if text]

    def _merge(self, pieces: list[Piece]) -> Iterator[Piece]:
        held: Piece | None = None
        for piece in pieces:
            joined = self._join(held, piece) if held else None
            if held and not joined:
                yield held
            held = joined or piece
        if held:
            yield held

    def _join(self, first: Piece, second: Piece) -> Piece | None:
        """Put two neighbours together if both are small and hang under one heading."""
        shared = _shared(first.headings, second.headings)
        if not shared or not (self._small(first) and self._small(second)):
            return None
        joined = Piece(shared, f"{_under(shared, first)}\n\n{_under(shared, second)}")
        return joined if self._fits(joined) else None

    def _small(self, piece: Piece) -> bool:
        return self._embedder.count_tokens(piece.text) < SMALL_TOKENS

    def _fits(self, piece: Piece) -> bool:
        """Whether the embedder reads it whole, with its headings, and with its marks as well."""
        window, count = self._embedder.window, self._embedder.count_tokens
        return (
            len(piece.text) <= window * MAX_CHARS_PER_TOKEN
            and count(piece.text) <= window
            and count(self.embedded(piece)) <= window
        )

    def _make_prefix(self, headings: tuple[str, ...]) -> str:
        """The title and the headings, shortened from the outside until they leave room."""
        title = self._document.title
        path = [*headings] if headings[:1] == (title,) else [title, *headings]
        most = self._embedder.window // HEADING_SHARE
        while len(path) > 1 and self._embedder.count_tokens(" > ".join(path)) > most:
            path.pop(0)
        prefix = " > ".join(path)[: most * MAX_CHARS_PER_TOKEN]
        while self._embedder.count_tokens(prefix) > most:
            prefix = prefix[: len(prefix) * 3 // 4]
        return f"{prefix}\n"


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    return tuple(heading for heading, _ in same)


def _under(shared: tuple[str, ...], piece: Piece) -> str:
    """The text of a piece below the headings that it does not share, written out."""
    below = piece.headings[len(shared) :]
    lines = [f"{'#' * (len(shared) + depth)} {text}" for depth, text in enumerate(below, 1)]
    return "\n\n".join([*lines, piece.text])
