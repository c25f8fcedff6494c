"""The words of a chunk as numbers, so that a search can tell which of its words a candidate holds.

FTS5 finds the chunks of a word, but asking it for every candidate and word is far too slow, and
reading the lists of common words from a million chunks is as well. So each chunk keeps its words,
as FTS5's own tokenizer cuts and stems them, 4 bytes a word and field.
"""

import sqlite3
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt

TOKENIZER = "porter unicode61"
"""As in the index of the words."""

FIELDS = {"title": 1, "heading": 2, "text": 3}
"""What the two lowest bits of a term say; the other thirty are its word's."""

Terms = npt.NDArray[np.uint32]
"""The distinct words of a chunk by field, rising: shape (t,)."""


@dataclass(frozen=True)
class ManyTerms:
    """The terms of n chunks, one after the other; `starts`, shape (n + 1,), says where."""

    terms: Terms
    starts: npt.NDArray[np.int64]

    @cached_property
    def words(self) -> Terms:
        """The terms without the bits of their fields."""
        return self.terms & np.uint32(0xFFFFFFFC)

    @cached_property
    def owners(self) -> npt.NDArray[np.int64]:
        """Whose each term is, shape (t,)."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def joined(blobs: Sequence[bytes]) -> ManyTerms:
    """Return the terms of chunks as they are stored."""
    lengths = [0, *(len(blob) // 4 for blob in blobs)]
    terms = np.frombuffer(b"".join(blobs), dtype="<u4").astype(np.uint32)
    return ManyTerms(terms, np.cumsum(np.array(lengths, dtype=np.int64)))


def terms_of(chunks: Sequence[tuple[str, str, str]]) -> list[Terms]:
    """Return the terms of chunks, each given by its title, heading and text."""
    return _tokens().cut(chunks)


@lru_cache(maxsize=4096)
def word_terms(word: str) -> tuple[int, ...]:
    """Return what a chunk that holds this word has among its terms, the fields' bits left out."""
    [terms] = _tokens().cut([("", "", word)])
    return tuple(int(term) & ~3 for term in terms)


def holding(chunks: ManyTerms, word: str) -> npt.NDArray[np.bool_]:
    """Which of the chunks hold a word in any of its forms and any field, shape (n,).

    What is more than one word to FTS5 is held by who holds all of them.
    """
    parts = word_terms(word)
    held = np.full(len(chunks.starts) - 1, bool(parts))
    for part in parts:
        found = np.zeros(len(held), dtype=bool)
        found[chunks.owners[chunks.words == part]] = True
        held &= found
    return held


class _Tokens:
    """FTS5 as a tokenizer, in a database in memory of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.execute(
            f"CREATE VIRTUAL TABLE texts USING fts5 ({', '.join(FIELDS)}, content = '',"
            f" tokenize = '{TOKENIZER}')"
        )
        self._connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab (texts, instance)")

    def cut(self, chunks: Sequence[tuple[str, str, str]]) -> list[Terms]:
        with self._lock:
            self._connection.executemany(
                "INSERT INTO texts (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
                [(number, *fields) for number, fields in enumerate(chunks)],
            )
            found = self._connection.execute("SELECT doc, term, col FROM words").fetchall()
            self._connection.execute("INSERT INTO texts (texts) VALUES ('delete-all')")
            self._connection.commit()
        terms = [np.zeros(0, dtype=np.uint32)] * len(chunks)
        for number, rows in groupby(sorted(set(found)), key=itemgetter(0)):
            terms[number] = np.unique(
                np.array([_number(word) + FIELDS[field] for _, word, field in rows], np.uint32)
            )
        return terms


def _number(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) & ~3


@lru_cache(maxsize=1)
def _tokens() -> _Tokens:
    return _Tokens()
