"""Streams: whose they are, how long they live, how much they hold."""

from typing import Any

import pytest
from slack_sdk.models.messages.chunk import (
    BlocksChunk,
    MarkdownTextChunk,
    PlanUpdateChunk,
    TaskUpdateChunk,
)

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import ADA, BEN, DM_ADA, GENERAL, GUEST, Client, Clock, refused

RECIPIENT: dict[str, Any] = {"recipient_user_id": ADA, "recipient_team_id": "T01TEAM"}


@pytest.fixture
async def root(slack: LocalSlack) -> str:
    return await slack.post(ADA, DM_ADA, "question")


async def test_a_stream_grows_and_ends(slack: LocalSlack, client: Client, root: str) -> None:
    started = await client.chat_startStream(channel=DM_ADA, thread_ts=root, markdown_text="One")
    where = {"channel": DM_ADA, "ts": started["ts"]}
    await client.chat_appendStream(**where, markdown_text=" two")
    growing = slack.messages(DM_ADA)[-1]
    assert (growing.text, growing.streaming, growing.thread_ts) == ("One two", True, root)
    button = {
        "type": "button",
        "action_id": "b",
        "text": {"type": "plain_text", "text": "B"},
    }
    metadata = {"event_type": "reply", "event_payload": {}}
    await client.chat_stopStream(
        **where,
        markdown_text=" three",
        blocks=[{"type": "actions", "elements": [button]}],
        metadata=metadata,
        session_status="closed",
    )
    ended = slack.messages(DM_ADA)[-1]
    assert (ended.text, ended.streaming, ended.metadata) == ("One two three", False, metadata)
    assert [block["type"] for block in ended.blocks] == ["markdown", "actions"]
    assert slack.session(DM_ADA, root) == {"status": "closed", "title": None}


async def test_the_helper_of_the_sdk_works(slack: LocalSlack, client: Client, root: str) -> None:
    stream = await client.chat_stream(channel=DM_ADA, thread_ts=root, buffer_size=4)
    for word in ("one ", "two ", "three"):
        await stream.append(markdown_text=word)
    await stream.stop()
    assert slack.messages(DM_ADA)[-1].text == "one two three"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "missing_recipient_user_id"),
        ({"recipient_user_id": ADA}, "missing_recipient_team_id"),
        ({**RECIPIENT, "recipient_user_id": "U404"}, "user_not_found"),
        ({**RECIPIENT, "recipient_user_id": GUEST}, "user_not_in_channel"),
        ({**RECIPIENT, "recipient_team_id": "T99"}, "team_not_found"),
    ],
)
async def test_in_a_channel_a_stream_names_its_recipient(
    slack: LocalSlack, client: Client, given: dict[str, str], error: str
) -> None:
    ts = await slack.post(ADA, GENERAL, "question")
    body = await refused(client.chat_startStream(channel=GENERAL, thread_ts=ts, **given))
    assert body["error"] == error
    await client.chat_startStream(channel=GENERAL, thread_ts=ts, **RECIPIENT)


async def test_a_stream_needs_a_thread_that_exists(client: Client) -> None:
    lost = await refused(client.chat_startStream(channel=DM_ADA, thread_ts="1.000001"))
    assert lost["error"] == "thread_not_found"
    none = await refused(client.api_call("chat.startStream", json={"channel": DM_ADA}))
    assert none["error"] == "invalid_arguments"


async def test_a_stream_closes_after_five_minutes_however_busy(
    slack: LocalSlack, client: Client, clock: Clock, root: str
) -> None:
    ts = (await client.chat_startStream(channel=DM_ADA, thread_ts=root))["ts"]
    for _ in range(2):
        clock.advance(149)
        await client.chat_appendStream(channel=DM_ADA, ts=ts, markdown_text="x")
    clock.advance(2)
    assert slack.messages(DM_ADA)[-1].streaming is False
    appended = await refused(client.chat_appendStream(channel=DM_ADA, ts=ts, markdown_text="y"))
    assert appended["error"] == "message_not_in_streaming_state"
    stopped = await refused(client.chat_stopStream(channel=DM_ADA, ts=ts))
    assert stopped["error"] == "message_not_in_streaming_state"
    await client.chat_update(channel=DM_ADA, ts=ts, text="the rest")
    assert slack.messages(DM_ADA)[-1].text == "the rest"


async def test_while_a_stream_is_open_only_the_stream_changes_it(client: Client, root: str) -> None:
    ts = (await client.chat_startStream(channel=DM_ADA, thread_ts=root))["ts"]
    updated = await refused(client.chat_update(channel=DM_ADA, ts=ts, text="x"))
    assert updated["error"] == "streaming_state_conflict"
    deleted = await refused(client.chat_delete(channel=DM_ADA, ts=ts))
    assert deleted["error"] == "cant_delete_message"
    await client.chat_stopStream(channel=DM_ADA, ts=ts, markdown_text="x")
    twice = await refused(client.chat_stopStream(channel=DM_ADA, ts=ts))
    assert twice["error"] == "message_not_in_streaming_state"


