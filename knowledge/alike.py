"""Which other documents say the same.

By content, not by meaning: two pages about leave are near each other by their vectors, and only a
copy shares its sentences. Candidates come from the full text, by phrases taken evenly from the
document; each is then compared shingle by shingle. So nothing has to be stored beside the text.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.documents import Document
from knowledge.store import Store

SHINGLE = 3
"""Words in a row that count as one."""

PHRASES = 24
"""How many phrases are looked up: one of them survives in all but the most edited copies."""

CANDIDATES = 10

SHARE = 0.4
"""From this share of its shingles on, a document is pointed out as a near-duplicate."""

_WORD = re.compile(r"\w+")
_LINK = re.compile(r"\]\([^)\s]*\)")


@dataclass(frozen=True)
class Alike:
    """Another document, and the share of the one asked about that stands in it, 0 to 1."""

    document: Document
    share: float


def near_duplicates(store: Store, document_id: str, *, share: float = SHARE) -> list[Alike]:
    """Return the documents that hold most of what a document says, the most alike first.

    Raises:
        UnknownDocument: There is none with this id.
    """
    with store.reading():
        store.document(document_id)
        texts = _texts(store, document_id)
        own = _shingles(texts)
        if not own:
            return []
        found = [
            Alike(store.document(other), len(own & _shingles(_texts(store, other))) / len(own))
            for other in _candidates(store, document_id, texts)
        ]
    alike = [one for one in found if one.share >= share]
    return sorted(alike, key=lambda one: (-one.share, one.document.source))


def _texts(store: Store, document_id: str) -> list[str]:
    return [chunk.text for chunk in store.chunks_of(document_id)]


def _candidates(store: Store, document_id: str, texts: Sequence[str]) -> list[str]:
    """The documents that hold the most of some phrases."""
    counted: Counter[str] = Counter()
    for phrase in _phrases(texts):
        counted.update(store.documents_with(phrase))
    counted.pop(document_id, None)
    return [other for other, _ in counted.most_common(CANDIDATES)]


def _phrases(texts: Sequence[str]) -> Iterator[str]:
    """Phrases from all over a document, `PHRASES` at most."""
    phrases = [" ".join(run) for text in texts for run in _runs(_words(text), step=SHINGLE)]
    step = max(1, len(phrases) / PHRASES)
    chosen = dict.fromkeys(phrases[int(at * step)] for at in range(min(PHRASES, len(phrases))))
    yield from chosen


def _shingles(texts: Iterable[str]) -> frozenset[int]:
    return frozenset(hash(run) for text in texts for run in _runs(_words(text), step=1))


def _runs(words: Sequence[str], *, step: int) -> Iterator[tuple[str, ...]]:
    """Runs of `SHINGLE` words; a text that is shorter is one run."""
    for start in range(0, max(1, len(words) - SHINGLE + 1), step):
        if run := tuple(words[start : start + SHINGLE]):
            yield run


def _words(text: str) -> list[str]:
    """The words of a text; where its links lead does not count."""
    return _WORD.findall(_LINK.sub("]", text).lower())
