"""What search keeps in memory of every chunk: its row, its code, whose it is. About 60 bytes."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from knowledge.codes import Codes, codes_of
from knowledge.embed import Vectors

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Owners = npt.NDArray[np.int32]

_MASKS = 8
"""For how many groups of readers the chunks they may read are remembered, a byte a chunk each."""


Sample = tuple[int, npt.NDArray[np.int32]]
"""Some of the chunks that hold a word: from which position on, and their positions, rising."""

_WORDS = 128
"""Of how many common words the samples are remembered, 70 KB each."""


@dataclass(frozen=True)
class Index:
    """What search scans: n chunks, in the order of their rows.

    Attributes:
        revision: The state of the file it was read from.
        rows: The chunks' row numbers in the file, rising; shape (n,).
        codes: The signs of their vectors.
        owners: Which of `documents` a chunk belongs to, shape (n,).
        audiences: Who may read each document; empty for everyone.
        quarantined: The rows that the guardrails hold back.
        documents: Each document's id and since which revision its chunks are these.
    """

    revision: int
    rows: Rows
    codes: Codes
    owners: Owners
    audiences: tuple[frozenset[str], ...]
    quarantined: Rows
    documents: tuple[tuple[str, int], ...]
    _masks: dict[tuple[frozenset[str], bool], Mask] = field(
        default_factory=dict[tuple[frozenset[str], bool], Mask], compare=False, repr=False
    )
    samples: dict[str, tuple[Sample, ...]] = field(
        default_factory=dict[str, tuple[Sample, ...]], compare=False, repr=False
    )

    def __len__(self) -> int:
        return len(self.rows)

    def readable(self, readers: frozenset[str], *, include_quarantined: bool) -> Mask:
        """Which chunks may be used for a reply to these readers, shape (n,)."""
        key = readers, include_quarantined
        if key not in self._masks:
            if len(self._masks) >= _MASKS:
                self._masks.clear()
            self._masks[key] = self._readable(readers, include_quarantined)
        return self._masks[key]

    @cached_property
    def _gapless(self) -> bool:
        """Whether a row tells its position by itself: nothing was replaced or removed yet."""
        return len(self.rows) > 0 and int(self.rows[-1] - self.rows[0]) == len(self.rows) - 1

    def remember(self, word: str, samples: tuple[Sample, ...]) -> None:
        """Keep the samples of a common word for the next query that holds it."""
        if len(self.samples) >= _WORDS:
            self.samples.clear()
        self.samples[word] = samples

    def _readable(self, readers: frozenset[str], include_quarantined: bool) -> Mask:
        open_to = np.array([not ids or bool(ids & readers) for ids in self.audiences], dtype=bool)
        allowed = open_to[self.owners] if len(self.rows) else np.zeros(0, dtype=bool)
        if not include_quarantined and len(self.quarantined):
            allowed[self.positions(self.quarantined)] = False
        return allowed

    def positions(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Where chunks stand in the index; rows that it does not have are left out."""
        if self._gapless:
            return rows[(rows >= self.rows[0]) & (rows <= self.rows[-1])] - self.rows[0]
        places = np.searchsorted(self.rows, rows)
        places[places == len(self.rows)] = 0
        return places[self.rows[places] == rows] if len(self.rows) else places[:0]


def pack(rows: Sequence[int], vectors: Vectors) -> tuple[bytes, bytes]:
    """Return the rows and the codes of a document's chunks as they are stored."""
    return np.array(rows, dtype="<i8").tobytes(), codes_of(vectors).T.tobytes()


def read_index(connection: sqlite3.Connection, revision: int, old: Index | None) -> Index:
    """Read the index, or only what has changed since the old one was read."""
    stored = connection.execute("SELECT document_id, changed, length(rows) / 8 FROM codes")
    found = {document: (changed, size) for document, changed, size in stored.fetchall()}
    known = dict(old.documents) if old else {}
    fresh = [document for document, (changed, _) in found.items() if known.get(document) != changed]
    if old is None or len(fresh) > len(found) // 2:
        parts = _Parts(sum(size for _, size in found.values()))
        parts.add(connection.execute("SELECT document_id, changed, rows, codes FROM codes"))
        return parts.index(connection, revision)
    parts = _Parts(sum(found[document][1] for document in fresh))
    parts.keep(old, (known.keys() - found.keys()).union(fresh))
    for document in fresh:
        sql = "SELECT document_id, changed, rows, codes FROM codes WHERE document_id = ?"
        parts.add(connection.execute(sql, (document,)))
    return parts.index(connection, revision)


class _Parts:
    """An index while it is put together: what stays of the old one, and `new` chunks.

    It is filled in place: put together from the pieces, a large one would leave a hole of its size.
    """

    def __init__(self, new: int) -> None:
        self._documents: list[tuple[str, int]] = []
        self._rows: Rows = np.zeros(new, dtype=np.int64)
        self._owners: Owners = np.zeros(new, dtype=np.int32)
        self._codes: Codes = np.zeros((0, new), dtype=np.uint64)
        self._filled = 0

    def keep(self, old: Index, without: set[str]) -> None:
        """Begin with what an older index has of other documents than these."""
        stays = np.array([id not in without for id, _ in old.documents], dtype=bool)
        numbers = (np.cumsum(stays) - 1).astype(np.int32)
        kept = stays[old.owners]
        new, self._filled = len(self._rows), int(kept.sum())
        self._documents += [one for one in old.documents if one[0] not in without]
        self._rows = np.concatenate([old.rows[kept], np.zeros(new, dtype=np.int64)])
        self._owners = np.concatenate([numbers[old.owners[kept]], np.zeros(new, dtype=np.int32)])
        self._codes = np.zeros((len(old.codes), len(self._rows)), dtype=np.uint64)
        self._codes[:, : self._filled] = old.codes[:, kept]

    def add(self, documents: Iterable[tuple[str, int, bytes, bytes]]) -> None:
        for document, changed, rows, codes in documents:
            start, end = self._filled, self._filled + len(rows) // 8
            signs = np.frombuffer(codes, dtype=np.uint64).reshape(end - start, -1).T
            if not len(self._codes):
                self._codes = np.zeros((len(signs), len(self._rows)), dtype=np.uint64)
            self._rows[start:end] = np.frombuffer(rows, dtype="<i8")
            self._owners[start:end] = len(self._documents)
            self._codes[:, start:end] = signs
            self._documents.append((document, changed))
            self._filled = end

    def index(self, connection: sqlite3.Connection, revision: int) -> Index:
        rows, owners, codes = self._rows, self._owners, self._codes
        if not (rows[1:] > rows[:-1]).all():
            order = np.argsort(rows)
            rows, owners, codes = rows[order], owners[order], codes[:, order]
        readers = dict(connection.execute("SELECT id, audience FROM documents").fetchall())
        held = connection.execute("SELECT row FROM chunks WHERE quarantine IS NOT NULL").fetchall()
        return Index(
            revision=revision,
            rows=rows,
            codes=codes,
            owners=owners,
            audiences=tuple(frozenset(json.loads(readers[id])) for id, _ in self._documents),
            quarantined=np.array(list(chain.from_iterable(held)), dtype=np.int64),
            documents=tuple(self._documents),
        )
