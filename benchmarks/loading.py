"""How fast loading is, against sentence-transformers in fp32, and what that costs in finding.

    .venv/bin/python -m benchmarks.loading [FOLDER] [QUESTIONS.jsonl] [--files 12] [--threads 1]

The rate is that of embedding the chunks of `--files` files of the folder, the parts of each chunk
included for ours: sentence-transformers' own `encode`, as it is used everywhere, makes none. They
take turns, so that a busy machine slows both alike. Then the whole folder is loaded by each, for
nDCG@10 on the questions, and for how long loading takes with reading, splitting and writing.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from knowledge import SentenceTransformerEmbedder, Store, add
from knowledge.evaluate import MODES, evaluate, load_questions
from knowledge.parts import Span
from knowledge.read import read
from knowledge.split import Splitter

ROUNDS = 3


def chunks_of(
    files: list[Path], embedder: SentenceTransformerEmbedder
) -> tuple[list[str], list[list[Span]]]:
    texts: list[str] = []
    spans: list[list[Span]] = []
    for path in files:
        splitter = Splitter(read(path), embedder)
        for piece in splitter.pieces():
            texts.append(splitter.embedded(piece))
            spans.append(splitter.parts(piece))
    return texts, spans


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def rates(files: list[Path], ours: SentenceTransformerEmbedder, plain: SentenceTransformerEmbedder):
    texts, spans = chunks_of(files, ours)
    works: dict[str, Callable[[], object]] = {
        "sentence-transformers": lambda: plain.embed(texts),
        "ours": lambda: ours.embed(texts),
        "ours, with parts": lambda: ours.embed_parts(texts, spans),
    }
    for work in works.values():
        work()  # once, so that nothing is loaded while it is timed
    took = {name: list[float]() for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            took[name].append(seconds(work))
    base = np.median(took["sentence-transformers"])
    print(f"{len(texts)} chunks of {len(files)} files")
    for name, some in took.items():
        middle = np.median(some)
        print(
            f"  {name:22} {len(texts) / middle:6.1f} chunks a second   {base / middle:5.2f} times"
        )


def load(folder: Path, questions: Path, embedder: SentenceTransformerEmbedder, name: str) -> None:
    with tempfile.TemporaryDirectory() as scratch, Store(Path(scratch) / "k.db") as store:
        took = seconds(lambda: list(add(store, [folder], embedder)))
        asked = load_questions(questions)
        modes = {mode: MODES[mode] for mode in ("dense", "fused")}
        found = evaluate(store, embedder, asked, modes=modes)
    figures = "   ".join(f"{mode} {one.ndcg_at_10:.3f}" for mode, one in found.retrieval.items())
    print(f"  {name:22} {found.chunks} chunks in {took:.1f} s   nDCG@10: {figures}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("bot/demo/handbook"))
    parser.add_argument(
        "questions", type=Path, nargs="?", default=Path("tests/qrels/handbook.jsonl")
    )
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    ours = SentenceTransformerEmbedder(threads=given.threads)
    plain = SentenceTransformerEmbedder(threads=given.threads, fast=False)
    rates(sorted(given.folder.rglob("*.md"))[: given.files], ours, plain)
    print("the whole folder")
    load(given.folder, given.questions, ours, "ours")
    load(given.folder, given.questions, plain, "sentence-transformers")


if __name__ == "__main__":
    main()
