"""Kills at random while people ask and everything else goes wrong as well."""

import asyncio
import random
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from statistics import mean
from typing import Any

from tests.chaos.bots import Bots, bots
from tests.chaos.count import Counts, counted
from tests.chaos.faults import Faults
from tests.chaos.people import People
from tests.chaos.said import Said
from tests.chaos.world import CHANNELS, PEOPLE, World, world

LIVES = 3.0
"""A life is from nothing up to so many times as long as a first answer takes from its birth."""

MEASURED = (0.0, 0.0, 1.0)
"""First answers that are measured before the first kill, one of them of the slow kind; the mean
counts."""

ANSWER_S = 60.0
"""One that takes longer, in seconds, ends the run."""

STARTING_S = {"sluice": 1.0, "command": 4.0}
"""How long one that stands by is given to get ready; a command loads what it imports."""

QUIET_S = 45.0
"""When nothing has been said for so long after the last kill, nothing more will be.

Apologies that are owed are said by a bot that has lived for 20 seconds.
"""


async def storm(
    folder: Path,
    shape: str,
    kills: int,
    *,
    seed: int,
    rate: float,
    faults: bool = True,
    quiet_s: float = QUIET_S,
) -> Counts:
    """Kill a bot so often, at random moments; then leave it alone, and count."""
    began, chance = time.monotonic(), random.Random(seed)
    async with world(seed, 0.15) as around, bots(folder, shape, around.env()) as many:
        people, trouble = People(around, rate, seed), Faults(around, many, seed)
        need_s = mean([await first_answer_s(around, many, drips) for drips in MEASURED])
        around.mind.trouble = 0.03 if faults else 0.0
        around.mind.drips = 0.3
        work: list[Coroutine[Any, Any, None]] = [people.ask()]
        if faults and shape != "usual":
            work.append(trouble.bring(every_s=1.5))
        clicking = asyncio.create_task(people.approve())
        recoveries, down_since = list[float](), 0.0
        async with _beside(work):
            for number in range(kills):
                heard = await _live(around, chance.uniform(0.0, LIVES * need_s))
                if heard and down_since:
                    recoveries.append(heard - down_since)
                stands_by = STARTING_S.get(shape, 0.0) if chance.random() < 0.1 else 0.0
                killed = await _kill(around, many, stands_by)
                down_since = killed if heard else down_since or killed
                if number % 50 == 49:
                    done = f"{number + 1} kills, {len(around.asked)} questions"
                    print(f"{shape}, seed {seed}: {done}", file=sys.stderr, flush=True)
        around.mind.trouble = 0.0
        await hears(around)
        await quiet(around, quiet_s)
        clicking.cancel()
        await asyncio.gather(clicking, return_exceptions=True)
        return counted(
            around,
            people,
            shape,
            recoveries,
            kills=kills,
            first_answer_s=round(need_s, 2),
            faults=trouble.count | around.mind.troubles,
            seconds=round(time.monotonic() - began),
        )


async def first_answer_s(around: World, many: Bots, drips: float) -> float:
    """How long a bot takes from its birth to the end of its first answer; it lives on."""
    if many.pid:
        many.kill()
        await many.gone(many.pid)
    born, around.mind.drips = time.monotonic(), drips
    await many.start()
    await hears(around)
    token = await around.ask(PEOPLE[0], CHANNELS[0], None, ticket=False)
    async with asyncio.timeout(ANSWER_S):
        while not Said(around).answers[token]:  # noqa: ASYNC110 - a bot of any shape
            await asyncio.sleep(0.01)
    return time.monotonic() - born


async def _live(around: World, seconds: float) -> float | None:
    """Let a bot live so long; when it was connected, None if it died before."""
    heard = None
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await around.slack.wait_for(lambda: around.slack.connected, timeout=seconds)
            heard = time.monotonic()
            await asyncio.sleep(seconds)
    return heard


async def _kill(around: World, many: Bots, stands_by_s: float) -> float:
    """Kill the bot at work, and have another be born; when that was."""
    ready = await many.start(standby=True) if stands_by_s else 0
    await asyncio.sleep(stands_by_s)
    for pid in many.living() - {ready}:  # a second process may have taken over meanwhile
        many.kill(pid)
    killed = time.monotonic()
    await _replace(around, many, ready)
    return killed


async def revive(around: World, many: Bots) -> float:
    """Have another bot in place of one that was killed; seconds until it hears what people say."""
    killed = time.monotonic()
    await _replace(around, many)
    await hears(around)
    return time.monotonic() - killed


async def _replace(around: World, many: Bots, ready: int = 0) -> None:
    """Have another bot in place of one that was killed, the one that is `ready` if there is one."""
    await many.gone(many.pid)
    with suppress(TimeoutError):
        await around.slack.wait_for(lambda: not around.slack.connected, timeout=0.5)
    if ready:
        many.pid = ready
    else:
        await many.start()


async def hears(around: World) -> None:
    """Wait until a bot is connected."""
    with suppress(TimeoutError):
        await around.slack.wait_for(lambda: around.slack.connected, timeout=30)


async def quiet(around: World, quiet_s: float = QUIET_S) -> None:
    """Wait until the bot has said nothing for a while."""
    said, since = -1, time.monotonic()
    while time.monotonic() - since < quiet_s:
        posts = sum(c.method in ("chat.postMessage", "chat.update") for c in around.slack.calls)
        if posts != said:
            said, since = posts, time.monotonic()
        await asyncio.sleep(0.5)


class _beside:  # noqa: N801 - reads as a function
    """Runs some work for the length of the block."""

    def __init__(self, work: list[Coroutine[Any, Any, None]]) -> None:
        self._tasks = [asyncio.create_task(one) for one in work]

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, *_: object) -> None:
        failed = [t.exception() for t in self._tasks if t.done() and not t.cancelled()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if failed and failed[0]:
            raise failed[0]
