"""One process a home."""

import fcntl
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from bot.errors import HomeInUse, StateError


@contextmanager
def only_one(home: Path) -> Generator[None]:
    """Hold the home's lock file; the system lets go of it when the process dies.

    Raises:
        HomeInUse: Another process holds it.
        StateError: The home cannot be written to.
    """
    with ExitStack() as stack:
        try:
            home.mkdir(parents=True, exist_ok=True)
            _hold(stack.enter_context((home / "engine.lock").open("a+")), home)
        except OSError as error:
            raise StateError(
                f"SLUICE_HOME: {home.absolute()} cannot be used ({error.strerror}): it has to be "
                "a folder that can be written to"
            ) from error
        yield


def _hold(file: TextIO, home: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        raise HomeInUse(
            f"another Sluice (process {owner}) already runs on {home.resolve()}: stop it, or "
            "give this one a home of its own with SLUICE_HOME"
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
