"""From the paths an admin gives to the files that are read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.read import READABLE


@dataclass(frozen=True)
class Found:
    """A file to read; `given`, `root`, `source` and `location` as in `rows.File`."""

    given: str
    root: Path
    source: str
    location: Path


@dataclass(frozen=True)
class Refused:
    """A file that is not read, and why; `skipped` if it is only of another kind."""

    source: str
    problem: str
    skipped: bool = False


def find(given: Path, root: Path | None = None) -> Iterator[Found | Refused]:
    """Yield the files at a path: itself, or all below it in sorted order, hidden ones left out.

    `root` is where the path led when it was given first; None to follow it now.
    """
    try:
        root = (root or given).resolve()
        is_folder = root.is_dir()
        str(root).encode()
    except (OSError, ValueError, RuntimeError):  # a loop of links, a null byte, not UTF-8
        yield Refused(_printable(given), "its path cannot be followed: rename it")
        return
    if is_folder:
        yield from _below(given, root)
    else:
        yield Found(given=str(given), root=root, source=str(given), location=root)


def _below(given: Path, root: Path) -> Iterator[Found | Refused]:
    closed: list[OSError] = []
    for folder, names, files in os.walk(root, onerror=closed.append):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith((".", "~$"))):
            yield _check(given, root, Path(folder) / name)
    for error in closed:
        yield Refused(str(error.filename), "the folder cannot be opened: check its permissions")


def _check(given: Path, root: Path, place: Path) -> Found | Refused:
    source = given / place.relative_to(root)
    try:
        str(place).encode()
        location = place.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return Refused(_printable(source), "its path cannot be followed: rename it")
    if not location.is_relative_to(root):
        return Refused(str(source), "it is a link out of the folder: add its target itself")
    if place.suffix.lower() not in READABLE:
        return Refused(str(source), "it is not Markdown, text or HTML", skipped=True)
    return Found(given=str(given), root=root, source=str(source), location=place)


def _printable(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()
