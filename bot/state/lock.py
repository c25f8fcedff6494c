"""One process a home."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import HomeInUse


@contextmanager
def only_one(home: Path) -> Generator[None]:
    """Hold the home's lock file; the system lets go of it when the process dies.

    Raises:
        HomeInUse: Another process holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "engine.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            raise HomeInUse(
                f"another Sluice (process {owner}) already runs on {home.resolve()}: stop it, or "
                "give this one a home of its own with SLUICE_HOME"
            ) from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
