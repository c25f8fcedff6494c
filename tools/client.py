"""How tools speak to an internal API: bounded, on behalf of one person, every failure named."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote

import httpx2

from tools.arguments import shorten
from tools.errors import ToolError, ToolFailed, ToolInDoubt, ToolRetry
from tools.spec import ToolContext
from tools.transport import (
    IN_DOUBT,
    REPEATABLE,
    SAFE_METHODS,
    RetryTransport,
    retry_after_s,
)

MAX_BYTES = 2_000_000
MAX_REASON_CHARS = 200

Param = str | int | float | bool | None


def api_client(
    base_url: str,
    *,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 10.0,
    transport: httpx2.AsyncBaseTransport | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> httpx2.AsyncClient:
    """Make the client of one API; `headers` carry its credentials.

    Redirects are not followed, cookies are not kept (one person's session must not serve the
    next), and neither proxy nor .netrc is taken from the environment, so the credentials go to
    `base_url` alone.

    Args:
        base_url: All paths are below it.
        headers: Sent with every request.
        timeout_s: How long to wait for a connection, and for each piece of an answer, in seconds.
        transport: In place of the network.
        sleep: Waits between two attempts, in seconds.
    """
    return httpx2.AsyncClient(
        base_url=base_url,
        headers={"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})},
        timeout=timeout_s,
        transport=RetryTransport(transport or httpx2.AsyncHTTPTransport(), sleep),
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


async def get_json(
    context: ToolContext,
    *segments: str,
    params: Mapping[str, Param] | None = None,
    missing_ok: bool = False,
) -> Any:
    """Return the JSON at a path, given segment by segment; parameters that are None are left out.

    Returns:
        The JSON, or None for a 404 where `missing_ok`.

    Raises:
        ToolRetry: The API finds the request invalid.
        ToolFailed: Anything else went wrong.
    """
    given = {name: value for name, value in (params or {}).items() if value is not None}
    request = _request(context, "GET", segments, params=given)
    return await _exchange(context, request, missing_ok=missing_ok)


async def post_json(context: ToolContext, *segments: str, body: Mapping[str, Any]) -> Any:
    """Send a JSON object to a path and return the JSON that answers it; see `send_json`."""
    header = "Idempotency-Key"
    return await send_json(context, "POST", *segments, body=dict(body), idempotency_header=header)


async def send_json(
    context: ToolContext,
    method: str,
    *segments: str,
    params: Sequence[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    idempotency_header: str | None = None,
    slash: bool = False,
) -> Any:
    """Send a request to a path, given segment by segment, and return the JSON that answers it.

    A write carries the context's idempotency key where there is a header for it, so that a
    repetition has no second effect; without one it is sent once. `headers` replace none of those
    of the client and the context. `slash` ends the path with one.

    Raises:
        ToolRetry: The API finds the request invalid.
        ToolInDoubt: A write was sent, and there was no usable answer.
        ToolFailed: Anything else went wrong, and nothing happened.
    """
    content: dict[str, Any] = {} if body is None else {"json": body}
    request = _request(context, method, segments, slash=slash, params=list(params), **content)
    for name, value in (headers or {}).items():
        request.headers.setdefault(name, value)  # who asks, and by what right, is not theirs to say
    reads = method in SAFE_METHODS
    if idempotency_header and context.idempotency_key and not reads:
        request.headers[idempotency_header] = context.idempotency_key
        request.extensions[REPEATABLE] = True
    try:
        return await _exchange(context, request)
    except ToolError as error:
        if request.extensions.get(IN_DOUBT) and not reads:
            raise ToolInDoubt(str(error)) from None
        raise


def _request(
    context: ToolContext,
    method: str,
    segments: tuple[str, ...],
    *,
    slash: bool = False,
    **content: Any,
) -> httpx2.Request:
    path = "/".join(_quote(segment) for segment in segments) + ("/" if slash else "")
    headers = {"X-Sluice-User": context.user_id}
    return context.api.build_request(method, path, headers=headers, **content)


def _quote(segment: str) -> str:
    """Quote a segment so that no argument can change the path.

    Dots are refused even beside a quoted slash, since some proxies unquote before they route.
    """
    if {"", ".", ".."} & set(re.split(r"[/\\]", segment)) or len(segment) > MAX_REASON_CHARS:
        raise ToolRetry("One of the arguments cannot be the name of anything.")
    return quote(segment, safe="")


async def _exchange(
    context: ToolContext, request: httpx2.Request, *, missing_ok: bool = False
) -> Any:
    try:
        response = await context.api.send(request, stream=True)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
    except httpx2.TimeoutException:
        raise ToolFailed("The service did not answer in time.") from None
    except httpx2.TransportError:
        raise ToolFailed("The service could not be reached.") from None
    if missing_ok and response.status_code == 404:
        return None
    _refuse_all_but_success(response, body)
    return _json(body)


async def _read(response: httpx2.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ToolFailed("The service answered in an encoding that was not asked for.")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BYTES:
            raise ToolFailed(f"The service answered with more than {MAX_BYTES // 10**6} MB.")
    return bytes(body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        raise ToolFailed("The service answered with something that is not JSON.") from None


def _refuse_all_but_success(response: httpx2.Response, body: bytes) -> None:
    match response.status_code:
        case 200 | 201 | 202 | 203 | 204:
            return
        case 400 | 422:
            raise ToolRetry(f"The service finds this invalid: {_reason(body)}")
        case 401:
            raise ToolFailed("The service does not accept my credentials; an admin can mend that.")
        case 403:
            raise ToolFailed("The service does not allow this for the person who asks.")
        case 404:
            raise ToolFailed("The service knows nothing by that name.")
        case 409:
            raise ToolFailed("The service says this conflicts with what is already there.")
        case 429:
            raise ToolFailed(f"The service is busy.{_when(response)}")
        case status if 300 <= status < 400:
            raise ToolFailed("The service sends me elsewhere, and I do not follow.")
        case status:
            raise ToolFailed(f"The service failed (HTTP {status}).")


def _when(response: httpx2.Response) -> str:
    seconds = retry_after_s(response)
    return f" It asks to wait {seconds:g} s." if seconds else ""


def _reason(body: bytes) -> str:
    """Find the API's own short reason in an error body, in the forms that are common."""
    try:
        error = _json(body)
    except ToolFailed:
        return "it gives no reason."
    for name in ("error", "detail", "message", "title"):
        if isinstance(error, dict) and error.get(name):
            error = error[name]
    if isinstance(error, list):
        error = "; ".join(_one_problem(problem) for problem in error)
    if not isinstance(error, str):
        return "it gives no reason."
    return shorten(" ".join(error.split()), MAX_REASON_CHARS)


def _one_problem(problem: object) -> str:
    match problem:
        case {"loc": [*where], "msg": str(message)}:
            return f"{'.'.join(map(str, where))}: {message}"
        case _:
            return str(problem)
