from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Index:
    """What search scans, row for row: one row a chunk.

    Attributes:
        revision: The state of the file it was read from.
        rows: The chunks' row numbers in the file, rising; shape (n,).
        vectors: Unit vectors, shape (n, d).
        documents: Which of `audiences` holds for a chunk, shape (n,).
        audiences: Who may read each document; empty for everyone.
        quarantined: Held back by the guardrails, shape (n,).
    """

    revision: int
    rows: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    documents: npt.NDArray[np.int64]
    audiences: tuple[frozenset[str], ...]
    quarantined: npt.NDArray[np.bool_]

    def readable(
        self, readers: frozenset[str], *, include_quarantined: bool
    ) -> npt.NDArray[np.bool_]:
        """Which chunks may be used for a reply to these readers, shape (n,)."""
        open_to = np.array([not ids or bool(ids & readers) for ids in self.audiences], dtype=bool)
        allowed = open_to[self.documents]
        return allowed if include_quarantined else allowed & ~self.quarantined
