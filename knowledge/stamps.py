"""What the file system says of a file, so that one that has not changed need not be read.

As git's index does it: a file is taken for unchanged if size, times and inode are what they were
when it was read. A change within one tick of the clock would leave them all as they were, so a
stamp counts only if the file had been at rest for a while before.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

REST_NS = 2_000_000_000
"""How long a file must have been at rest: the coarsest file systems count in two seconds."""


@dataclass(frozen=True)
class Stamp:
    """A file as the file system knows it. `changed_ns` is set by no program, only by the system."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int


def stamp_of(path: Path) -> Stamp | None:
    """Return a file's stamp, to be taken before it is read; None if it tells nothing.

    That is so while the file may still be changed without a trace: it was changed just now, or in
    the future by this machine's clock.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    if max(found.st_mtime_ns, found.st_ctime_ns) > time.time_ns() - REST_NS:
        return None
    return Stamp(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
