"""What delivery costs, and how much it carries: `python -m benchmarks.load [PART...]`.

PART is any of `engine`, `acks`, `threads`, `idle`, `restart`, `approvals`; all of them without one.
The bot of `acks`, `threads`, `idle` and `restart` is a process of its own that serves a local Slack
with a fake model's server; only its embedder is a stand-in, which needs no process. Beside what has
an alternative stands that, measured in the same run.
"""

import asyncio
import hashlib
import hmac
import json
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import filterfalse
from pathlib import Path
from statistics import median

import aiohttp

from bot.commands.attacks.drive import unfinished
from bot.messages.approvals import Card, Pending
from bot.messages.events import Event, Message
from bot.messages.requester import Requester
from bot.messages.task import Task
from bot.messages.verdicts import Verdict
from bot.state.engine import Engine
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import Apologies, click, message
from tests.chaos.bots import Bots, bots
from tests.chaos.storm import hears
from tests.chaos.world import CHANNELS, PEOPLE, World, world
from tests.fakes.model_server import Answer, ChatRequest, say
from tools.spec import ToolCall

MESSAGES, STEPS = 1_000, 6
EVENTS_A_SECOND, SECONDS = 200, 10
THREADS, MODEL_S = 200, 2.0
APPROVALS = 10_000
TICKS = os.sysconf("SC_CLK_TCK")


def show(name: str, value: float, unit: str, beside: str = "") -> None:
    print(f"{name:52} {value:10.2f} {unit:4} {beside}", flush=True)


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


# --- the engine alone -----------------------------------------------------------------------------


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


# --- the whole bot --------------------------------------------------------------------------------


async def acks(folder: Path) -> None:
    """Signed events at a rate, by HTTP; how long until each is acknowledged."""
    async with world(1, 0.0) as around:
        around.model.mind = lambda _: answer()
        port = _free_port()
        env = {name: value for name, value in around.env().items() if name != "SLACK_APP_TOKEN"}
        env |= {"SLUICE_PORT": str(port), "SLACK_SIGNING_SECRET": around.slack.signing_secret}
        async with bots(folder, "sluice", env) as many, aiohttp.ClientSession() as session:
            await many.start()
            url = f"http://127.0.0.1:{port}"
            await _ready(session, url)
            idle = await _post_all(session, f"{url}/healthz", around, events=False)
            taken = await _post_all(session, f"{url}/slack/events", around, events=True)
    show(f"ack at {EVENTS_A_SECOND} events a second, median", median(taken), "ms")
    show(
        "    p99", at(taken, 0.99), "ms", f"GET /healthz at the same rate: {at(idle, 0.99):.1f} ms"
    )


async def _post_all(
    session: aiohttp.ClientSession, url: str, around: World, *, events: bool, every: int = 1
) -> list[float]:
    took: list[float] = []

    async def one(n: int) -> None:
        body = _event(n, every)
        began = time.perf_counter()
        headers = _signed(around.slack.signing_secret, body)
        method = session.post(url, data=body, headers=headers) if events else session.get(url)
        async with method as response:
            assert response.status == 200
        took.append((time.perf_counter() - began) * 1000)

    began, tasks = time.perf_counter(), list[asyncio.Task[None]]()
    for n in range(EVENTS_A_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + n / EVENTS_A_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(one(n)))
    await asyncio.gather(*tasks)
    return took


def _event(n: int, every: int) -> bytes:
    """A message in a channel; one in so many is a question for the bot."""
    text = "Lunch?" if n % every else f"<@U01BOT> What is this Q{n:05}"
    ts = f"{1e9 + every * 1e6 + n:.6f}"
    event = {"type": "message", "user": PEOPLE[n % 8], "text": text, "ts": ts}
    event |= {"channel": CHANNELS[n % 6], "channel_type": "channel"}
    return json.dumps({"type": "event_callback", "team_id": "T01TEAM", "event": event}).encode()


def _signed(secret: str, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }


def answer() -> Answer:
    """In one piece: how fast we read a stream that comes in crumbs is another question."""
    return replace(say("clarify", "What do you mean?"), streamed=False)


