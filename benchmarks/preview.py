"""What it costs to judge a sentence by all passages of a turn while it is written.

    python -m benchmarks.preview

For the demo's answers: the passages that the search finds for the question (eight), each sentence
judged once against all of them, as nothing is cited yet. The first sentence of a turn also takes
the passages apart. True sentences that are doubted would wait for the end of the answer.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.commands.grounding.corrupt import corrupted
from bot.demo.larkspur import HANDBOOK
from bot.grounding import Basis, Judge, doubts
from bot.stages.retrieve import PASSAGES
from knowledge import SentenceTransformerEmbedder, Store, add
from knowledge.search import search

ANSWERS = HANDBOOK.parent / "answers.jsonl"


def main() -> None:
    """Print the times in milliseconds, and how many true sentences are doubted."""
    embedder = SentenceTransformerEmbedder()
    embedder.load()
    judge, first, later, doubted = Judge(embedder), list[float](), list[float](), 0
    alone = cases = seen = seen_alone = 0
    with Store(Path(tempfile.mkdtemp()) / "knowledge.db") as store:
        for _ in add(store, [HANDBOOK], embedder):
            pass
        for line in ANSWERS.read_text().splitlines():
            case = json.loads(line)
            found = search(store, embedder, case["question"], readers=frozenset(), k=PASSAGES)
            texts = tuple(one.text for one in found)
            titles = "\n".join(f"{one.title}\n{one.heading}" for one in found)
            carry = (*texts, titles, case["question"])
            basis = Basis(facts=carry, texts=texts, titles=titles, asked=case["question"])
            for times in (first, later):
                start = time.perf_counter()
                wrong = doubts(case["answer"], basis, judge)
                times.append((time.perf_counter() - start) * 1000)
            doubted += bool(wrong)
            alone += _by_none(case["answer"], basis, judge)
            for false in corrupted(case["answer"], " ".join(texts), (), case["id"]):
                cases += 1
                seen += bool(doubts(false.text, basis, judge))
                seen_alone += _by_none(false.text, basis, judge)
    for name, times in (("first of a turn", first), ("again", later)):
        times.sort()
        p95 = times[int(len(times) * 0.95)]
        sys.stdout.write(f"{name:<16} median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms\n")
    sys.stdout.write(
        f"by all passages as one: {doubted} of {len(first)} true answers doubted, {seen} of "
        f"{cases} false ones seen\n"
        f"by none of them alone either: {alone} doubted, {seen_alone} seen\n"
    )


def _by_none(answer: str, basis: Basis, judge: Judge) -> bool:
    """Whether neither all passages together nor any one of them supports an answer."""
    each = [basis._replace(texts=(text,)) for text in basis.texts]
    return all(bool(doubts(answer, one, judge)) for one in (basis, *each))


if __name__ == "__main__":
    main()
