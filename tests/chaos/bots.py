"""Bots as processes: born, killed, and born again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = """
[limits]
turns_a_day = 1000000
tokens_a_day = 1000000000

[model]
timeout_s = 5
"""


class Bots:
    """Where the bots of one home come from; at most one of them is at work."""

    def __init__(self, folder: Path, nursery: asyncio.subprocess.Process) -> None:
        self.folder, self._nursery = folder, nursery
        self.pid = 0
        self.all: set[int] = set()
        self._one_by_one = asyncio.Lock()

    @property
    def home(self) -> Path:
        return self.folder / "home"

    async def start(self, *, standby: bool = False, aside: bool = False) -> int:
        """Start a bot; it is the one to kill next, unless it stands by or stands aside."""
        assert self._nursery.stdin
        assert self._nursery.stdout
        async with self._one_by_one:
            self._nursery.stdin.write(b"standby\n" if standby else b"start\n")
            await self._nursery.stdin.drain()
            pid = int(await self._nursery.stdout.readline())
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
    """A nursery for one home; at the end nothing of it runs any more."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sluice.toml").write_text(CONFIG)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    kept |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    nursery = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.nursery", str(folder), shape),
        cwd=ROOT,
        env={**kept, **env, "SLUICE_HOME": str(folder / "home")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    found = Bots(folder, nursery)
    try:
        assert nursery.stdout
        assert await nursery.stdout.readline() == b"ready\n"
        yield found
    finally:
        for pid in found.all:
            found.kill(pid)
        assert nursery.stdin
        nursery.stdin.close()
        await nursery.wait()
