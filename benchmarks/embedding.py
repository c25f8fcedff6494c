"""How fast texts become vectors: torch as sentence-transformers runs it, and ONNX Runtime.

    .venv/bin/python benchmarks/embedding.py [--folder FOLDER] [--repeat 15]

One question at one thread, and many chunks; the runs alternate, so that a busy machine slows all of
them alike, and CPU time is counted, not the clock. The last columns say how near the vectors are to
those of torch in fp32.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from knowledge import SentenceTransformerEmbedder, fast
from knowledge.read import read
from knowledge.split import Splitter

QUESTIONS = [
    "How many weeks of parental leave do I get?",
    "What is the password of the guest network, and how often does it change?",
    "who approves a purchase above 5000",
    "Where do I report a phishing mail?",
]


def chunks_below(folder: Path, most: int) -> list[str]:
    embedder = SentenceTransformerEmbedder()
    found: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        splitter = Splitter(read(path), embedder)
        found += [splitter.embedded(piece) for piece in splitter.pieces()]
        if len(found) >= most:
            break
    return found[:most]


def cpu_ms(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def embedders(threads: int) -> dict[str, SentenceTransformerEmbedder]:
    made = {"torch fp32": SentenceTransformerEmbedder(fast=False, threads=threads)}
    for precision in ("fp32", "int8"):
        fast.PRECISION = precision
        made[f"onnx {precision}"] = SentenceTransformerEmbedder(threads=threads)
        made[f"onnx {precision}"].load()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("bot/demo/handbook"))
    parser.add_argument("--chunks", type=int, default=128)
    parser.add_argument("--repeat", type=int, default=15)
    given = parser.parse_args()
    texts = chunks_below(given.folder, given.chunks)
    made = embedders(threads=1)
    vectors = {name: one.embed(texts + QUESTIONS) for name, one in made.items()}
    question: dict[str, list[float]] = {name: [] for name in made}
    loading: dict[str, list[float]] = {name: [] for name in made}
    for turn in range(given.repeat):
        for name, one in made.items():
            text = QUESTIONS[turn % len(QUESTIONS)]
            question[name].append(cpu_ms(lambda one=one, text=text: one.embed([text])))
    for _ in range(3):
        for name, one in made.items():
            loading[name].append(cpu_ms(lambda one=one: one.embed(texts)))
    reference = vectors["torch fp32"]
    slowest = min(loading["torch fp32"])
    print(f"{len(texts)} chunks; one thread; CPU time")
    print("model        question p50    chunks a second    times torch    cosine least    mean")
    for name in made:
        cosine = (vectors[name] * reference).sum(axis=1)
        rate = len(texts) / min(loading[name]) * 1000
        print(
            f"{name:12}{np.median(question[name]):10.1f} ms{rate:19.1f}"
            f"{slowest / min(loading[name]):15.2f}{cosine.min():16.4f}{cosine.mean():8.4f}"
        )


if __name__ == "__main__":
    main()
