"""The parent's side of the process in which files are read.

One child is kept warm for file after file. It is killed with all it has started, and replaced with
the next file, when one takes too long, too much memory, or breaks it.
"""

import atexit
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import UnreadableDocument
from knowledge.readers import MAX_CHARS, Page
from knowledge.readers.child import IDLE_SECONDS, OUT_OF_MEMORY

_ROOT = Path(__file__).resolve().parents[2]
_START = (
    "import sys; sys.path.append(sys.argv[1]); from knowledge.readers.child import main; main()"
)
_FILES_A_CHILD = 500
"""Libraries keep memory; a new child has none."""


@dataclass(frozen=True)
class Limits:
    """What one file may take.

    Attributes:
        seconds: By the clock, from the request to the answer.
        cpu_seconds: Of processor time.
        memory: Address space of the child in bytes.
        chars: Of the Markdown that comes out.
    """

    seconds: float = 60.0
    cpu_seconds: float = 40.0
    memory: int = 2 << 30
    chars: int = MAX_CHARS


class _Answer(BaseModel):
    """What the child said. It may be in the hands of the file, so it is checked like one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str | None = None
    markdown: str = ""
    problem: str | None = None


class ReaderProcess:
    """Reads files elsewhere. The child starts with the first file; calls wait for one another."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._used_at = 0.0

    def read(self, name: str, data: bytes) -> Page:
        """Read one file.

        Raises:
            UnreadableDocument: It says what is wrong with the file, or which limit it broke.
        """
        with self._lock:
            answer = self._ask(self._ready(), name, data)
        if answer.problem is not None:
            raise UnreadableDocument(answer.problem)
        return Page(answer.title, answer.markdown)

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._end()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._child.pid if self._child else None

    def _ready(self) -> subprocess.Popen[bytes]:
        rested = time.monotonic() - self._used_at > IDLE_SECONDS / 2
        if self._child and (rested or self._files >= _FILES_A_CHILD):
            self._end()
        if self._child is None:
            self._child, self._files = _start(), 0
            atexit.register(self._end)
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], name: str, data: bytes) -> _Answer:
        """Send a file and wait for its answer, or for the clock, which kills the child."""
        late = threading.Event()

        def kill() -> None:
            late.set()
            _kill(child)

        clock = threading.Timer(self._limits.seconds, kill)
        clock.start()
        try:
            return self._exchange(child, name, data)
        except (OSError, EOFError, ValueError, struct.error):
            self._end()
            raise UnreadableDocument(self._why(child, late=late.is_set())) from None
        finally:
            clock.cancel()
            self._used_at = time.monotonic()
            self._files += 1

    def _exchange(self, child: subprocess.Popen[bytes], name: str, data: bytes) -> _Answer:
        if child.stdin is None or child.stdout is None:
            raise EOFError
        limits = self._limits
        head = {
            "name": name,
            "size": len(data),
            "seconds": limits.cpu_seconds,
            "memory": limits.memory,
            "most": limits.chars,
        }
        child.stdin.write(json.dumps(head).encode() + b"\n")
        child.stdin.write(data)
        child.stdin.flush()
        [size] = struct.unpack(">Q", child.stdout.read(8))
        if size > 12 * limits.chars + 10_000:  # a character takes 12 bytes of JSON at most
            raise EOFError
        try:
            return _Answer.model_validate_json(child.stdout.read(size))
        except ValidationError:
            raise EOFError from None

    def _why(self, child: subprocess.Popen[bytes], *, late: bool) -> str:
        code = child.returncode
        if late or code == -signal.SIGXCPU:
            seconds = self._limits.seconds
            return f"it took longer than {seconds:.0f} s to read: split it, or save it anew"
        if code == OUT_OF_MEMORY:
            return (
                f"it takes more than {self._limits.memory / (1 << 30):.1g} GB of memory to read:"
                " split it and add the parts"
            )
        return "reading it broke the reader: it is damaged, so open it, save it anew and add that"

    def _end(self) -> None:
        child, self._child = self._child, None
        atexit.unregister(self._end)
        if child is not None:
            with contextlib.suppress(OSError):
                if child.stdin:
                    child.stdin.close()
            try:
                child.wait(0.2)  # it has ended, or ends now that nothing more comes
            except subprocess.TimeoutExpired:
                _kill(child)
                child.wait()
            if child.stdout:
                child.stdout.close()


def _start() -> subprocess.Popen[bytes]:
    """Start a child that has nothing of ours: no environment, no folder, no open files."""
    return subprocess.Popen(  # noqa: S603 - our own Python and our own module
        [sys.executable, "-I", "-c", _START, str(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LANG": "C.UTF-8", "PATH": os.defpath},
        cwd="/",
        start_new_session=True,
    )


def _kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the child's whole group, whoever it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if child.poll() is None:  # else its id may be another's by now
            os.killpg(child.pid, signal.SIGKILL)


READER = ReaderProcess()
"""The child that this process's files are read in."""
