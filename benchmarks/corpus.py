"""Knowledge bases of any size for the benchmarks, made from real chunks and their vectors.

A made chunk is a real one moved: its vector goes some way towards another real one and some way
anywhere, which keeps the lumps that real vectors lie in; its text is the real one with a third of
its words taken from others. `gaussian` vectors are the hard case for sign codes: no lumps at all.
"""

import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge import SentenceTransformerEmbedder, Store, add
from knowledge.index import pack
from knowledge.parts import to_codes
from knowledge.rows import from_blobs, to_blob
from knowledge.terms import terms_of

Vectors = npt.NDArray[np.float32]

TEXTS = 100_000
"""How many different texts are made; beyond that they repeat with other vectors."""

DOCUMENT = 50
"""Chunks a document."""

PARTS = 5
"""Parts a chunk."""


@dataclass(frozen=True)
class Real:
    """Chunks of real documents, with their vectors by the real model."""

    texts: list[tuple[str, str, str]]
    vectors: Vectors


def real_chunks(source: Path, scratch: Path) -> Real:
    """Read the chunks of a knowledge base, or those of a folder that is loaded for it."""
    if source.is_dir():
        with Store(scratch) as store:
            list(add(store, [source], SentenceTransformerEmbedder()))
        source = scratch
    with sqlite3.connect(source) as connection:
        found = connection.execute(
            "SELECT title, heading, text, vector FROM chunks JOIN vectors USING (row)"
        ).fetchall()
    return Real([row[:3] for row in found], from_blobs([row[3] for row in found]))


def moved(real: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Return vectors near real ones: cosine to where they come from 0.6 to 0.95, mostly."""
    base = real[rng.integers(0, len(real), count)]
    other = real[rng.integers(0, len(real), count)]
    noise = rng.standard_normal(base.shape, dtype=np.float32) / np.sqrt(base.shape[1])
    vectors = (
        base + rng.uniform(0, 0.5, (count, 1)) * other + rng.uniform(0.2, 0.6, (count, 1)) * noise
    )
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def parts_of(vectors: Vectors, real: Vectors, rng: np.random.Generator) -> Vectors:
    """Return `PARTS` vectors near each, as the parts of a chunk are: shape (n, PARTS, d)."""
    count, dimensions = vectors.shape
    others = real[rng.integers(0, len(real), count * PARTS)].reshape(count, PARTS, dimensions)
    parts = vectors[:, None] + rng.uniform(0.2, 0.8, (count, PARTS, 1)) * others
    return (parts / np.linalg.norm(parts, axis=2, keepdims=True)).astype(np.float32)


def gaussian(dimensions: int, count: int, rng: np.random.Generator) -> Vectors:
    vectors = rng.standard_normal((count, dimensions), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def make_texts(real: Real, count: int, seed: int) -> list[tuple[str, str, str]]:
    dice = random.Random(seed)
    words = [word for *_, text in real.texts for word in text.split()]
    made: list[tuple[str, str, str]] = []
    for _ in range(count):
        title, heading, text = dice.choice(real.texts)
        mixed = [
            dice.choice(words) if dice.random() < 1 / 3 else word for word in text.split()[:80]
        ]
        made.append((title, heading, " ".join(mixed)))
    return made


def fill(path: Path, real: Real, count: int, *, hard: bool = False) -> None:
    """Make a knowledge base of `count` chunks. The same rows as `Store` writes, many at a time."""
    rng = np.random.default_rng(count)
    texts = make_texts(real, min(count, TEXTS), count)
    terms = [
        one.tobytes()
        for start in range(0, len(texts), 500)
        for one in terms_of(texts[start : start + 500])
    ]
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('model', 'all-MiniLM-L6-v2'),"
            " ('dimensions', '384'), ('revision', '1')"
        )
        for start in range(0, count, DOCUMENT):
            rows = list(range(start + 1, min(count, start + DOCUMENT) + 1))
            vectors = gaussian(384, len(rows), rng) if hard else moved(real.vectors, len(rows), rng)
            parts = parts_of(vectors, real.vectors, rng)
            _document(connection, f"{start:012d}", rows, vectors, parts, texts, terms)
            if start % 50_000 == 0:
                connection.commit()
    connection.close()


def _document(
    connection: sqlite3.Connection,
    id: str,
    rows: list[int],
    vectors: Vectors,
    parts: Vectors,
    texts: list[tuple[str, str, str]],
    terms: list[bytes],
) -> None:
    connection.execute(
        "INSERT INTO documents"
        " (id, title, source, location, given, root, audience, sha256, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, '[]', '', '2026-01-01T00:00:00+00:00')",
        (id, id, id, id, id, id),
    )
    connection.executemany(
        "INSERT INTO chunks (row, id, document_id, position, title, heading, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(row, f"{id}-{row}", id, row - rows[0], *texts[row % len(texts)]) for row in rows],
    )
    connection.executemany(
        "INSERT INTO vectors (row, vector, parts) VALUES (?, ?, ?)",
        [
            (row, to_blob(v), to_codes(some))
            for row, v, some in zip(rows, vectors, parts, strict=True)
        ],
    )
    connection.executemany(
        "INSERT INTO terms VALUES (?, ?)", [(row, terms[row % len(terms)]) for row in rows]
    )
    connection.execute("INSERT INTO codes VALUES (?, 1, ?, ?)", (id, *pack(rows, vectors)))
