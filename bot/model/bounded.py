"""An HTTP client that reads no body past a limit and goes nowhere it was not sent."""

from collections.abc import AsyncIterator
from typing import cast

import httpx2
from openai import DefaultAsyncHttpxClient


class _Bounded(httpx2.AsyncByteStream):
    """A body that fails once it is longer than allowed, line ends or not."""

    def __init__(self, body: httpx2.AsyncByteStream, max_bytes: int) -> None:
        self._body = body
        self._left = max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._body:
            self._left -= len(part)
            if self._left < 0:
                raise httpx2.ReadError("the response is longer than allowed")
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


def bounded_client(max_bytes: int) -> httpx2.AsyncClient:
    """Return a client for the SDK, which itself sets no limit to the length of an event."""

    async def bound(response: httpx2.Response) -> None:
        body = cast(httpx2.AsyncByteStream, response.stream)  # for an async client always
        response.stream = _Bounded(body, max_bytes)

    return DefaultAsyncHttpxClient(
        limits=httpx2.Limits(max_connections=1000, max_keepalive_connections=20),
        event_hooks={"response": [bound]},
        follow_redirects=False,
        # Unpacked, a small body could become a large one.
        headers={"Accept-Encoding": "identity"},
    )
