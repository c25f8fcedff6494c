"""Bots as processes: born, killed, and born again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.chaos.clock import Clock

ROOT = Path(__file__).parents[2]
Birth = Callable[[bool], Awaitable[int]]
"""Starts a bot, which stands by or does not; its process id."""

CONFIG = """
[limits]
turns_a_day = 1000000
tokens_a_day = 1000000000

[model]
timeout_s = 5
"""
TOOLS = """
[tools]
sample = false

[[tools.openapi]]
name = "company"
spec = "company.json"
base_url = "{url}"
operations = ["open_ticket"]
auth = {{ variable = "CHAOS_API_TOKEN" }}
idempotency_header = "Idempotency-Key"
"""
SPEC = {
    "openapi": "3.1.0",
    "info": {"title": "Company", "version": "1"},
    "paths": {
        "/tickets": {
            "post": {
                "operationId": "open_ticket",
                "summary": "Open a ticket",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "title": {"type": "string"},
                                    "description": {"type": "string"},
                                    "priority": {"type": "string", "enum": ["normal", "urgent"]},
                                },
                                "required": ["title", "description", "priority"],
                            }
                        }
                    },
                },
                "responses": {"201": {"description": "The ticket."}},
            }
        }
    },
}
"""What `sluice run` is told of the internal API."""


class Bots:
    """Where the bots of one home come from; at most one of them is at work."""

    def __init__(self, folder: Path, birth: Birth, clock: Clock) -> None:
        self.folder, self.clock, self._birth = folder, clock, birth
        self.pid = 0
        self.all: set[int] = set()

    @property
    def home(self) -> Path:
        return self.folder / "home"

    async def start(self, *, standby: bool = False, aside: bool = False) -> int:
        """Start a bot; it is the one to kill next, unless it stands by or stands aside."""
        pid = await self._birth(standby)
        self.all.add(pid)
        if not standby and not aside:
            self.pid = pid
        return pid

    def kill(self, pid: int | None = None, number: int = signal.SIGKILL) -> None:
        """End a bot, the one at work if no other is named."""
        with suppress(ProcessLookupError):
            os.kill(pid or self.pid, number)

    def living(self) -> set[int]:
        """Those that run."""
        self.all = set(filter(alive, self.all))
        return set(self.all)

    async def gone(self, pid: int) -> None:
        """Wait until a process has ended."""
        while alive(pid):  # noqa: ASYNC110 - no child of ours
            await asyncio.sleep(0.002)


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@asynccontextmanager
async def bots(folder: Path, shape: str, env: dict[str, str]) -> AsyncGenerator[Bots]:
    """What bears the bots of one home; at the end nothing of it runs any more."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sluice.toml").write_text(CONFIG)
    clock = Clock(folder)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    kept |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    env = {**kept, **env, "SLUICE_HOME": str(folder / "home"), **clock.env}
    births = commands(folder, env) if shape == "command" else nursery(folder, shape, env)
    async with births as birth:
        found = Bots(folder, birth, clock)
        try:
            yield found
        finally:
            for pid in found.all:
                found.kill(pid)


@asynccontextmanager
async def nursery(folder: Path, shape: str, env: dict[str, str]) -> AsyncGenerator[Birth]:
    """Bots forked from a process that has loaded what they import."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.nursery", str(folder), shape),
        cwd=ROOT,
        env=env,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    written, said, one_by_one = process.stdin, process.stdout, asyncio.Lock()

    async def born(standby: bool) -> int:
        async with one_by_one:
            written.write(b"standby\n" if standby else b"start\n")
            await written.drain()
            return int(await said.readline())

    try:
        assert await said.readline() == b"ready\n"
        yield born
    finally:
        written.close()
        await process.wait()


@asynccontextmanager
async def commands(folder: Path, env: dict[str, str]) -> AsyncGenerator[Birth]:
    """`sluice run` as people start it, with nothing loaded, and its tools by `sluice.toml`."""
    (folder / "sluice.toml").write_text(CONFIG + TOOLS.format(url=env["CHAOS_API_URL"]))
    (folder / "company.json").write_text(json.dumps(SPEC))
    sluice = Path(sys.executable).with_name("sluice")
    waits: set[asyncio.Task[int]] = set()

    async def born(standby: bool) -> int:
        with (folder / "bot.log").open("a") as log:
            process = await asyncio.create_subprocess_exec(
                *(sluice, "run", *["--standby"] * standby),
                cwd=folder,
                env=env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        waits.add(asyncio.create_task(process.wait()))  # the dead are buried
        return process.pid

    yield born
    for wait in waits:
        wait.cancel()
