"""Keeping other web sites out: loopback names only, own origin only, and a strict page."""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is this machine by one of its own names."""
    try:
        return URL(f"http://{host}").host in _LOOPBACK
    except ValueError:
        return False


def _problem(request: web.Request) -> web.Response | None:
    # A name that an attacker resolves to 127.0.0.1 still arrives in Host.
    if not is_loopback(request.headers.get("Host", "")):
        return web.json_response({"error": "host_not_loopback"}, status=403)
    if not request.path.startswith("/_local/"):
        return None
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.headers['Host']}":
        return web.json_response({"error": "foreign_origin"}, status=403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return web.json_response({"error": "foreign_origin"}, status=403)
    # A plain form of another site cannot send JSON without asking first.
    if request.method != "GET" and request.content_type != "application/json":
        return web.json_response({"error": "json_only"}, status=415)
    return None


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site or a rebound name could send, whatever the path."""
    return _problem(request) or await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that a browser needs to be strict."""
    if not request.path.startswith(("/api/", "/link/")):
        response.headers.update(_HEADERS)
