"""What the engine costs by itself, and what ten thousand waiting approvals cost it."""

import asyncio
import resource
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.figures import at, show
from bot.messages.approvals import Card, Pending
from bot.messages.events import Event, Message
from bot.messages.requester import Requester
from bot.messages.task import Task
from bot.messages.verdicts import Verdict
from bot.state.engine import Engine
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import Apologies, click, message
from tools.spec import ToolCall

MESSAGES, STEPS = 1_000, 6
APPROVALS = 10_000


async def engine(folder: Path) -> None:
    """CPU of a message and of a further step, beside a commit for every write."""
    costs = {steps: await _cpu_ms(folder / str(steps), steps) for steps in (1, STEPS)}
    further = (costs[STEPS] - costs[1]) / (STEPS - 1)
    alone = _commits_ms(folder / "alone.db")
    show("CPU of a message with one step", costs[1], "ms")
    show(
        "CPU of a further step", further, "ms", f"{further / alone:.1f} x a bare commit's wall time"
    )
    waits = await _first_steps_ms(folder / "first")
    show("first step after the event, median", median(waits), "ms", f"p95 {at(waits, 0.95):.1f} ms")


async def _one() -> int:
    return 1


async def _cpu_ms(home: Path, steps: int) -> float:
    async def flow(turn: Turn, event: Event) -> None:
        for _ in range(steps):
            await turn.step(_one)

    with Store(home / "state.db") as store:
        engine = Engine(store, flow, Apologies())
        await engine.start()
        began = time.process_time()
        for n in range(0, MESSAGES, 50):
            events = [message(f"{i}.0", user=f"U{i}", channel=f"C{i}") for i in range(n, n + 50)]
            await asyncio.gather(*map(engine.submit, events))
        await engine.idle()
        return (time.process_time() - began) / MESSAGES * 1000


async def _first_steps_ms(home: Path) -> list[float]:
    began: dict[str, float] = {}
    waits: list[float] = []

    async def flow(turn: Turn, event: Event) -> None:
        waits.append((time.perf_counter() - began[event.id]) * 1000)
        await turn.step(_one)

    with Store(home / "state.db") as store:
        engine = Engine(store, flow, Apologies())
        await engine.start()
        for n in range(200):
            event = message(f"{n}.0")
            began[event.id] = time.perf_counter()
            await engine.submit(event)
            await asyncio.sleep(0.01)
        await engine.idle()
    return waits


def _commits_ms(path: Path) -> float:
    """A commit of one row by itself, on the same disk and with the same settings."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("pragma journal_mode=WAL")
        db.execute("pragma synchronous=FULL")
        db.execute("create table t(a)")
        began = time.perf_counter()
        for n in range(200):
            db.execute("insert into t values(?)", (n,))
        return (time.perf_counter() - began) / 200 * 1000


async def approvals(folder: Path) -> None:
    """Ten thousand threads that wait for a person; then one of them clicks."""
    clicked = asyncio.Event()

    async def flow(turn: Turn, event: Event) -> None:
        if event.kind == "click":
            clicked.set()
        elif isinstance(event, Message):
            turn.state.pending["call_1"] = _pending(event)

    path = folder / "state.db"
    with Store(path) as store:
        engine = Engine(store, flow, Apologies())
        await engine.start()
        for n in range(0, APPROVALS, 200):
            events = [message(f"{i}.0", user=f"U{i}", channel=f"C{i}") for i in range(n, n + 200)]
            await asyncio.gather(*map(engine.submit, events))
            await engine.idle()
    size = path.stat().st_size / 2**20
    before = _rss_mb()
    with Store(path) as store:
        engine = Engine(store, flow, Apologies())
        began = time.perf_counter()
        await engine.start()
        show("restart with 10,000 approvals waiting", (time.perf_counter() - began) * 1000, "ms")
        cpu = time.process_time()
        await asyncio.sleep(5)
        show("CPU while they wait", (time.process_time() - cpu) / 5 * 100, "%")
        show(
            "memory that they take",
            _rss_mb() - before,
            "MB",
            f"on disk {size:.0f} MB, journals and all",
        )
        press = click("call_1", "77.0")
        press = press.model_copy(update={"thread": message("77.0", channel="C77").thread})
        began = time.perf_counter()
        await engine.submit(press)
        await clicked.wait()
        show("click to action", (time.perf_counter() - began) * 1000, "ms")
        await engine.idle()


def _pending(asked: Message) -> Pending:
    task = Task(
        message=asked,
        requester=Requester(user=asked.user, name="Ada"),
        verdict=Verdict(origin="requester", action="allow"),
    )
    card = Card(
        call_id="call_1",
        thread=asked.thread,
        digest="d",
        title="Open ticket",
        arguments=(),
        reason="it changes something",
        requester=asked.user,
        expires_at=datetime.now(UTC),
    )
    return Pending(task=task, call=ToolCall(id="call_1", name="open_ticket"), card=card)


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
