"""When to ask the model's server again, and how long to wait before."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai
from tenacity import RetryCallState, wait_random_exponential

_BUSY = {408, 429}
_HOPELESS = {"insufficient_quota"}
"""Codes of a 429 that waiting does not mend: the account is used up, not the minute."""

_jittered = wait_random_exponential(multiplier=1, min=0.2, max=10)


class BrokenStream(Exception):
    """A stream that ended before the answer did, or holds what is no event."""


def worth_retrying(error: BaseException) -> bool:
    """Whether the same request may succeed a little later."""
    match error:
        case openai.APIStatusError(status_code=code):
            return code >= 500 or (code in _BUSY and error.code not in _HOPELESS)
        case openai.APIError() | BrokenStream():
            return True  # no connection, no answer in time, or an error in the stream itself
        case _:
            return False


class Wait:
    """How long before the next attempt, in seconds: as the server says, else jittered."""

    def __init__(self, longest: float) -> None:
        self._longest = longest

    def __call__(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        told = _retry_after(error) if isinstance(error, openai.APIStatusError) else None
        return min(_jittered(state) if told is None else told, self._longest)


def _retry_after(error: openai.APIStatusError) -> float | None:
    """The header's wait in seconds, which it gives as a number or as a date."""
    value = error.response.headers.get("Retry-After", "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(date: str) -> float:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return math.nan
    # A date without a zone is in UTC: HTTP knows no other.
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def describe(error: BaseException) -> str:
    """An error for the log: its type and status, nothing of its text, which may hold a secret."""
    if isinstance(error, openai.APIStatusError):
        return f"{type(error).__name__} (status {error.status_code})"
    return f"BrokenStream ({error})" if isinstance(error, BrokenStream) else type(error).__name__
