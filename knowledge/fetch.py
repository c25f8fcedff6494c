"""A web page by its address: from hosts an admin has listed, and from nowhere inside."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx2

from knowledge.addresses import Address, is_public
from knowledge.errors import UnreadableDocument
from knowledge.read import most_bytes

MAX_REDIRECTS = 5
SECONDS = 30.0
"""For everything together: names, connections, redirects and the content."""

TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/pdf": ".pdf",
    "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/octet-stream": "",
}
"""What a server may send, and the ending of its name; the content decides what it is."""

Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]


@dataclass(frozen=True)
class Fetched:
    """What an address gave.

    Attributes:
        url: Where it was in the end, after redirects.
        name: A file name for it, whose ending says what the server called it.
    """

    url: str
    name: str
    data: bytes


async def resolve(host: str, port: int) -> list[Address]:
    """Return a host's addresses; a number in any notation is resolved as connecting would."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(place[0]).split("%")[0]) for *_, place in found]


class Fetcher:
    """Fetches pages. No proxy, no cookies and no credentials: what it gets, everybody can.

    Args:
        hosts: Who may be asked; `.example.com` stands for all below it.
        resolve: Gives a host's addresses. They are looked up once, checked, and used: a name that
            leads elsewhere a moment later leads nowhere.
        may_connect: Whether an address is to be trusted with a request.
        seconds: How long everything may take together.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        resolve: Resolve = resolve,
        may_connect: Callable[[Address], bool] = is_public,
        seconds: float = SECONDS,
    ) -> None:
        self._hosts = tuple(hosts)
        self._resolve = resolve
        self._may_connect = may_connect
        self._seconds = seconds

    def fetch(self, url: str) -> Fetched:
        """Fetch a page. Call it where no event loop runs.

        Raises:
            UnreadableDocument: Its host is not listed or leads inside, or it does not answer with a
                document in time.
        """
        return asyncio.run(self._in_time(url))

    async def _in_time(self, url: str) -> Fetched:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(url)
        except TimeoutError:
            raise UnreadableDocument(
                f"it did not answer within {self._seconds:.0f} s: try it again later"
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            raise UnreadableDocument(
                f"it cannot be fetched ({type(error).__name__}): check the address"
            ) from error

    async def _follow(self, url: str) -> Fetched:
        target = httpx2.URL(url)
        async with httpx2.AsyncClient(trust_env=False, follow_redirects=False) as client:
            for _ in range(MAX_REDIRECTS + 1):
                response = await self._ask(client, target)
                try:
                    if not response.has_redirect_location:
                        return await _fetched(target, response)
                    target = target.join(response.headers["location"])
                finally:
                    await response.aclose()
        raise UnreadableDocument("it leads from one address to the next without end: check it")

    async def _ask(self, client: httpx2.AsyncClient, url: httpx2.URL) -> httpx2.Response:
        """Send one request, to an address that was checked, in the name of the host."""
        self._check_host(url)
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = await self._resolve(url.host, port)
        if not addresses or not all(self._may_connect(address) for address in addresses):
            raise UnreadableDocument(
                f"{url.host} leads into a private network: only public pages are fetched"
            )
        request = client.build_request(
            "GET",
            url.copy_with(host=str(addresses[0]), fragment=None),
            headers={
                "Host": url.netloc.decode("ascii"),
                "Accept-Encoding": "identity",  # nothing unpacks, so nothing can unpack to more
                "User-Agent": "Sluice",
            },
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        return await client.send(request, stream=True)

    def _check_host(self, url: httpx2.URL) -> None:
        host = url.host.lower().rstrip(".")
        if url.scheme not in {"http", "https"} or not host or (url.port or 1) > 65_535:
            raise UnreadableDocument(
                "it is no address of a web page: give one such as https://example.com/page"
            )
        if url.userinfo:
            raise UnreadableDocument("it carries a name or a password: give it without them")
        if not any(_matches(host, allowed) for allowed in self._hosts):
            raise UnreadableDocument(
                f"{host} is not among the hosts that may be read: add it to url_hosts under"
                " [knowledge] in sluice.toml"
            )


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


async def _fetched(url: httpx2.URL, response: httpx2.Response) -> Fetched:
    if response.status_code != 200:
        raise UnreadableDocument(f"it answers {response.status_code}: check the address")
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in TYPES and kind:
        raise UnreadableDocument(f"it is of the type {kind[:60]}, which I can't read")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreadableDocument("it is sent packed, though not asked to be: download and add it")
    return Fetched(
        str(url), _name(url, TYPES.get(kind, "")), _as_utf8(await _body(response), response)
    )


async def _body(response: httpx2.Response) -> bytes:
    data = bytearray()
    async for piece in response.aiter_raw():
        data += piece
        if len(data) > (most := most_bytes(bytes(data[:1024]))):
            raise UnreadableDocument(
                f"it is larger than {most // 1_000_000} MB: add the parts you need"
            )
    return bytes(data)


def _as_utf8(data: bytes, response: httpx2.Response) -> bytes:
    """Bring a text to UTF-8 whose encoding only the server has told."""
    charset = response.charset_encoding
    if charset is None or not response.headers.get("content-type", "").startswith("text/"):
        return data
    try:
        return data.decode(charset).encode("utf-8")
    except (LookupError, UnicodeError):
        return data


def _name(url: httpx2.URL, ending: str) -> str:
    """Return the last part of an address as a file name."""
    path = PurePosixPath(unquote(url.path))
    name = path.name or url.host
    return name if not ending or name.lower().endswith(ending) else name + ending
