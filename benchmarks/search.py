"""How fast search is and what it misses, against a scan of all vectors, FTS5 alone, and Chroma.

    .venv/bin/python -m benchmarks.search make FOLDER --real KNOWLEDGE.db [--sizes 10000 100000]
    .venv/bin/python -m benchmarks.search speed FOLDER [--sizes 10000 100000]
    .venv/bin/python -m benchmarks.search overlap FOLDER [--sizes 10000 100000]

`make` fills knowledge bases of these sizes by `corpus`. `speed` and `overlap` ask the demo's
questions, whose vectors are made beforehand, one after the other on one thread. Where `chromadb`
can be imported (it is no dependency: install it in an environment of its own), its collections are
made and asked as well, up to `CHROMA_MOST` chunks, and hold the same vectors.

"Exact" scores every chunk as search scores its candidates. Memory is what the process itself holds
(`RssAnon`): what is mapped of the file is the system's cache.
"""

import argparse
import importlib.util
import re
import resource
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.corpus import fill, real_chunks
from knowledge import SentenceTransformerEmbedder, Store
from knowledge.embed import Vectors
from knowledge.evaluate import load_questions
from knowledge.index import Index
from knowledge.parts import nearest_part
from knowledge.rows import from_blobs
from knowledge.score import FUSED, Signals, Weights, closer, rarity, score, words_of
from knowledge.search import CLOSER, first_of_each, search

QUESTIONS = Path("tests/qrels/handbook.jsonl")
SIZES = (10_000, 100_000, 1_000_000)
CHROMA_MOST = 100_000
"""Making its graph of a million takes hours here."""

K = 10
EXACT = {1_000_000: 10}
"""How many questions are asked exactly as well, if not 50: each looks at every chunk."""


class Ready:
    """An embedder that has the questions' vectors already."""

    name, dimensions, window = "all-MiniLM-L6-v2", 384, 256

    def __init__(self, questions: Sequence[str], vectors: Vectors) -> None:
        self._vectors = dict(zip(questions, vectors, strict=True))

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.array([self._vectors[text] for text in texts])

    def count_tokens(self, text: str) -> int:
        raise NotImplementedError

    def embed_parts(self, texts: Sequence[str], spans: object) -> Any:
        raise NotImplementedError


