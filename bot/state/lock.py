"""One process a home; another may stand by for it."""

import asyncio
import fcntl
import os
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TextIO

from bot import log
from bot.errors import HomeInUse, StateError


@contextmanager
def only_one(home: Path) -> Generator[None]:
    """Hold the home's lock file; the system lets go of it when the process dies.

    Raises:
        HomeInUse: Another process holds it.
        StateError: The home cannot be written to.
    """
    with _lock_file(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUse(
                f"another Sluice (process {_owner(file)}) already runs on {home.resolve()}: stop "
                "it, start this one with `sluice run --standby` to take over when it ends, or give "
                "this one a home of its own with SLUICE_HOME"
            ) from error
        _sign(file)
        yield


@asynccontextmanager
async def in_turn(home: Path) -> AsyncGenerator[None]:
    """Hold the home's lock file, once whoever holds it now has ended, however it ends.

    The system wakes us: waiting costs nothing, and the file is ours within milliseconds.

    Raises:
        StateError: The home cannot be written to.
    """
    with _lock_file(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("standby.waiting", owner=_owner(file))
            await _granted(file)
            log.info("standby.takes_over")
        _sign(file)
        yield


@contextmanager
def _lock_file(home: Path) -> Generator[TextIO]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "engine.lock").open("a+")
    except OSError as error:
        raise StateError(
            f"SLUICE_HOME: {home.absolute()} cannot be used ({error.strerror}): it has to be "
            "a folder that can be written to"
        ) from error
    with file:
        yield file


async def _granted(file: TextIO) -> None:
    """Wait for the lock in a thread that nobody joins: a process that is told to stop must not."""
    loop, granted = asyncio.get_running_loop(), asyncio.Event()

    def wait() -> None:
        with suppress(OSError, ValueError):  # the file was closed: nobody waits any more
            fcntl.flock(file, fcntl.LOCK_EX)
            with suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(granted.set)

    threading.Thread(target=wait, name="sluice-standby", daemon=True).start()
    await granted.wait()


def _owner(file: TextIO) -> str:
    file.seek(0)
    return file.read().strip() or "unknown"


def _sign(file: TextIO) -> None:
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
