"""From the paths an admin gives to the files that are read."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument
from knowledge.exports import Left, members
from knowledge.read import load
from knowledge.readers import ENDINGS
from knowledge.stamps import Stamp, stamp_of


@dataclass(frozen=True)
class Found:
    """A file to read; `given`, `root`, `source` and `location` as in `rows.File`.

    A file in an archive lies below the archive, as if that were a folder.
    """

    given: str
    root: Path
    source: str
    location: Path
    _unpack: Callable[[], bytes] | None = field(default=None, compare=False, repr=False)

    def load(self) -> bytes:
        """Return its bytes.

        Raises:
            UnreadableDocument: It cannot be opened or unpacked, or is too large.
        """
        return self._unpack() if self._unpack else load(self.location)

    def stamp(self) -> Stamp | None:
        """Return what tells whether it has changed since; None for what is in an archive."""
        return None if self._unpack else stamp_of(self.location)


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
    elif is_archive(root):
        yield from _packed(given, root, root)
    else:
        yield Found(given=str(given), root=root, source=str(given), location=root)


def is_archive(path: Path) -> bool:
    """Whether a path leads to a zip archive of files, and not to a file that is one inside."""
    if path.suffix.lower() != ".zip" or not path.is_file():
        return False
    try:
        return "[Content_Types].xml" not in Archive.at(path).names()
    except UnreadableDocument:
        return True


def is_there(location: Path) -> bool:
    """Whether a file is still there, be it in an archive; one that is damaged may still hold it."""
    if location.exists():
        return True
    for parent in location.parents:
        if parent.exists():
            return parent.is_file() and _holds(parent, location)
    return False


def _holds(archive: Path, location: Path) -> bool:
    state = archive.stat()
    try:
        held = _members_of(archive, state.st_mtime_ns, state.st_size)
    except UnreadableDocument:
        return True
    return str(location.relative_to(archive)) in held


@lru_cache(maxsize=4)
def _members_of(archive: Path, _mtime_ns: int, _size: int) -> frozenset[str]:
    """The paths in an archive, for as long as it is not changed."""
    return frozenset(str(Path(member.path)) for member in members(Archive.at(archive)))


def _below(given: Path, root: Path) -> Iterator[Found | Refused]:
    closed: list[OSError] = []
    for folder, names, files in os.walk(root, onerror=closed.append):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith((".", "~$"))):
            yield from _check(given, root, Path(folder) / name)
    for error in closed:
        yield Refused(str(error.filename), "the folder cannot be opened: check its permissions")


def _check(given: Path, root: Path, place: Path) -> Iterator[Found | Refused]:
    source = given / place.relative_to(root)
    try:
        str(place).encode()
        location = place.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        yield Refused(_printable(source), "its path cannot be followed: rename it")
        return
    if not location.is_relative_to(root):
        yield Refused(str(source), "it is a link out of the folder: add its target itself")
    elif is_archive(place):
        yield from _packed(given, root, place)
    elif place.suffix.lower() not in ENDINGS:
        yield Refused(str(source), "it is of a kind that I can't read", skipped=True)
    else:
        yield Found(given=str(given), root=root, source=str(source), location=place)


def _packed(given: Path, root: Path, place: Path) -> Iterator[Found | Refused]:
    """Yield what is in an archive; its members' names were checked, none leads out of it."""
    source = given / place.relative_to(root)
    try:
        for member in members(Archive.at(place)):
            if isinstance(member, Left):
                yield Refused(f"{source}/{member.path}", member.problem, skipped=member.skipped)
            else:
                yield Found(
                    given=str(given),
                    root=root,
                    source=f"{source}/{member.shown}",
                    location=place / member.path,
                    _unpack=member.load,
                )
    except UnreadableDocument as problem:
        yield Refused(str(source), str(problem))


def _printable(path: Path) -> str:
    return str(path).encode("utf-8", "replace").decode()