def make(folder: Path, real: Path, sizes: Sequence[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    questions = [one.question for one in load_questions(QUESTIONS)]
    np.save(folder / "questions.npy", SentenceTransformerEmbedder().embed(questions))
    chunks = real_chunks(real, folder / "scratch.db")
    for size in sizes:
        path = folder / f"{size}.db"
        if not path.exists():
            begun = time.perf_counter()
            fill(path.with_suffix(".part"), chunks, size)
            path.with_suffix(".part").rename(path)
            print(f"{size} chunks made in {time.perf_counter() - begun:.0f} s", flush=True)
        if size <= CHROMA_MOST and importlib.util.find_spec("chromadb"):
            make_chroma(folder / f"{size}.chroma", path)


def matrix(path: Path) -> Vectors:
    """All vectors of a knowledge base, shape (n, d)."""
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute("SELECT count(*) FROM vectors").fetchone()
        found = np.zeros((count, Ready.dimensions), dtype=np.float32)
        rows = connection.execute("SELECT vector FROM vectors ORDER BY row")
        for start in range(0, count, 10_000):
            some = rows.fetchmany(10_000)
            found[start : start + len(some)] = from_blobs([vector for (vector,) in some])
    return found


def make_chroma(folder: Path, path: Path) -> None:
    begun, vectors = time.perf_counter(), matrix(path)
    collection = chroma(folder)
    for start in range(collection.count(), len(vectors), 5_000):
        some = vectors[start : start + 5_000]
        ids = [str(row) for row in range(start + 1, start + len(some) + 1)]
        collection.add(ids=ids, embeddings=some)
    print(f"{len(vectors)} in Chroma in {time.perf_counter() - begun:.0f} s", flush=True)


def chroma(folder: Path) -> Any:
    import chromadb  # type: ignore[import-not-found]

    return chromadb.PersistentClient(str(folder)).get_or_create_collection(  # type: ignore[reportUnknownMemberType]
        "chunks", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )


def own_bytes() -> int:
    """What this process holds in memory that is in no file."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) * 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def timed(asked: Sequence[str], ask: Callable[[str], object], rounds: int = 2) -> str:
    for question in asked[:10]:
        ask(question)
    took: list[float] = []
    for question in list(asked) * rounds:
        begun = time.perf_counter()
        ask(question)
        took.append((time.perf_counter() - begun) * 1000)
    return f"p50 {np.median(took):7.2f} ms   p95 {np.percentile(took, 95):7.2f} ms"


def exact(store: Store, index: Index, vectors: Vectors, query: str, vector: Vectors) -> list[int]:
    """The best ten rows when every chunk is looked at."""
    words = words_of(query)
    held = np.array([np.isin(index.rows, store.holding(word)) for word in words], dtype=bool).T
    similarity = (vectors @ vector).astype(np.float64)
    telling = rarity(held.sum(axis=0).tolist(), len(index))
    scored = score(Signals(similarity, held, telling), FUSED)
    best = np.argsort(-scored.fused, kind="stable")[:CLOSER]
    rows = index.rows[best]
    found = closer(scored, best, nearest_part(store.parts(rows.tolist()), vector), FUSED)
    order = np.argsort(-found.fused, kind="stable").tolist()
    return rows[list(first_of_each(store.texts(rows.tolist()), order))[:K]].tolist()


def rows_of(ids: Sequence[str]) -> set[int]:
    """The rows of chunks that `corpus` made, whose ids end in them."""
    return {int(id.rsplit("-", 1)[1]) for id in ids}


def overlap(pairs: Sequence[tuple[Sequence[int], set[int]]]) -> float:
    return float(np.mean([len(found & set(best)) / max(1, len(best)) for best, found in pairs]))


def fts5(path: Path) -> Callable[[str], object]:
    connection = sqlite3.connect(path)

    def ask(query: str) -> object:
        match = " OR ".join(f'"{word}"' for word in words_of(query))
        sql = "SELECT rowid FROM chunks_fts WHERE chunks_fts MATCH ? ORDER BY rank LIMIT 10"
        return connection.execute(sql, (match,)).fetchall()

    return ask


def scan(vectors: Vectors, embedder: Ready) -> Callable[[str], npt.NDArray[np.int64]]:
    def ask(query: str) -> npt.NDArray[np.int64]:
        scores = vectors @ embedder.embed([query])[0]
        best = np.argpartition(-scores, K)[:K]
        return best[np.argsort(-scores[best])]

    return ask


def speed(folder: Path, size: int, questions: Sequence[str], embedder: Ready) -> None:
    path = folder / f"{size}.db"
    before, begun = own_bytes(), time.perf_counter()
    store = Store(path)
    store.index()
    ready, held = time.perf_counter() - begun, own_bytes()

    def ours(query: str) -> set[int]:
        return rows_of([one.chunk_id for one in search(store, embedder, query, k=K)])

    print(f"{size} chunks, ready in {ready:.2f} s")
    print(f"  ours            {timed(questions, ours)}")
    after = own_bytes()
    print(
        f"  memory a chunk  {(held - before) / size:.0f} bytes, {(after - before) / size:.0f} asked"
    )
    print(f"  FTS5 alone      {timed(questions[:30], fts5(path), 1)}")
    print(f"  float32 scan    {timed(questions[:30], scan(matrix(path), embedder), 1)}")
    if ask := chroma_asked(folder / f"{size}.chroma", embedder):
        print(f"  Chroma          {timed(questions[:50], ask, 1)}")
    store.close()


def overlaps(folder: Path, size: int, questions: Sequence[str], embedder: Ready) -> None:
    """How much of the exact ten is found: by us of the best by all signals, and of the nearest."""
    store, vectors = Store(folder / f"{size}.db"), matrix(folder / f"{size}.db")
    asked, nearest = questions[: EXACT.get(size, 50)], scan(vectors, embedder)
    index, near = store.index(), Weights(dense=1, parts=0, words=0)

    def ours(query: str, weights: Weights) -> set[int]:
        found = search(store, embedder, query, k=K, weights=weights)
        return rows_of([one.chunk_id for one in found])

    best = [exact(store, index, vectors, query, embedder.embed([query])[0]) for query in asked]
    top = [(nearest(query) + 1).tolist() for query in asked]
    fused = overlap([(b, ours(query, FUSED)) for b, query in zip(best, asked, strict=True)])
    dense = overlap([(t, ours(query, near)) for t, query in zip(top, asked, strict=True)])
    print(f"{size} chunks, {len(asked)} questions")
    print(f"  ours with the best ten by all signals  {fused:.3f}")
    print(f"  ours with the nearest ten              {dense:.3f}")
    if ask := chroma_asked(folder / f"{size}.chroma", embedder):
        theirs = overlap([(t, ask(query)) for t, query in zip(top, asked, strict=True)])
        print(f"  Chroma with the nearest ten            {theirs:.3f}")
    store.close()


def chroma_asked(folder: Path, embedder: Ready) -> Callable[[str], set[int]] | None:
    """Ask Chroma, if there is a collection for it."""
    if not folder.exists() or not importlib.util.find_spec("chromadb"):
        return None
    collection = chroma(folder)

    def ask(query: str) -> set[int]:
        found = collection.query(query_embeddings=embedder.embed([query]), n_results=K, include=[])
        return {int(id) for id in found["ids"][0]}

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["make", "speed", "overlap"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--real", type=Path, default=Path("bot/demo/handbook"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args()
    if given.what == "make":
        make(given.folder, given.real, given.sizes)
        return
    questions = [one.question for one in load_questions(QUESTIONS)]
    embedder = Ready(questions, np.load(given.folder / "questions.npy"))
    measure = speed if given.what == "speed" else overlaps
    for size in given.sizes:
        measure(given.folder, size, questions, embedder)


if __name__ == "__main__":
    main()
