"""Faults on demand, and waiting without polling."""

import asyncio

import aiohttp
import pytest
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack import LocalSlack, Manifest
from tests.bot.local_slack.conftest import (
    ADA,
    DM_ADA,
    GENERAL,
    MANIFEST,
    Client,
    refused,
    running,
    small_workspace,
)


def patient(slack: LocalSlack) -> Client:
    handlers: list[AsyncRetryHandler] = [AsyncRateLimitErrorRetryHandler(max_retry_count=3)]
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=handlers)


async def test_a_call_fails_as_ordered_and_has_no_effect(slack: LocalSlack, client: Client) -> None:
    slack.fail_next("chat.postMessage", error="is_archived", times=2)
    for _ in range(2):
        body = await refused(client.chat_postMessage(channel=GENERAL, text="x"))
        assert body["error"] == "is_archived"
    assert slack.messages(GENERAL) == []
    await client.chat_postMessage(channel=GENERAL, text="x")
    assert [call.error for call in slack.calls] == ["is_archived", "is_archived", None]


async def test_a_429_is_waited_for(slack: LocalSlack) -> None:
    slack.fail_next("chat.postMessage", status=429, retry_after=0, times=2)
    client = patient(slack)
    await client.chat_postMessage(channel=GENERAL, text="x")
    assert [(c.status, c.error) for c in slack.calls] == [
        (429, "ratelimited"),
        (429, "ratelimited"),
        (200, None),
    ]
    assert len(slack.messages(GENERAL)) == 1


async def test_a_429_in_the_middle_of_a_stream_loses_nothing(slack: LocalSlack) -> None:
    client = patient(slack)
    root = await slack.post(ADA, DM_ADA, "q")
    ts = (await client.chat_startStream(channel=DM_ADA, thread_ts=root))["ts"]
    slack.fail_next("chat.appendStream", status=429, retry_after=0)
    await client.chat_appendStream(channel=DM_ADA, ts=ts, markdown_text="all of it")
    assert slack.messages(DM_ADA)[-1].text == "all of it"


async def test_a_server_error_is_no_success(slack: LocalSlack) -> None:
    slack.fail_next("auth.test", status=503)
    handlers: list[AsyncRetryHandler] = [AsyncServerErrorRetryHandler(max_retry_count=1)]
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=handlers)
    assert (await client.auth_test())["ok"] is True
    assert slack.calls[0].error == "internal_error"


async def test_a_dropped_connection_leaves_the_post_standing(
    slack: LocalSlack, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    slack.drop_next("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=GENERAL, text="x")
    assert [m.text for m in slack.messages(GENERAL)] == ["x"]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_hang_before_and_after_the_effect(slack: LocalSlack) -> None:
    client = AsyncWebClient(
        slack.bot_token,
        base_url=slack.api_url,
        retry_handlers=[],
        timeout=0.1,  # pyright: ignore[reportArgumentType]
    )
    for after, standing in ((False, 0), (True, 1)):
        slack.hang_next("chat.postMessage", 30, after=after)
        with pytest.raises(TimeoutError):
            await client.chat_postMessage(channel=GENERAL, text="x")
        assert len(slack.messages(GENERAL)) == standing


async def test_a_hang_ends_with_its_time(slack: LocalSlack, client: Client) -> None:
    slack.hang_next("auth.test", 0.01)
    assert (await client.auth_test())["ok"] is True


async def test_the_server_does_not_wait_for_a_hanging_call() -> None:
    async with running() as slack:
        slack.hang_next("auth.test", 600)
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        call = asyncio.create_task(client.auth_test())
        await slack.wait_for(lambda: slack.hanging)
    await asyncio.gather(call, return_exceptions=True)


async def test_waiting_returns_what_was_waited_for(slack: LocalSlack) -> None:
    waiting = asyncio.create_task(slack.wait_for(lambda: slack.messages(GENERAL)))
    await slack.post(ADA, GENERAL, "hi")
    assert [m.text for m in await waiting] == ["hi"]


async def test_waiting_in_vain_tells_what_happened(slack: LocalSlack, client: Client) -> None:
    await client.auth_test()
    await slack.post(ADA, GENERAL, "hi")
    with pytest.raises(TimeoutError, match=r"auth.test -> ok.*message.channels open"):
        await slack.wait_for(lambda: False, timeout=0.01)


async def test_a_port_that_is_taken_leaves_nothing_behind() -> None:
    async with running() as slack:
        port = int(slack.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            async with running(port=port):
                pass


async def test_it_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        async with running(host="0.0.0.0"):
            pass
    async with running(host="localhost") as slack:
        assert slack.url.startswith("http://127.0.0.1:")


async def test_what_needs_a_running_server_says_so() -> None:
    async with running() as slack:
        with pytest.raises(RuntimeError, match="no request URL"):
            await slack.verify_request_url()
    idle = LocalSlack(small_workspace(), Manifest.parse_yaml(MANIFEST))
    with pytest.raises(RuntimeError, match="not running"):
        idle.send_events_to("http://127.0.0.1:1/")
