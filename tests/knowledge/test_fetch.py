"""Pages by their address: a real server on loopback, which stands for one on the internet."""

import ipaddress
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler

import pytest

from knowledge import UnreadableDocument
from knowledge.addresses import Address, is_public
from knowledge.fetch import Fetcher, resolve
from knowledge.read import read_bytes
from tests.fixtures_site import LOOPBACK, Answer, Site, fetcher, page


def test_a_page_is_fetched_as_anybody_gets_it(site: Site) -> None:
    site.pages["/a/leave%20policy?x=1"] = page(b"<html><h1>Leave</h1>25 days")

    fetched = fetcher().fetch(site.url("/a/leave%20policy?x=1#part"))

    assert fetched.url == site.url("/a/leave%20policy?x=1#part")
    assert fetched.name == "leave policy.html"
    assert read_bytes(fetched.name, fetched.data).blocks[0].text == "25 days"
    [(_, headers)] = site.requests
    assert headers["Host"] == f"docs.example:{site.port}"
    assert "Cookie" not in headers
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("kind", "path", "name"),
    [
        ("application/pdf", "/report", "report.pdf"),
        ("text/markdown; charset=utf-8", "/a.md", "a.md"),
        ("text/html", "/", "docs.example.html"),
        ("application/octet-stream", "/a.docx", "a.docx"),
    ],
)
def test_a_page_is_named_by_its_address_and_its_type(
    site: Site, kind: str, path: str, name: str
) -> None:
    site.pages[path] = page(b"x", content_type=kind)

    assert fetcher().fetch(site.url(path)).name == name


def test_an_encoding_that_only_the_server_tells_is_used(site: Site) -> None:
    body = "Привет, мир".encode("koi8-r")
    site.pages["/"] = page(body, content_type="text/plain; charset=koi8-r")

    assert fetcher().fetch(site.url("/")).data.decode() == "Привет, мир"


@pytest.mark.parametrize(
    ("host", "hosts", "allowed"),
    [
        ("docs.example", ["docs.example"], True),
        ("DOCS.example.", ["docs.example"], True),
        ("a.docs.example", [".docs.example"], True),
        ("a.docs.example", ["docs.example"], False),
        ("evildocs.example", [".docs.example"], False),
        ("docs.example.evil.example", ["docs.example"], False),
        ("docs.example", [], False),
    ],
)
def test_only_hosts_on_the_list_are_asked(
    site: Site, host: str, hosts: list[str], allowed: bool
) -> None:
    site.pages["/"] = page(b"text")

    if allowed:
        assert fetcher(hosts).fetch(site.url("/", host)).data == b"text"
        return
    with pytest.raises(UnreadableDocument, match="add it to url_hosts"):
        fetcher(hosts).fetch(site.url("/", host))
    assert site.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "0.0.0.0", "192.0.0.192", "224.0.0.1", "255.255.255.255",
        "198.18.0.1", "168.63.129.16", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_an_address_inside_is_never_connected_to(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8"])
def test_an_address_outside_is(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
     "[::1]", "[::ffff:127.0.0.1]", "localhost", "127.0.0.1.", "①②⑦.⓪.⓪.①"],
)  # fmt: skip
def test_no_notation_of_loopback_leads_there(site: Site, host: str) -> None:
    """Even if an admin has listed it: the real resolver and the real check."""
    site.pages["/"] = page(b"secret")
    listed = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
              "017700000001", "::1", "::ffff:127.0.0.1", "localhost"]  # fmt: skip

    with pytest.raises(UnreadableDocument, match=r"private network|cannot be fetched|url_hosts"):
        Fetcher(listed).fetch(site.url("/", host))
    assert site.requests == []


async def test_the_resolver_reads_numbers_as_connecting_would() -> None:
    assert {str(address) for address in await resolve("127.1", 80)} == {"127.0.0.1"}


def test_a_host_with_one_address_inside_is_refused(site: Site) -> None:
    async def both(_host: str, _port: int) -> Sequence[Address]:
        return [LOOPBACK, ipaddress.ip_address("10.0.0.1")]

    with pytest.raises(UnreadableDocument, match=r"docs\.example leads into a private network"):
        fetcher(resolve=both).fetch(site.url("/"))


