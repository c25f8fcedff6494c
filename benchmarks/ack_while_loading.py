"""How long the event loop stands still while the embedding model loads: in a thread, in a process.

    .venv/bin/python benchmarks/ack_while_loading.py

An acknowledgement to Slack waits at least as long as the loop does. Prints the longest and the
99th percentile of the waits of a task that asks for 5 ms, in milliseconds, and the load time.
"""

import asyncio
import threading
import time

from knowledge import SentenceTransformerEmbedder
from knowledge.worker import EmbedderProcess


async def waits_while(load: threading.Thread) -> list[float]:
    """How much longer than 5 ms the loop took, each time, until the thread has ended."""
    late: list[float] = []
    load.start()
    while load.is_alive():
        asked = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append((time.perf_counter() - asked - 0.005) * 1000)
    return sorted(late)


def main() -> None:
    """Measure the process first: torch stays in memory once a thread has loaded it."""
    elsewhere = EmbedderProcess()
    for name, embedder in (("process", elsewhere), ("thread", SentenceTransformerEmbedder())):
        begun = time.perf_counter()
        late = asyncio.run(waits_while(threading.Thread(target=embedder.load)))
        p99 = late[int(len(late) * 0.99)]
        took = time.perf_counter() - begun
        print(f"{name:8} longest {late[-1]:7.1f} ms, p99 {p99:6.1f} ms, loaded in {took:5.1f} s")
    elsewhere.close()


if __name__ == "__main__":
    main()
