"""Processes that work on a home and die: `python -m tests.bot.state.conformance.lives ...`.

A life is forked, so that a thousand deaths cost no more than a few starts of Python; it has its own
loop, threads and files. The world that it acts on is a file, each act a line that it appends.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bot.messages.events import Event
from bot.state.turn import Turn
from tests.bot.state.conformance.engines import KINDS
from tests.bot.state.helpers import message

THREADS, PER_THREAD = 6, 5
EVENTS = [
    message(f"{n}.{thread}", root=f"0.{thread}", sent_at=n, user=f"U{thread}", channel=f"C{thread}")
    for n in range(PER_THREAD)
    for thread in range(THREADS)
]


class World:
    """What was done, in a file that survives whoever did it."""

    def __init__(self, home: Path) -> None:
        self._path = home / "world.txt"

    def note(self, what: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{what}\n")

    def notes(self) -> list[str]:
        return self._path.read_text().splitlines() if self._path.exists() else []


class Life:
    """A flow of two steps and two effects, that dies when it has come past so many points."""

    def __init__(self, home: Path, dies_at: int = 0, version: int = 1) -> None:
        self.world, self._left, self._version = World(home), dies_at, version

    async def __call__(self, turn: Turn, event: Event) -> None:
        self._point()
        await turn.step(self.begin, event.id)
        self._point()
        await turn.effect(self.write, event.id, lookup=self.written)
        self._point()
        await turn.step(self.think if self._version == 1 else self.ponder, event.id)
        self._point()
        await turn.effect(self.say, event.id, lookup=self.said)
        self._point()

    async def sorry(self, turn: Turn, event: Event, error: Exception) -> None:
        await turn.effect(self.apologise, event.id, lookup=self.apologised)

    async def begin(self, key: str) -> str:
        return await self._step(f"begin {key}")

    async def think(self, key: str) -> str:
        return await self._step(f"think {key}")

    async def ponder(self, key: str) -> str:
        return await self._step(f"ponder {key}")

    async def write(self, key: str) -> str:
        return await self._act(f"write {key}")

    async def written(self, key: str) -> str | None:
        return self._seen(f"write {key}")

    async def say(self, key: str) -> str:
        return await self._act(f"say {key}")

    async def said(self, key: str) -> str | None:
        return self._seen(f"say {key}")

    async def apologise(self, key: str) -> str:
        return await self._act(f"sorry {key}")

    async def apologised(self, key: str) -> str | None:
        return self._seen(f"sorry {key}")

    async def _step(self, what: str) -> str:
        self._point()
        await asyncio.sleep(0.001)
        self._point()
        return what

    async def _act(self, what: str) -> str:
        self._point()
        self.world.note(what)
        self._point()
        return what

    def _seen(self, what: str) -> str | None:
        self._point()
        return what if what in self.world.notes() else None

    def _point(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def live(kind: str, home: Path, life: Life, events: int) -> None:
    """Take events, all that are left of the others, and answer them."""
    async with KINDS[kind](home, life, life.sorry) as engine:
        for event in EVENTS[:events]:
            if await engine.submit(event):
                life.world.note(f"taken {event.id}")
        await engine.idle()
    life.world.note("idle")


def forked(work: Callable[[], object]) -> int:
    """Run something in a process of its own; its id."""
    if pid := os.fork():
        return pid
    try:
        work()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - the parent sees the exit status
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)


def lived(kind: str, home: Path, events: int, dies_at: int = 0, version: int = 1) -> bool:
    """A whole life; whether it came to its own end."""
    life = Life(home, dies_at, version)
    _, status = os.waitpid(forked(lambda: asyncio.run(live(kind, home, life, events))), 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a life ended in an error")
    return os.WIFEXITED(status)


def sweep(kind: str, home: Path) -> dict[str, object]:
    """Kill a life at each point of one event, and the next one at each point it comes to."""
    deaths, notes = 0, list[list[str]]()
    for first in range(1, 100):
        for second in (0, 1 + first % 4):
            here = home / f"{first}-{second}"
            here.mkdir(parents=True)
            if lived(kind, here, 1, first):
                return {"deaths": deaths, "notes": notes}
            deaths += 1
            if second and not lived(kind, here, 1, second):
                deaths += 1
            lived(kind, here, 1)
            notes.append([n for n in World(here).notes() if n.split()[0] in ("write", "say")])
    raise RuntimeError("a life without end")


def storm(kind: str, home: Path, kills: int) -> dict[str, object]:
    """Kill lives at random moments, until all is done; count what they did."""
    chance, dead = random.Random(3), 0
    home.mkdir(parents=True)
    while dead < kills:
        life = Life(home)
        pid = forked(lambda life=life: asyncio.run(live(kind, home, life, len(EVENTS))))
        time.sleep(chance.uniform(0.005, 0.12))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        dead += 1
    lived(kind, home, len(EVENTS))
    notes = World(home).notes()
    said = [n.split()[1] for n in notes if n.startswith("say ")]
    order = {t: [s for s in said if s.endswith(f".{t}")] for t in range(THREADS)}
    return {
        "twice": [
            n for n, c in Counter(notes).items() if c > 1 and n.split()[0] in ("write", "say")
        ],
        "answered": sorted({n.split()[1] for n in notes if n.split()[0] in ("say", "sorry")}),
        "disordered": [o for o in order.values() if o != sorted(o)],
        "expected": sorted(event.id for event in EVENTS),
    }


def takeover(kind: str, home: Path) -> dict[str, object]:
    """Kill the one at work while another stands by; how long until that one has taken over."""
    home.mkdir(parents=True)
    world = World(home)

    class Stuck(Life):
        async def think(self, key: str) -> str:
            self.world.note("thinks")
            return await asyncio.Future()

    at_work = forked(lambda: asyncio.run(live(kind, home, Stuck(home), 1)))
    _until(lambda: "thinks" in world.notes())
    stands_by = forked(lambda: asyncio.run(live(kind, home, Life(home), 0)))
    time.sleep(0.5)
    early = [n for n in world.notes() if n.startswith("say")]
    os.kill(at_work, signal.SIGKILL)
    killed = time.perf_counter()
    _until(lambda: any(n.startswith("say") for n in world.notes()))
    took = time.perf_counter() - killed
    for pid in (at_work, stands_by):
        os.waitpid(pid, 0)
    return {"early": early, "took_s": took, "notes": world.notes()}


def upgrade(kind: str, home: Path) -> dict[str, object]:
    """Kill one version after its first step, or between its effects; another one goes on."""
    found: dict[str, object] = {}
    for name, point in (("before", 4), ("after", 11)):
        here = home / name
        here.mkdir(parents=True)
        assert not lived(kind, here, 1, point)
        lived(kind, here, 2, version=2)
        found[name] = [n for n in World(here).notes() if n.split()[0] != "taken"]
    return found


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.001)


SCENARIOS: dict[str, Callable[[str, Path], dict[str, object]]] = {
    "sweep": sweep,
    "storm": lambda kind, home: storm(kind, home, 40),
    "takeover": takeover,
    "upgrade": upgrade,
}


if __name__ == "__main__":
    result = SCENARIOS[sys.argv[3]](sys.argv[1], Path(sys.argv[2]))
    sys.stdout.write(json.dumps(result))
