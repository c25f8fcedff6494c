"""What a whole bot carries: a process of its own, beside a local Slack and a model's server."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import filterfalse
from pathlib import Path
from statistics import median

import aiohttp

from benchmarks.figures import at, show
from bot.commands.attacks.drive import unfinished
from tests.chaos.bots import Bots, bots
from tests.chaos.storm import hears
from tests.chaos.world import CHANNELS, PEOPLE, World, world
from tests.fakes.model_server import Answer, ChatRequest, say

EVENTS_A_SECOND, SECONDS = 200, 10
THREADS, MODEL_S = 200, 2.0
TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def apart(folder: Path, env: dict[str, str]) -> AsyncGenerator[Bots]:
    """Bots that have a core, and we with the servers another, if we have been given two."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(ours)})
    async with bots(folder, "sluice", env) as many:
        os.sched_setaffinity(0, {min(ours)})
        try:
            yield many
        finally:
            os.sched_setaffinity(0, ours)


def where() -> str:
    """On which cores the bot and the servers run."""
    one = len(os.sched_getaffinity(0)) == 1
    return "on one core with the servers" if one else "on a core of its own, the servers on another"


async def acks(folder: Path) -> None:
    """Signed events at a rate, by HTTP; how long until each is acknowledged."""
    async with world(1, 0.0) as around:
        around.model.mind = lambda _: answer()
        port = _free_port()
        env = {name: value for name, value in around.env().items() if name != "SLACK_APP_TOKEN"}
        env |= {"SLUICE_PORT": str(port), "SLACK_SIGNING_SECRET": around.slack.signing_secret}
        async with apart(folder, env) as many, aiohttp.ClientSession() as session:
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

    async with world(1, 0.0) as around, apart(folder, around.env()) as many:
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
    async with world(1, 0.0) as around, apart(folder, around.env()) as many:
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
    async with world(1, 0.0) as around, apart(folder, around.env()) as many:
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
