"""A server on loopback that answers with whatever bytes a test scripts, also ones that no honest
server would send."""

import asyncio
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

Step = bytes | Literal["hang", "drop", "flood"]
"""Bytes to send; or `hang` for ever, `drop` the connection, `flood` until the client has enough."""


def http(
    status: int, body: bytes = b"{}", content_type: str = "application/json", **headers: str
) -> bytes:
    """Make a whole response; underscores in header names become hyphens."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Seen:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class HostileServer:
    """Gives the scripted answers in order, one a connection; without a script it drops."""

    def __init__(self, *answers: tuple[Step, ...] | Step) -> None:
        self.requests: list[Seen] = []
        self.flooded = 0
        self.asked = asyncio.Event()
        self._answers: deque[tuple[Step, ...]] = deque()
        self._answers.extend(a if isinstance(a, tuple) else (a,) for a in answers)
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop_listening()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    def stop_listening(self) -> None:
        self._server.close()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._answer(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await _read(reader))
            self.asked.set()
            for step in self._answers.popleft() if self._answers else ("drop",):
                await self._do(step, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, which is what some tests want
        finally:
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    async def _do(self, step: Step, writer: asyncio.StreamWriter) -> None:
        match step:
            case "hang":
                await asyncio.Event().wait()
            case "drop":
                writer.transport.abort()
            case "flood":
                while True:
                    writer.write(b"x" * 65_536)
                    await writer.drain()
                    self.flooded += 65_536
            case bytes():
                writer.write(step)
                await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Seen(method, target, headers, body)
