"""Status lines, suggested prompts and agent sessions."""

from typing import Any

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import (
    ADA,
    DM_ADA,
    GENERAL,
    GUEST,
    Client,
    Clock,
    client_of,
    manifest_without,
    refused,
    running,
)

PROMPT = {"title": "Leave", "message": "How much leave?"}


async def test_a_status_stands_until_the_reply(slack: LocalSlack, client: Client) -> None:
    root = await slack.post(ADA, GENERAL, "q")
    await client.assistant_threads_setStatus(
        channel_id=GENERAL, thread_ts=root, status="is thinking...", loading_messages=["Reading"]
    )
    assert slack.status(GENERAL, root) == "is thinking..."
    await client.chat_postMessage(channel=GENERAL, thread_ts=root, text="a")
    assert slack.status(GENERAL, root) == ""


async def test_a_status_clears_itself_after_two_minutes(
    slack: LocalSlack, client: Client, clock: Clock
) -> None:
    root = await slack.post(ADA, DM_ADA, "q")
    status = {"channel_id": DM_ADA, "thread_ts": root, "status": "is thinking..."}
    await client.assistant_threads_setStatus(**status)
    clock.advance(119)
    await client.assistant_threads_setStatus(**status)
    clock.advance(119)
    assert slack.status(DM_ADA, root) == "is thinking..."
    clock.advance(1)
    assert slack.status(DM_ADA, root) == ""


async def test_an_empty_status_clears(slack: LocalSlack, client: Client) -> None:
    root = await slack.post(ADA, DM_ADA, "q")
    where = {"channel_id": DM_ADA, "thread_ts": root}
    await client.assistant_threads_setStatus(**where, status="is thinking...")
    await client.assistant_threads_setStatus(**where, status="")
    assert slack.status(DM_ADA, root) == ""


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"thread_ts": "1.000001"}, "thread_not_found"),
        ({"loading_messages": ["x"] * 11}, "invalid_arguments"),
        ({"loading_messages": [""]}, "invalid_arguments"),
        ({"channel_id": "C404"}, "channel_not_found"),
        ({"username": "Boss"}, "missing_scope"),
    ],
)
async def test_a_status_is_checked(
    slack: LocalSlack, client: Client, args: dict[str, Any], error: str
) -> None:
    root = await slack.post(ADA, DM_ADA, "q")
    given = {"channel_id": DM_ADA, "thread_ts": root, "status": "x", **args}
    body = await refused(client.api_call("assistant.threads.setStatus", json=given))
    assert body["error"] == error


async def test_prompts_with_a_thread_ts_are_silently_not_set(
    slack: LocalSlack, client: Client
) -> None:
    root = await slack.post(ADA, DM_ADA, "q")
    prompts = [PROMPT] * 4
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=DM_ADA, thread_ts=root, prompts=prompts
    )
    assert slack.prompts(DM_ADA) == []
    assert "silently not set" in slack.calls[-1].warnings[0]
    await client.assistant_threads_setSuggestedPrompts(
        channel_id=DM_ADA, prompts=prompts, title="Try"
    )
    assert slack.prompts(DM_ADA) == prompts
    assert slack.calls[-1].warnings == ()


@pytest.mark.parametrize(
    "prompts",
    [[], [PROMPT] * 5, [{"title": "x"}], [PROMPT | {"more": 1}], ["x"], [PROMPT | {"title": ""}]],
)
async def test_prompts_are_one_to_four_with_title_and_message(
    client: Client, prompts: list[Any]
) -> None:
    call = client.assistant_threads_setSuggestedPrompts(channel_id=DM_ADA, prompts=prompts)
    assert (await refused(call))["error"] == "invalid_arguments"


async def test_a_session_has_a_status_and_keeps_its_first_title(
    slack: LocalSlack, client: Client
) -> None:
    root = await slack.post(ADA, DM_ADA, "q")
    where = {"channel_id": DM_ADA, "thread_ts": root}
    body = await client.agents_sessions_setStatus(**where, status="processing", title="First")
    assert body.get("warning") is None
    await client.agents_sessions_setStatus(**where, status="suspended", title="Second")
    assert slack.session(DM_ADA, root) == {"status": "suspended", "title": "First"}
    long = client.agents_sessions_setStatus(**where, status="active", title="x" * 201)
    assert "less than 201" in str((await refused(long))["response_metadata"])
    wrong = await refused(client.agents_sessions_setStatus(**where, status="asleep"))
    assert wrong["error"] == "invalid_arguments"
    none = await refused(client.agents_sessions_setStatus(channel_id=DM_ADA, status="active"))
    assert none["error"] == "invalid_arguments"
    guest = client.agents_sessions_setStatus(**where, status="active", initiator_user_id=GUEST)
    assert (await refused(guest))["error"] == "user_not_in_channel"
    named = client.agents_sessions_setStatus(**where, status="active", username="Boss")
    assert (await refused(named))["error"] == "missing_scope"


async def test_an_app_that_cannot_be_stopped_is_warned() -> None:
    async with running(manifest=manifest_without("agent_session_stopped")) as slack:
        root = await slack.post(ADA, DM_ADA, "q")
        body = await client_of(slack).agents_sessions_setStatus(
            channel_id=DM_ADA, thread_ts=root, status="processing"
        )
    assert body["warning"] == "missing_agent_session_stopped_event_subscription"
