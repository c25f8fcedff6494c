"""A transport that repeats what is safe to repeat, and remembers where the outcome is in doubt."""

import math
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    retry_if_result,
    wait_exponential_jitter,
)

IN_DOUBT = "sluice.in_doubt"
"""Set in a request's extensions once it may have had its effect without our knowing."""

REPEATABLE = "sluice.repeatable"
"""Set in the extensions of a write that carries an idempotency key."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

ATTEMPTS = 3
MAX_WAIT_S = 5.0
"""A server that asks for more patience than this is told nothing more: the tool fails."""

_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_WORTH_REPEATING = (httpx2.NetworkError, httpx2.ConnectTimeout, httpx2.RemoteProtocolError)
_BUSY = frozenset({429, 502, 503, 504})

_backoff = wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2)


class RetryTransport(httpx2.AsyncBaseTransport):
    """Sends a request up to three times: reads, and writes that carry an idempotency key.

    Lost connections and the answers 429, 502, 503 and 504 are repeated, after the time the server
    asks for in Retry-After, otherwise after 0.2 s, doubling. A time-out is not: the person has
    waited long enough. When all attempts are spent, the last response or error is the result.
    """

    def __init__(
        self, inner: httpx2.AsyncBaseTransport, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._inner = inner
        self._sleep = sleep

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method not in SAFE_METHODS and not request.extensions.get(REPEATABLE):
            return await self._send(request)
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_WORTH_REPEATING) | retry_if_result(_is_busy),
            wait=_wait_s,
            stop=_is_enough,
            before_sleep=_let_go,
            retry_error_callback=_last_outcome,
            sleep=self._sleep,
        )
        return await retrying(self._send, request)

    async def _send(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except _NEVER_SENT:
            raise
        except httpx2.TransportError:
            request.extensions[IN_DOUBT] = True
            raise
        if response.is_success or response.is_server_error:
            request.extensions[IN_DOUBT] = True
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


def retry_after_s(response: httpx2.Response) -> float | None:
    """Return how many seconds the server asks to wait, None if it does not say."""
    value = response.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, math.ceil((moment - datetime.now(UTC)).total_seconds()))


def _is_busy(response: httpx2.Response) -> bool:
    return response.status_code in _BUSY


def _response_of(state: RetryCallState) -> httpx2.Response | None:
    outcome = state.outcome
    return None if outcome is None or outcome.failed else outcome.result()


def _wait_s(state: RetryCallState) -> float:
    response = _response_of(state)
    asked = retry_after_s(response) if response else None
    return _backoff(state) if asked is None else asked


def _is_enough(state: RetryCallState) -> bool:
    return state.attempt_number >= ATTEMPTS or state.upcoming_sleep > MAX_WAIT_S


async def _let_go(state: RetryCallState) -> None:
    """Give the connection of an answer that is not read back to the pool."""
    if response := _response_of(state):
        await response.aclose()


def _last_outcome(state: RetryCallState) -> httpx2.Response:
    assert state.outcome is not None, "tenacity asks only after an attempt"  # noqa: S101
    return state.outcome.result()