async def test_a_stream_holds_12000_bytes_and_refuses_the_rest_whole(
    slack: LocalSlack, client: Client, root: str
) -> None:
    text = "é" * 5_999
    started = await client.chat_startStream(channel=DM_ADA, thread_ts=root, markdown_text=text)
    ts = started["ts"]
    too_much = await refused(client.chat_appendStream(channel=DM_ADA, ts=ts, markdown_text="😀"))
    assert too_much["error"] == "msg_too_long"
    assert slack.messages(DM_ADA)[-1].text == text
    await client.chat_appendStream(channel=DM_ADA, ts=ts, markdown_text="é")


async def test_text_and_chunks_do_not_mix(client: Client, root: str) -> None:
    started = await client.chat_startStream(channel=DM_ADA, thread_ts=root, markdown_text="x")
    chunk = [{"type": "markdown_text", "text": "y"}]
    where = {"channel": DM_ADA, "ts": started["ts"]}
    mixed = await refused(client.chat_appendStream(**where, chunks=chunk))
    assert mixed["error"] == "streaming_mode_mismatch"
    both = await refused(client.chat_appendStream(**where, markdown_text="y", chunks=chunk))
    assert both["error"] == "invalid_arguments"
    long = await refused(
        client.chat_startStream(channel=DM_ADA, thread_ts=root, markdown_text="x" * 12_001)
    )
    assert long["error"] == "msg_too_long"
    named = client.chat_startStream(channel=DM_ADA, thread_ts=root, username="Boss")
    assert (await refused(named))["error"] == "missing_scope"
    neither = await refused(client.api_call("chat.appendStream", json=where))
    assert neither["error"] == "no_text"


@pytest.mark.parametrize("mode", ["timeline", "plan"])
async def test_tasks_are_shown_as_they_change(
    slack: LocalSlack, client: Client, root: str, mode: str
) -> None:
    source = [{"type": "url", "url": "https://a.example/doc", "text": "Doc"}]
    started = await client.chat_startStream(
        channel=DM_ADA,
        thread_ts=root,
        task_display_mode=mode,
        chunks=[TaskUpdateChunk(id="s", title="Search", status="in_progress", details="for leave")],
    )
    done = TaskUpdateChunk(id="s", title="Search", status="complete", sources=source)
    written = MarkdownTextChunk(text="Answer")
    divider = BlocksChunk(blocks=[{"type": "divider"}])
    await client.chat_stopStream(
        channel=DM_ADA,
        ts=started["ts"],
        chunks=[done, PlanUpdateChunk(title="All"), written, divider],
    )
    plan, text, last = slack.messages(DM_ADA)[-1].blocks
    assert (plan["type"], plan["title"], text["text"]) == ("plan", "All", "Answer")
    (card,) = plan["tasks"]
    assert (card["status"], card["sources"], last["type"]) == ("complete", source, "divider")
    assert card["details"]["elements"][0]["elements"][0]["text"] == "for leave"


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "song"},
        {"type": "markdown_text"},
        {"type": "task_update", "id": "1", "title": "x", "status": "done"},
        {"type": "task_update", "id": "1", "title": "x" * 257, "status": "complete"},
        {"type": "plan_update", "title": "x", "colour": "red"},
        {"type": "blocks", "blocks": []},
    ],
)
async def test_a_mistake_in_a_chunk_is_refused(
    client: Client, root: str, chunk: dict[str, Any]
) -> None:
    body = await refused(client.chat_startStream(channel=DM_ADA, thread_ts=root, chunks=[chunk]))
    assert body["error"] == "invalid_chunks"


async def test_blocks_in_a_chunk_are_checked(client: Client, root: str) -> None:
    chunk = {"type": "blocks", "blocks": [{"type": "video"}]}
    call = client.chat_startStream(channel=DM_ADA, thread_ts=root, chunks=[chunk])
    assert (await refused(call))["error"] == "invalid_blocks"


async def test_only_the_bots_own_stream_is_its_to_write(slack: LocalSlack, client: Client) -> None:
    ts = await slack.post(BEN, GENERAL, "mine")
    body = await refused(client.chat_appendStream(channel=GENERAL, ts=ts, markdown_text="x"))
    assert body["error"] == "message_not_owned_by_app"
    lost = await refused(client.chat_stopStream(channel=GENERAL, ts="1.000001"))
    assert lost["error"] == "message_not_found"


async def test_the_stop_button_ends_a_stream(slack: LocalSlack, client: Client, root: str) -> None:
    ts = (await client.chat_startStream(channel=DM_ADA, thread_ts=root))["ts"]
    await slack.stop(ADA, DM_ADA, root)
    event = slack.deliveries[-1].payload["event"]
    assert event["type"] == "agent_session_stopped"
    assert (event["thread_ts"], event["streaming_message_ts"]) == (root, [ts])
    assert slack.messages(DM_ADA)[-1].streaming is False
    body = await refused(client.chat_appendStream(channel=DM_ADA, ts=ts, markdown_text="x"))
    assert body["error"] == "stopped_by_user"


async def test_what_is_streamed_is_always_fetched(
    slack: LocalSlack, client: Client, root: str
) -> None:
    started = await client.chat_startStream(
        channel=DM_ADA, thread_ts=root, markdown_text="[x](https://evil."
    )
    await client.chat_stopStream(channel=DM_ADA, ts=started["ts"], markdown_text="test/?q)")
    assert "https://evil.test/?q" in slack.unfurled
