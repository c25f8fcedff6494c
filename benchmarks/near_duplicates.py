"""How many edited copies are pointed out, and how many pages that are no copies.

    .venv/bin/python benchmarks/near_duplicates.py [FOLDER]

Of each page a copy is made in which a share of all words is another word, scattered evenly: the
hardest edit for runs of words to survive.
"""

import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from knowledge import Store, add, near_duplicates
from tests.fixtures_knowledge import HANDBOOK, WordEmbedder

CHANGED = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)


def main(folder: Path) -> None:
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as name, Store(Path(name) / "knowledge.db") as store:
        pages = shutil.copytree(folder, Path(name) / "pages")
        list(add(store, [pages], WordEmbedder(window=256)))
        _different_pages(store)
        for share in CHANGED:
            _copies(store, pages, Path(name) / "copy.md", share, chance)


def _different_pages(store: Store) -> None:
    documents, started = store.documents(), time.perf_counter()
    flagged = [d for d in documents if near_duplicates(store, d.document_id)]
    each = 1000 * (time.perf_counter() - started) / len(documents)
    shares = [
        alike.share for d in documents for alike in near_duplicates(store, d.document_id, share=0)
    ]
    print(f"{len(documents)} pages, {len(flagged)} pointed out, {each:.1f} ms each")
    print(f"highest share between two of them: {max(shares, default=0):.2f}")


def _copies(store: Store, pages: Path, copy: Path, share: float, chance: random.Random) -> None:
    found, originals = 0, sorted(pages.rglob("*.md"))
    for original in originals:
        words = re.split(r"(\s+)", original.read_text())
        copy.write_text(
            "".join("other" if word.strip() and chance.random() < share else word for word in words)
        )
        (progress,) = add(store, [copy], WordEmbedder(window=256))
        if progress.document:
            alike = near_duplicates(store, progress.document.document_id)
            found += any(Path(one.document.source) == original for one in alike)
            store.forget(progress.document.document_id)
    print(f"{share:4.0%} of the words changed: {found} of {len(originals)} copies found")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HANDBOOK)
