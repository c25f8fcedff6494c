"""When the model's server is asked again, after how long, and when no more."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.errors import ModelUnavailable
from bot.model.openai_chat import Limits
from tests.bot.model.conftest import Wire
from tests.fakes.model_server import (
    Answer,
    ModelServer,
    broken_sse,
    drop_mid_stream,
    error_mid_stream,
    hang,
    hang_mid_stream,
    say,
    slow,
    status,
    unfinished,
)
from tests.fakes.turns import person, task

FINE = say("unknown", "Nobody knows.")
QUICK = Limits(attempt_s=3.0, stall_s=3.0)  # for those that wait in silence

PASSING = {
    "too many requests": status(429),
    "a request time-out": status(408),
    "a server error": status(500),
    "a bad gateway": status(502),
    "maintenance": status(503),
    "a gateway time-out": status(504),
    "a dropped stream": drop_mid_stream(),
    "an event that is no JSON": broken_sse(),
    "an error inside the stream": error_mid_stream(),
    "a stream that ends too early": unfinished(),
    "silence": hang(),
    "silence half way": hang_mid_stream(),
}


@pytest.mark.parametrize("name", list(PASSING))
async def test_what_may_pass_is_tried_again(wire: Wire, name: str):
    decision = await wire.ask(PASSING[name], FINE, limits=QUICK if "silence" in name else None)

    assert decision.draft is not None
    assert len(wire.server.requests) == 2
    assert len(wire.waits) == 1


LASTING = {
    "a bad request": (status(400), "BadRequestError (status 400)"),
    "a wrong key": (status(401), "AuthenticationError (status 401)"),
    "a forbidden model": (status(403), "PermissionDeniedError (status 403)"),
    "an unknown model": (status(404), "NotFoundError (status 404)"),
    "a request it cannot process": (status(422), "UnprocessableEntityError (status 422)"),
    "a teapot": (status(418), "APIStatusError (status 418)"),
    "an account used up": (
        status(429, error_code="insufficient_quota"),
        "RateLimitError (status 429)",
    ),
}


@pytest.mark.parametrize("name", list(LASTING))
async def test_what_will_not_pass_ends_at_once(wire: Wire, name: str):
    answer, reason = LASTING[name]

    with pytest.raises(ModelUnavailable) as unavailable:
        await wire.ask(answer)

    assert str(unavailable.value) == f"{reason}, requests: 1"
    assert wire.waits == []


async def test_nobody_at_the_address_is_tried_again(wire: Wire):
    async with ModelServer() as gone:
        address = gone.base_url

    with pytest.raises(ModelUnavailable, match="APIConnectionError, requests: 4"):
        await wire.chat(base_url=address).decide(task("Hi"), [person("Hi")], [])


# --- how long -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("told", "waited"), [("7", 7), ("0", 0), ("0.25", 0.25), ("3600", 30)])
async def test_the_servers_own_wait_is_honoured_up_to_a_limit(wire: Wire, told: str, waited: float):
    await wire.ask(status(429, retry_after=told), FINE)

    assert wire.waits == [waited]


@pytest.mark.parametrize("zone", [UTC, None])
async def test_the_servers_own_wait_may_be_a_date(wire: Wire, zone: object):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)

    await wire.ask(status(503, retry_after=at if zone else at.removesuffix(" GMT")), FINE)

    assert 17 < wire.waits[0] <= 20


async def test_a_date_in_the_past_is_no_wait(wire: Wire):
    await wire.ask(status(503, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), FINE)

    assert wire.waits == [0]


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "soon",
        "-5",
        "nan",
        "inf",
        "1e999",
        "Wed, 99 Foo 99999 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +99999999999999",
    ],
)
async def test_without_a_sensible_wait_it_is_ours(wire: Wire, nonsense: str):
    await wire.ask(status(429, retry_after=nonsense), FINE)

    assert 0.2 <= wire.waits[0] <= 1


async def test_our_own_wait_grows_and_is_never_the_same(wire: Wire):
    firsts: set[float] = set()
    for _ in range(8):
        wire.waits.clear()
        await wire.ask(*[status(500)] * 3, FINE)
        for wait, longest in zip(wire.waits, (1, 2, 4), strict=True):
            assert 0.2 <= wait <= longest
        firsts.add(wire.waits[0])

    assert len(firsts) > 1


# --- how often ------------------------------------------------------------------------------------


async def test_attempts_are_limited(wire: Wire):
    with pytest.raises(ModelUnavailable, match=r"status 503.*requests: 3"):
        await wire.ask(*[status(503)] * 3, limits=Limits(attempts=3))

    assert len(wire.server.requests) == 3
    assert len(wire.waits) == 2


async def test_the_sdk_does_not_retry_beside_us(wire: Wire):
    with pytest.raises(ModelUnavailable):
        await wire.ask(status(500), limits=Limits(attempts=1))

    assert len(wire.server.requests) == 1


async def test_a_wait_that_leaves_no_time_is_not_begun(wire: Wire):
    with pytest.raises(ModelUnavailable, match=r"status 429.*requests: 1"):
        await wire.ask(status(429, retry_after=30), limits=Limits(total_s=20))

    assert wire.waits == []


async def test_the_time_of_a_decision_is_limited(wire: Wire):
    with pytest.raises(ModelUnavailable, match="TimeoutError, requests: 1"):
        await wire.ask(hang(), limits=Limits(total_s=0.2))


async def test_the_time_of_an_attempt_is_limited_however_steady_its_stream(wire: Wire):
    steady = slow(say("unknown", "x" * 10_000), 0.02)

    with pytest.raises(ModelUnavailable, match=r"stalled, or took too long.*requests: 1"):
        await wire.ask(steady, limits=Limits(attempts=1, attempt_s=0.3, stall_s=5))


async def test_the_time_between_two_events_is_limited(wire: Wire):
    with pytest.raises(ModelUnavailable, match=r"stalled, or took too long.*requests: 1"):
        await wire.ask(hang_mid_stream(), limits=Limits(attempts=1, stall_s=0.2))


async def test_a_slow_but_steady_stream_is_not_a_stall(wire: Wire):
    answer = slow(say("unknown", "Nobody knows. " * 4), 0.1)  # about 30 events, 3 s in all

    decision = await wire.ask(answer, limits=Limits(attempts=1, stall_s=2.0))

    assert decision.draft is not None


# --- the log --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (status(429, retry_after=3), "RateLimitError (status 429)"),
        (hang_mid_stream(), "BrokenStream (stalled, or took too long)"),
    ],
)
async def test_a_retry_is_logged_by_type_and_status(
    wire: Wire, caplog: pytest.LogCaptureFixture, answer: Answer, reason: str
):
    caplog.set_level(logging.INFO, "sluice")

    await wire.ask(answer, FINE, limits=QUICK)

    (record,) = [vars(r) for r in caplog.records if r.name == "sluice"]
    assert record["msg"] == "model.retried"
    assert (record["reason"], record["attempt"]) == (reason, 1)
    assert record["wait_s"] == round(wire.waits[0], 3)
