"""python -m tests.chaos: kill a bot again and again, and count what people got."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.chaos.count import Counts
from tests.chaos.points import sweep
from tests.chaos.storm import storm

COLUMNS = {
    "shape": "bot",
    "kills": "kill -9",
    "questions": "questions",
    "acknowledged": "acknowledged",
    "answered": "answered",
    "apologies": "apologies",
    "lost": "lost",
    "answered_twice": "answered twice",
    "side_effects": "tickets",
    "effects_twice": "opened twice",
    "effects_lost": "approved, not opened",
    "order_faults": "out of order",
    "recovery_median_s": "back after, median s",
    "recovery_max_s": "most",
}


def main() -> int:
    """Run what is asked for; 1 if Sluice lost, doubled or disordered anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="at random moments")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=4.0, help="questions a second")
    parser.add_argument("--shape", action="append", choices=["sluice", "usual"])
    parser.add_argument("--no-faults", action="store_true", help="kill, and nothing else")
    parser.add_argument("--points", action="store_true", help="kill at each named point instead")
    parser.add_argument("--folder", type=Path, help="where homes and logs are kept")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="chaos-"))
    found: list[Counts] = []
    for shape in given.shape or ["sluice", "usual"]:
        home = folder / shape
        if given.points:
            run = sweep(home, shape, seed=given.seed)
        else:
            faults = not given.no_faults
            run = storm(home, shape, given.kills, seed=given.seed, rate=given.rate, faults=faults)
        found.append(asyncio.run(run))
        print(found[-1].model_dump_json(indent=2), flush=True)
    print(table(found))
    print(f"homes and logs: {folder}")
    return 0 if all(one.sound for one in found if one.shape == "sluice") else 1


def table(found: list[Counts]) -> str:
    """The counts as Markdown, a line a bot."""
    lines = [
        "| " + " | ".join(COLUMNS.values()) + " |",
        "|" + "---|" * len(COLUMNS),
        *("| " + " | ".join(str(getattr(one, c)) for c in COLUMNS) + " |" for one in found),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
