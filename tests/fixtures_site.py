"""A web site on loopback, which stands for one on the internet."""

import ipaddress
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from knowledge.addresses import Address
from knowledge.fetch import Fetcher, Resolve

LOOPBACK = ipaddress.ip_address("127.0.0.1")

Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A web site whose pages a test writes; it keeps the requests it got."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append((self.path, dict(self.headers)))
                site.pages[self.path](self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path: str, host: str = "docs.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def page(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in ({"content_type": "text/html"} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


async def to_loopback(_host: str, _port: int) -> Sequence[Address]:
    return [LOOPBACK]


def is_loopback(address: Address) -> bool:
    return address == LOOPBACK


def fetcher(
    hosts: Sequence[str] = ("docs.example",), *, resolve: Resolve = to_loopback, seconds: float = 30
) -> Fetcher:
    """A fetcher for which loopback is where the internet is."""
    return Fetcher(hosts, resolve=resolve, may_connect=is_loopback, seconds=seconds)
