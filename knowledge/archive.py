"""Zip archives that nobody has to trust: every size is bounded before it is used."""

import io
import re
import stat
import weakref
import zipfile
import zlib
from pathlib import Path
from typing import IO, Self

from knowledge.errors import UnreadableDocument

MAX_ENTRIES = 20_000
MAX_DIRECTORY = 8_000_000
"""Bytes of the list of entries, which is read in one go."""

MAX_UNPACKED = 500_000_000
"""Bytes of all entries together, as the archive states them; an entry never gives more."""

MAX_RATIO = 200
"""Text packs to a tenth, seldom to a fiftieth; a bomb to a thousandth."""

_SMALL = 10_000_000  # what packs well and is not larger does no harm
_STEP = 1_000_000
_LEADS_OUT = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")


class Archive:
    """An open archive. It is closed when nothing refers to it any more."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the list of entries and check it.

        Raises:
            UnreadableDocument: It is damaged, or made to do harm when it is unpacked.
        """
        self._file = file
        weakref.finalize(self, file.close)  # who lists an archive first loads from it later
        try:
            self._zip = zipfile.ZipFile(_Bounded(file))
            self._entries = {entry.filename: entry for entry in self._zip.infolist()}
            self._check()
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError) as error:
            raise _damaged() from error

    @classmethod
    def at(cls, path: Path) -> Self:
        try:
            file = path.open("rb")
        except OSError as error:
            raise UnreadableDocument("it cannot be opened: check its permissions") from error
        return cls(file)

    @classmethod
    def of_bytes(cls, data: bytes) -> Self:
        return cls(io.BytesIO(data))

    @property
    def unpacked(self) -> int:
        """Bytes of all entries together."""
        return sum(entry.file_size for entry in self._entries.values())

    def names(self) -> frozenset[str]:
        """The names of all entries that are files."""
        return frozenset(name for name in self._entries if not name.endswith("/"))

    def problem(self, name: str) -> str | None:
        """Why an entry is not read, or None."""
        entry = self._entries[name]
        if _LEADS_OUT.search(name):
            return "its name leads out of the archive: pack the archive anew"
        if stat.S_ISLNK(entry.external_attr >> 16):
            return "it is a link, not a file: pack the file itself"
        if entry.flag_bits & 0x1:
            return "it is protected by a password: pack the archive without one"
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return "it is packed in a rare way: pack the archive as an ordinary zip"
        return None

    def read(self, name: str, most: int) -> bytes:
        """Return what an entry holds, `most` bytes of it.

        Raises:
            UnreadableDocument: It is larger, damaged, or not to be read.
        """
        entry = self._entries[name]
        if problem := self.problem(name):
            raise UnreadableDocument(problem)
        if entry.file_size > most:
            raise UnreadableDocument(
                f"it is larger than {most // 1_000_000} MB: split it and add the parts"
            )
        try:
            with self._zip.open(entry) as member:
                return b"".join(iter(lambda: member.read(_STEP), b""))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
            raise _damaged() from error

    def _check(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise UnreadableDocument(
                f"it holds more than {MAX_ENTRIES:,} files: split it and add the parts"
            )
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise UnreadableDocument(
                f"it unpacks to more than {MAX_UNPACKED // 1_000_000} MB: split it"
                " and add the parts"
            )
        if any(_is_bomb(entry) for entry in entries):
            raise UnreadableDocument(
                f"it unpacks to {MAX_RATIO} times its size, as zip bombs do: pack it anew"
            )
        self._check_overlap(entries)

    def _check_overlap(self, entries: list[zipfile.ZipInfo]) -> None:
        """Entries that share their bytes are how a small archive holds a large one many times."""
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end:
                raise UnreadableDocument("its files overlap, as in zip bombs: pack it anew")
            end = entry.header_offset + 30 + entry.compress_size


class _Bounded(io.RawIOBase):
    """A file that is read in small pieces: its list of entries could be as large as itself."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(min(size, MAX_DIRECTORY + 1) if size >= 0 else MAX_DIRECTORY + 1)
        if len(data) > MAX_DIRECTORY:
            raise UnreadableDocument("its list of files is too long: split it and add the parts")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(1, entry.compress_size)


def _damaged() -> UnreadableDocument:
    return UnreadableDocument("it is a damaged archive: pack or download it again")