async def threads(folder: Path) -> None:
    """Two hundred people's questions at once, with a model that takes two seconds."""

    async def mind(asked: ChatRequest) -> object:
        await asyncio.sleep(MODEL_S)
        return answer()

    async with world(1, 0.0) as around, bots(folder, "sluice", around.env()) as many:
        around.model.mind = mind  # pyright: ignore[reportAttributeAccessIssue]
        await many.start()
        await hears(around)
        began, asked = time.monotonic(), dict[str, float]()
        for n in range(THREADS):
            channel = (*CHANNELS, *(f"D{p[1:]}" for p in PEOPLE))[n % 14]
            person = f"U{channel[1:]}" if channel.startswith("D") else PEOPLE[n % 8]
            token = await around.ask(person, channel, None, ticket=False)
            asked[around.asked[token][2]] = time.monotonic()
        took = await _answered(around, asked)
        whole, cpu = time.monotonic() - began, _cpu_s(many.pid)
    show(
        f"{THREADS} threads, a model of {MODEL_S:g} s: p95",
        at(took, 0.95),
        "s",
        f"median {median(took):.2f} s",
    )
    show("    the bot's CPU for one", cpu / THREADS * 1000, "ms", "with what it costs to start")
    show("    all of them", whole, "s", f"one after the other: {THREADS * MODEL_S:.0f} s")


async def _answered(around: World, asked: dict[str, float]) -> list[float]:
    """Seconds until each thread had its answer."""
    done: dict[str, float] = {}
    channels = {channel for channel, _, _ in around.asked.values()}
    while len(done) < len(asked) and time.monotonic() - min(asked.values()) < 60:
        for channel in channels:
            for said in filterfalse(unfinished, around.said(channel)):
                done.setdefault(said.root, time.monotonic())
        await asyncio.sleep(0.02)
    return [done[ts] - when for ts, when in asked.items() if ts in done]


async def idle(folder: Path) -> None:
    """What a bot costs that nobody asks anything."""
    async with world(1, 0.0) as around, bots(folder, "sluice", around.env()) as many:
        await many.start()
        await hears(around)
        await asyncio.sleep(3)
        before = _cpu_s(many.pid)
        await asyncio.sleep(20)
        show("CPU of an idle bot", (_cpu_s(many.pid) - before) / 20 * 100, "%", "over 20 s")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def restart(folder: Path) -> None:
    """From kill -9 until another bot, started then or standing by, hears and works again."""
    async with world(1, 0.0) as around, bots(folder, "sluice", around.env()) as many:
        await many.start()
        await hears(around)
        cold = [await _replaced(around, many, standby=False) for _ in range(7)]
        warm = [await _replaced(around, many, standby=True) for _ in range(7)]
    for name, found in (("restart", cold), ("standby", warm)):
        show(f"{name}: kill -9 until it hears Slack", median(h for h, _ in found) * 1000, "ms")
        show("    until it works on what waited", median(w for _, w in found) * 1000, "ms")


async def _replaced(around: World, many: Bots, *, standby: bool) -> tuple[float, float]:
    """Seconds until Slack was connected again, and until the model was asked what was open."""
    ready = await many.start(standby=True) if standby else 0
    await asyncio.sleep(2.0 if standby else 0.3)
    hold = asyncio.Event()

    async def stuck(_: ChatRequest) -> object:
        await hold.wait()
        return answer()

    calm, around.model.mind = around.model.mind, stuck  # pyright: ignore[reportAttributeAccessIssue]
    asked = len(around.model.requests)
    await around.ask(PEOPLE[0], CHANNELS[0], None, ticket=False)
    await around.model.until(lambda: len(around.model.requests) > asked)
    around.model.mind = calm
    asked, old = len(around.model.requests), many.pid
    killed = time.perf_counter()
    many.kill(old, signal.SIGKILL)
    await around.slack.wait_for(lambda: not around.slack.connected)
    if standby:
        many.pid = ready
    else:
        await many.start()
    await hears(around)
    hears_s = time.perf_counter() - killed
    await around.model.until(lambda: len(around.model.requests) > asked)
    works_s = time.perf_counter() - killed
    hold.set()
    await asyncio.sleep(1.0)
    return hears_s, works_s


async def _ready(session: aiohttp.ClientSession, url: str) -> None:
    while True:
        try:
            async with session.get(f"{url}/readyz") as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.05)


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


PARTS: dict[str, Callable[[Path], Awaitable[None]]] = {
    "engine": engine,
    "acks": acks,
    "threads": threads,
    "idle": idle,
    "restart": restart,
    "approvals": approvals,
}


def main() -> None:
    for part in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(partial(PARTS[part], Path(folder))())  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main()
