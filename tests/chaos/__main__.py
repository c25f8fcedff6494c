"""python -m tests.chaos: kill a bot again and again, and count what people got."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.count import Counts
from tests.chaos.jobs import Wanted, side_by_side

COLUMNS = {
    "shape": "bot",
    "kills": "kill -9",
    "acknowledged": "acknowledged",
    "answered": "answered",
    "refused": "of these, refused",
    "apologies": "given up with an apology",
    "lost": "lost",
    "answered_twice": "answered twice",
    "previews_left": "previews left behind",
    "side_effects": "tickets",
    "effects_twice": "opened twice",
    "approvals_given_up": "approved, given up with an apology",
    "effects_lost": "approved, lost",
    "order_faults": "out of order",
    "recovery_median_s": "back after, median s",
    "recovery_max_s": "most",
}


def main() -> int:
    """Run what is asked for; 1 if Sluice lost, doubled or disordered anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="at random moments")
    parser.add_argument("--jobs", type=int, default=1, help="share the kills between so many runs")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--rate", type=float, default=4.0, help="questions a second, in a run")
    parser.add_argument(
        "--shape",
        action="append",
        choices=["sluice", "command", "usual"],
        help="sluice, forked from a process that has loaded it; `sluice run` itself; the usual bot",
    )
    parser.add_argument("--no-faults", action="store_true", help="kill, and nothing else")
    parser.add_argument("--points", action="store_true", help="kill at each named point instead")
    parser.add_argument("--folder", type=Path, help="where homes and logs are kept")
    given = parser.parse_args()
    given.folder = given.folder or Path(tempfile.mkdtemp(prefix="chaos-"))
    found: list[Counts] = []
    for shape in given.shape or ["sluice", "usual"]:
        what = Wanted(
            given.folder, shape, given.seed, given.rate, not given.no_faults, given.points
        )
        found.append(side_by_side(what, given.kills, given.jobs))
        print(found[-1].model_dump_json(indent=2, exclude={"recoveries"}), flush=True)
    print(table(found))
    print(f"homes and logs: {given.folder}")
    return 0 if all(one.sound for one in found if one.shape != "usual") else 1


def table(found: list[Counts]) -> str:
    """The counts as Markdown, a line a bot; then how often what went wrong around it."""
    lines = [
        "| " + " | ".join(COLUMNS.values()) + " |",
        "|" + "---|" * len(COLUMNS),
        *("| " + " | ".join(str(getattr(one, c)) for c in COLUMNS) + " |" for one in found),
    ]
    for one in found:
        faults = ", ".join(f"{kind} {times}" for kind, times in sorted(one.faults.items()))
        first = f"first answer after {one.first_answer_s} s; " if one.first_answer_s else ""
        lines += ["", f"{one.shape}: {first}{faults or 'nothing else went wrong'}"]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
