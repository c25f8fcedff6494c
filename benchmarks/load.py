"""What delivery costs, and how much it carries: `python -m benchmarks.load [PART...]`.

PART is any of `engine`, `acks`, `threads`, `idle`, `restart`, `approvals`; all of them without one.
The bot of `acks`, `threads`, `idle` and `restart` is a process of its own that serves a local Slack
with a fake model's server; only its embedder is a stand-in, which needs no process. It has a core,
and the servers have another; started with `taskset -c 1`, all share one. Beside what has an
alternative stands that, measured in the same run.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

from benchmarks.load_bot import acks, idle, restart, threads, where
from benchmarks.load_engine import approvals, engine

PARTS: dict[str, Callable[[Path], Awaitable[None]]] = {
    "engine": engine,
    "acks": acks,
    "threads": threads,
    "idle": idle,
    "restart": restart,
    "approvals": approvals,
}


def main() -> None:
    print(f"the bot is {where()}", flush=True)
    for part in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(partial(PARTS[part], Path(folder))())  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main()
