"""The process in which files are read: it has limits, no secrets, no network and no way to write.

It reads requests from stdin and answers on stdout, until stdin ends.
"""

import contextlib
import json
import os
import resource
import select
import struct
import sys
from pathlib import Path
from typing import IO, Any

IDLE_SECONDS = 60.0
"""How long it waits for the next file before it ends."""

_RECURSION = 5_000
"""Tables in tables in tables: what a person nests is read, and what a program nests refused."""

OUT_OF_MEMORY = 3
"""How it exits when its memory did not suffice."""

_FORBIDDEN = tuple(
    "socket. subprocess. shutil. os.exec os.posix_spawn os.fork os.system os.kill os.remove"
    " os.rename os.rmdir os.mkdir os.link os.symlink os.chmod".split()
)
_READABLE = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), "/etc/mime.types")
"""Where libraries lie. No reader opens a file by its name: it is given the bytes."""


def main() -> None:
    """Serve until stdin ends. The request's head is a line of JSON: name, size, seconds, memory."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    sys.modules["numpy"] = None  # type: ignore[assignment] # a library tries it; it takes the memory
    sys.setrecursionlimit(_RECURSION)
    limited = False
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        head = _line(requests)
        if not head:
            return
        request = json.loads(head)
        data = _exactly(requests, request["size"])
        if not limited:
            limit(request["memory"])
            limited = True
        _limit_time(request["seconds"])
        _answer(answers, _read(request["name"], data, request["most"]))


def _read(name: str, data: bytes, most: int) -> dict[str, Any]:
    from knowledge.errors import UnreadableDocument
    from knowledge.readers import convert

    try:
        page = convert(name, data)
    except UnreadableDocument as problem:
        return {"problem": str(problem)}
    except RecursionError:
        return {"problem": "it is nested too deeply: save it anew in another format and add that"}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # noqa: BLE001 - a library may raise anything on a broken file
        kind = type(error).__name__
        return {"problem": f"it is damaged ({kind}): open it, save it anew and add that"}
    if len(page.markdown) > most:
        millions = most // 1_000_000
        return {"problem": f"it holds more than {millions} MB of text: split it and add the parts"}
    return {"title": page.title, "markdown": page.markdown}


def limit(memory: int) -> None:
    """Bound this process for good. What a system does not know is left out: macOS has no AS."""
    limits = {"RLIMIT_AS": memory, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 64}
    for name, most in limits.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (most, most))
    sys.addaudithook(_audit)


def _limit_time(seconds: float) -> None:
    """Give the next file its own processor time: the system counts all of this process's."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, hard))


def _audit(event: str, args: tuple[Any, ...]) -> None:
    """Refuse what no reader needs. No wall against native code, but one step less for a bug."""
    if event == "open":
        path, _, flags = args
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if writes or not str(path).startswith(_READABLE):
            raise PermissionError("a reader opens no files")
    elif event.startswith(_FORBIDDEN):
        raise PermissionError("a reader does not do this")


def _line(file: IO[bytes]) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = file.read(1)
        if not byte:
            return b""
        line += byte
    return line


def _exactly(file: IO[bytes], size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = file.read(min(size - len(data), 1 << 20))
        if not piece:
            sys.exit(1)
        data += piece
    return bytes(data)


def _answer(file: IO[bytes], answer: dict[str, Any]) -> None:
    body = json.dumps(answer).encode("ascii")
    file.write(struct.pack(">Q", len(body)) + body)
    file.flush()


if __name__ == "__main__":
    main()
