"""Kills at named points: whatever the outside sees of a turn, before it happens and after."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from bot.local_slack import LocalSlackError, Message
from tests.chaos.bots import Bots, bots
from tests.chaos.count import Counts, counted
from tests.chaos.people import People
from tests.chaos.said import Said
from tests.chaos.storm import hears, quiet, revive
from tests.chaos.world import CHANNELS, PEOPLE, World, world
from tests.fakes.model_server import hang_mid_stream
from tests.harness import has_buttons

END_S = 60.0
"""How long an answer is waited for, in seconds; then the next point has its turn."""

TRIES = 3
"""How often a point is waited for."""

WHEN = ("before", "after")
ASKING = (
    "event sent",
    "event acked",
    *(f"users.info {when}" for when in WHEN),
    *(f"conversations.info {when}" for when in WHEN),
    *(f"assistant.threads.setStatus {when}" for when in WHEN),
    "model asked",
    "model streams",
    *(f"chat.postMessage {when}" for when in WHEN),
)
"""Of a question: the same for the card of a ticket."""

WRITING = tuple(
    f"chat.{method} {when}"
    for method in ("startStream", "appendStream", "stopStream")
    for when in WHEN
)
"""Of a question whose answer takes so long that people see it being written."""

APPROVING = (
    "click sent",
    "click acked",
    *(f"api {when}" for when in WHEN),
    *(f"chat.update {when}" for when in WHEN),
    *(f"chat.postMessage {when}" for when in WHEN),
)
"""Of a click."""


async def sweep(folder: Path, shape: str, *, seed: int, only: int | None = None) -> Counts:
    """Kill a bot once at each point; `only` so many of them, evenly chosen."""
    points = [("question", p) for p in ASKING] + [("ticket", p) for p in ASKING]
    points += [("slow answer", p) for p in WRITING]
    points += [("approval", p) for p in APPROVING]
    if only:
        points = points[seed % 2 :: max(1, len(points) // only)]
    async with world(seed, 0.01) as around, bots(folder, shape, around.env()) as many:
        people, recoveries, missed = People(around, 1.0, seed), list[float](), 0
        await many.start()
        await hears(around)
        for number, (what, point) in enumerate(points):
            print(f"{what}: {point}", file=sys.stderr, flush=True)
            met = False
            for _ in range(TRIES):
                met, took_s = await _at(around, many, people, what, point, number)
                recoveries.append(took_s)
                if met:
                    break
            missed += not met
        await quiet(around)
        faults = {"points": len(points) - missed, "points missed": missed}
        kills = len(recoveries)
        return counted(around, people, shape, recoveries, kills=kills, faults=faults, seconds=0)


async def _at(
    around: World, many: Bots, people: People, what: str, point: str, number: int
) -> tuple[bool, float]:
    """Ask, kill at the point, and see the end.

    Returns:
        Whether the point came, and the seconds until the next bot heard of Slack. On a busy machine
        a card may be posted as the end of a stream, and not as a message; it is killed then, too.
    """
    person, channel = PEOPLE[number % len(PEOPLE)], CHANNELS[number % len(CHANNELS)]
    killed = asyncio.Event()
    around.mind.drips = float(what == "slow answer")
    if what == "approval":
        token = await around.ask(person, channel, None, ticket=True)
        card = await _card(around, channel)
        _arm(around, many, point, killed)
        click = asyncio.create_task(_click(around, people, card))
    else:
        _arm(around, many, point, killed)
        token = await around.ask(person, channel, None, ticket=what == "ticket")
        click = None
    if point.endswith("sent"):
        await asyncio.sleep(0)
        _kill(many, killed)
    watching = asyncio.create_task(_watch(around, many, point, killed))
    with suppress(TimeoutError):
        async with asyncio.timeout(15):
            await killed.wait()
    watching.cancel()
    if not (met := killed.is_set()):
        _kill(many, killed)
    around.on.clear()
    around.model.script()
    took = await revive(around, many)
    if click:
        await asyncio.gather(click, return_exceptions=True)
    await _ended(around, people, channel, token)
    return met, took


def _arm(around: World, many: Bots, point: str, killed: asyncio.Event) -> None:
    """Let the world wait for the kill at the point."""
    method, _, when = point.rpartition(" ")
    if "." in method:
        around.slack.hang_next(method, 3.0, after=when == "after")
    elif point == "model streams":
        around.model.script(hang_mid_stream())
    else:
        around.on[point] = lambda: _kill(many, killed)


async def _watch(around: World, many: Bots, point: str, killed: asyncio.Event) -> None:
    """Kill at those points that are seen only by looking."""
    asked = len(around.model.requests)
    deliveries = len(around.slack.deliveries)
    if "." in point:
        await around.slack.wait_for(lambda: around.slack.hanging, timeout=15)
    elif point == "model streams":
        await around.model.until(lambda: len(around.model.requests) > asked)
        await asyncio.sleep(0.05)
    elif point.endswith("acked"):
        await around.slack.wait_for(
            lambda: any(d.acked for d in around.slack.deliveries[max(0, deliveries - 2) :]),
            timeout=15,
        )
    else:
        return
    _kill(many, killed)


def _kill(many: Bots, killed: asyncio.Event) -> None:
    many.kill()
    killed.set()


async def _card(around: World, channel: str) -> Message:
    def newest() -> Message | None:
        return next(filter(has_buttons, reversed(around.said(channel))), None)

    return await around.slack.wait_for(newest, timeout=30)  # pyright: ignore[reportReturnType]


async def _click(around: World, people: People, card: Message) -> None:
    with suppress(LocalSlackError):
        await people.approve_one(card)


async def _ended(around: World, people: People, channel: str, token: str) -> None:
    """Wait for the answer, approving what is asked as often as it takes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(END_S):
            while not Said(around).posts[token]:
                for card in filter(has_buttons, around.said(channel)):
                    await people.approve_one(card)
                await asyncio.sleep(0.3)