def test_a_name_that_changes_its_address_after_the_check_leads_nowhere_else(site: Site) -> None:
    """DNS rebinding: whoever asks twice is told another address the second time."""
    site.pages["/"] = page(b"text")
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> Sequence[Address]:
        asked.append(host)
        return [LOOPBACK] if len(asked) == 1 else [ipaddress.ip_address("10.0.0.1")]

    assert fetcher(resolve=rebinding).fetch(site.url("/")).data == b"text"
    assert asked == ["docs.example"]


def test_redirects_are_followed_and_each_is_checked(site: Site) -> None:
    site.pages["/old"] = page(b"", 302, location="/new")
    site.pages["/new"] = page(b"text")

    assert fetcher().fetch(site.url("/old")).url == site.url("/new")


def test_a_redirect_to_a_host_that_is_not_listed_is_refused(site: Site) -> None:
    site.pages["/old"] = page(b"", 302, location=site.url("/secret", "evil.example"))

    with pytest.raises(UnreadableDocument, match=r"evil\.example is not among the hosts"):
        fetcher().fetch(site.url("/old"))
    assert [path for path, _ in site.requests] == ["/old"]


def test_a_redirect_to_a_listed_host_inside_is_refused(site: Site) -> None:
    site.pages["/old"] = page(b"", 302, location=site.url("/secret", "inside.example"))

    async def by_name(host: str, _port: int) -> Sequence[Address]:
        return [LOOPBACK] if host == "docs.example" else [ipaddress.ip_address("169.254.169.254")]

    with pytest.raises(UnreadableDocument, match="leads into a private network"):
        fetcher(["docs.example", "inside.example"], resolve=by_name).fetch(site.url("/old"))
    assert [path for path, _ in site.requests] == ["/old"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://docs.example/", "gopher://x/"])
def test_a_redirect_out_of_the_web_is_refused(site: Site, target: str) -> None:
    site.pages["/old"] = page(b"", 302, location=target)

    with pytest.raises(UnreadableDocument, match="it is no address of a web page"):
        fetcher().fetch(site.url("/old"))


def test_redirects_without_end_are_ended(site: Site) -> None:
    site.pages["/a"] = page(b"", 302, location="/a")

    with pytest.raises(UnreadableDocument, match="without end"):
        fetcher().fetch(site.url("/a"))
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("docs.example/page", "no address of a web page"),
        ("file:///etc/passwd", "no address of a web page"),
        ("https://", "no address of a web page"),
        ("https://me:secret@docs.example/", "without them"),
        ("https://[::1/", "check the address"),
        ("https://docs.example:99999/", "no address of a web page"),
        ("", "no address of a web page"),
    ],
)
def test_what_is_no_address_is_refused(url: str, why: str) -> None:
    with pytest.raises(UnreadableDocument, match=why):
        fetcher().fetch(url)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(b"gone", 404), "it answers 404: check the address"),
        (page(b"x", content_type="image/png"), "of the type image/png, which I can't read"),
        (page(b"x", content_encoding="gzip"), "sent packed, though not asked to be"),
    ],
)
def test_what_is_no_document_is_refused(site: Site, answer: Answer, why: str) -> None:
    site.pages["/"] = answer

    with pytest.raises(UnreadableDocument, match=why):
        fetcher().fetch(site.url("/"))


def test_a_page_without_end_is_ended(site: Site) -> None:
    sent: list[int] = []

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 100_000)
                sent.append(100_000)
        except OSError:
            return

    site.pages["/"] = endless

    with pytest.raises(UnreadableDocument, match="larger than 10 MB"):
        fetcher().fetch(site.url("/"))
    assert sum(sent) < 40_000_000


@pytest.mark.parametrize("in_head", [True, False])
def test_a_server_that_drips_is_given_up(site: Site, in_head: bool) -> None:
    """Each piece comes in time; only all of it together does not."""
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        try:
            if not in_head:
                request.send_response(200)
                request.end_headers()
            while not over.wait(0.05):
                request.wfile.write(b"X")
        except OSError:
            return

    site.pages["/"] = drip
    begun = time.monotonic()

    with pytest.raises(UnreadableDocument, match="did not answer within 1 s"):
        fetcher(seconds=1.0).fetch(site.url("/"))
    assert time.monotonic() - begun < 5
    over.set()


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(UnreadableDocument, match="cannot be fetched"):
        fetcher().fetch("http://docs.example:1/")
