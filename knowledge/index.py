"""What search keeps in memory of every chunk: its row, its code, whose it is. About 60 bytes."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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


Sample = tuple[int, Rows]
"""Some of the chunks that hold a word: from which row on, and which rows, rising."""

_WORDS = 256
"""Of how many common words the samples are remembered, some 30 KB each."""


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
        places = np.searchsorted(self.rows, rows)
        places[places == len(self.rows)] = 0
        return places[self.rows[places] == rows] if len(self.rows) else places[:0]


def pack(rows: Sequence[int], vectors: Vectors) -> tuple[bytes, bytes]:
    """Return the rows and the codes of a document's chunks as they are stored."""
    return np.array(rows, dtype="<i8").tobytes(), codes_of(vectors).T.tobytes()


def read_index(connection: sqlite3.Connection, revision: int, old: Index | None) -> Index:
    """Read the index, or only what has changed since the old one was read."""
    stored = connection.execute("SELECT document_id, changed FROM codes").fetchall()
    known = dict(old.documents) if old else {}
    fresh = [document for document, changed in stored if known.get(document) != changed]
    if old is None or len(fresh) > len(stored) // 2:
        parts = _Parts(None, set())
        parts.add(connection.execute("SELECT document_id, changed, rows, codes FROM codes"))
    else:
        gone = known.keys() - dict(stored).keys()
        parts = _Parts(old, gone.union(fresh))
        for document in fresh:
            parts.add(
                connection.execute(
                    "SELECT document_id, changed, rows, codes FROM codes WHERE document_id = ?",
                    (document,),
                )
            )
    return parts.index(connection, revision)


class _Parts:
    """An index while it is put together: what stays of the old one, and what is new."""

    def __init__(self, old: Index | None, without: set[str]) -> None:
        self._documents: list[tuple[str, int]] = []
        self._rows: list[Rows] = []
        self._codes: list[Codes] = []
        self._owners: list[Owners] = []
        if old is not None:
            self._keep(old, without)

    def _keep(self, old: Index, without: set[str]) -> None:
        stays = np.array([id not in without for id, _ in old.documents], dtype=bool)
        numbers = (np.cumsum(stays) - 1).astype(np.int32)
        kept = stays[old.owners]
        self._documents += [one for one in old.documents if one[0] not in without]
        self._rows.append(old.rows[kept])
        self._codes.append(old.codes[:, kept])
        self._owners.append(numbers[old.owners[kept]])

    def add(self, documents: Iterable[tuple[str, int, bytes, bytes]]) -> None:
        for document, changed, rows, codes in documents:
            found = np.frombuffer(rows, dtype="<i8")
            self._owners.append(np.full(len(found), len(self._documents), dtype=np.int32))
            self._documents.append((document, changed))
            self._rows.append(found)
            self._codes.append(np.frombuffer(codes, dtype=np.uint64).reshape(len(found), -1).T)

    def index(self, connection: sqlite3.Connection, revision: int) -> Index:
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *self._rows])
        owners = np.concatenate([np.zeros(0, dtype=np.int32), *self._owners])
        codes = _joined(self._codes)
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


def _joined(parts: Sequence[Codes]) -> Codes:
    """All codes beside one another; filled in place, since there may be as many as memory bears."""
    words = max((len(part) for part in parts), default=0)
    joined = np.zeros((words, sum(part.shape[1] for part in parts)), dtype=np.uint64)
    start = 0
    for part in parts:
        joined[:, start : start + part.shape[1]] = part
        start += part.shape[1]
    return joined
