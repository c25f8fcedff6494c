"""Posting, changing and deleting, and what that sets off at Slack's servers."""

from typing import Any

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import (
    ADA,
    BEN,
    DM_ADA,
    GENERAL,
    GUEST,
    HIDDEN,
    RANDOM,
    Client,
    Clock,
    client_of,
    refused,
    running,
)

QUIET: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_a_post_stands_in_its_channel(slack: LocalSlack, client: Client) -> None:
    posted = await client.chat_postMessage(channel=GENERAL, text="hi", **QUIET)
    assert posted["message"]["bot_id"] == "B01BOT"
    (message,) = slack.messages(GENERAL)
    assert (message.ts, message.text, message.bot_id) == (posted["ts"], "hi", "B01BOT")


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C404", "channel_not_found"),
        ("#general", "channel_not_found"),
        (ADA, "channel_not_found"),
        (RANDOM, "not_in_channel"),
        (HIDDEN, "channel_not_found"),
    ],
)
async def test_the_bot_posts_only_where_it_is_a_member(
    client: Client, channel: str, error: str
) -> None:
    assert (await refused(client.chat_postMessage(channel=channel, text="hi")))["error"] == error


async def test_a_thread_must_exist(slack: LocalSlack, client: Client) -> None:
    lost = await refused(client.chat_postMessage(channel=GENERAL, text="a", thread_ts="1.000001"))
    assert lost["error"] == "thread_not_found"
    root = await slack.post(ADA, GENERAL, "question")
    reply = await client.chat_postMessage(channel=GENERAL, text="answer", thread_ts=root)
    assert slack.messages(GENERAL)[-1].thread_ts == root
    below = client.chat_postMessage(channel=GENERAL, text="x", thread_ts=reply["ts"])
    assert (await refused(below))["error"] == "thread_not_found"


async def test_a_message_needs_something_to_say(client: Client) -> None:
    for args in ({}, {"text": ""}, {"blocks": []}, {"markdown_text": ""}):
        body = await refused(client.api_call("chat.postMessage", json={"channel": GENERAL, **args}))
        assert body["error"] == "no_text"


async def test_text_is_cut_at_40000_characters(slack: LocalSlack, client: Client) -> None:
    await client.chat_postMessage(channel=GENERAL, text="x" * 40_001, **QUIET)
    assert len(slack.messages(GENERAL)[0].text) == 40_000
    assert slack.calls[0].warnings == ("text cut to 40000 characters",)


async def test_an_update_takes_4000_characters_of_text(client: Client) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="hi", **QUIET))["ts"]
    await client.chat_update(channel=GENERAL, ts=ts, text="x" * 4_000)
    body = await refused(client.chat_update(channel=GENERAL, ts=ts, text="x" * 4_001))
    assert body["error"] == "msg_too_long"


async def test_markdown_text_stands_alone_and_ends_at_12000(
    slack: LocalSlack, client: Client
) -> None:
    await client.chat_postMessage(channel=GENERAL, markdown_text="x" * 12_000, **QUIET)
    assert slack.messages(GENERAL)[0].blocks[0]["type"] == "markdown"
    long = client.chat_postMessage(channel=GENERAL, markdown_text="x" * 12_001, **QUIET)
    assert (await refused(long))["error"] == "msg_too_long"
    both = client.chat_postMessage(channel=GENERAL, markdown_text="x", text="y", **QUIET)
    assert (await refused(both))["error"] == "markdown_text_conflict"


@pytest.mark.parametrize(
    "extra",
    [
        {"link_names": True},
        {"parse": "full"},
        {"attachments": [{"text": "old"}]},
    ],
)
async def test_what_lets_a_text_mention_people_is_refused(
    client: Client, extra: dict[str, Any]
) -> None:
    body = await refused(client.chat_postMessage(channel=GENERAL, text="@ada", **extra))
    assert body["error"] == "invalid_arguments"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"event_type": "reply"}, "invalid_metadata_format"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_format"),
        ({"event_type": "r", "event_payload": []}, "invalid_metadata_format"),
        ({"event_type": "r", "event_payload": {}, "more": 1}, "invalid_metadata_format"),
        ({"event_type": "r", "event_payload": {"k": "x" * 7_992}}, "metadata_too_large"),
    ],
)
async def test_metadata_has_one_shape(client: Client, metadata: dict[str, Any], error: str) -> None:
    body = await refused(client.chat_postMessage(channel=GENERAL, text="x", metadata=metadata))
    assert body["error"] == error


async def test_metadata_shows_in_history_only_when_asked_for(client: Client) -> None:
    metadata = {"event_type": "reply", "event_payload": {"k": "x" * 7_991}}
    await client.chat_postMessage(channel=GENERAL, text="x", metadata=metadata, **QUIET)
    plain = await client.conversations_history(channel=GENERAL)
    assert "metadata" not in plain["messages"][0]
    full = await client.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert full["messages"][0]["metadata"] == metadata


async def test_text_alone_takes_the_blocks_away_and_blocks_alone_show_no_edit(
    slack: LocalSlack, client: Client
) -> None:
    first = {"text": "a", "blocks": [section("a")], **QUIET}
    ts = (await client.chat_postMessage(channel=GENERAL, **first))["ts"]
    await client.chat_update(channel=GENERAL, ts=ts, blocks=[section("b")], text="b")
    assert slack.messages(GENERAL)[0].edited is None
    await client.chat_update(channel=GENERAL, ts=ts, text="c")
    (message,) = slack.messages(GENERAL)
    assert (message.text, message.blocks) == ("c", ())
    assert message.edited is not None


async def test_an_update_keeps_metadata_unless_told(slack: LocalSlack, client: Client) -> None:
    metadata = {"event_type": "reply", "event_payload": {}}
    posted = await client.chat_postMessage(channel=GENERAL, text="x", metadata=metadata, **QUIET)
    await client.chat_update(channel=GENERAL, ts=posted["ts"], text="y")
    assert slack.messages(GENERAL)[0].metadata == metadata
    await client.chat_update(channel=GENERAL, ts=posted["ts"], text="z", metadata={})
    assert slack.messages(GENERAL)[0].metadata is None


async def test_metadata_alone_changes_neither_text_nor_blocks(
    slack: LocalSlack, client: Client
) -> None:
    posted = await client.chat_postMessage(
        channel=GENERAL, text="x", blocks=[section("x")], **QUIET
    )
    metadata = {"event_type": "reply", "event_payload": {}}
    given = {"channel": GENERAL, "ts": posted["ts"], "metadata": metadata}
    await client.api_call("chat.update", json=given)
    (message,) = slack.messages(GENERAL)
    assert (message.text, len(message.blocks), message.edited) == ("x", 1, None)


async def test_an_update_must_change_something(client: Client) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="x", **QUIET))["ts"]
    body = await refused(client.api_call("chat.update", json={"channel": GENERAL, "ts": ts}))
    assert body["error"] == "no_text"
    emptied = client.api_call("chat.update", json={"channel": GENERAL, "ts": ts, "text": ""})
    assert (await refused(emptied))["error"] == "no_text"


async def test_only_its_own_messages_are_the_bots_to_change(
    slack: LocalSlack, client: Client
) -> None:
    ts = await slack.post(ADA, GENERAL, "mine")
    changed = await refused(client.chat_update(channel=GENERAL, ts=ts, text="yours"))
    assert changed["error"] == "cant_update_message"
    deleted = await refused(client.chat_delete(channel=GENERAL, ts=ts))
    assert deleted["error"] == "cant_delete_message"
    missing = await refused(client.chat_update(channel=GENERAL, ts="1.000001", text="x"))
    assert missing["error"] == "message_not_found"


async def test_an_ephemeral_message_is_for_one_and_out_of_reach(
    slack: LocalSlack, client: Client
) -> None:
    shown = await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="psst")
    assert [m.text for m in slack.messages(GENERAL, viewer=ADA)] == ["psst"]
    assert slack.messages(GENERAL, viewer=BEN) == []
    ts = shown["message_ts"]
    assert (await refused(client.chat_update(channel=GENERAL, ts=ts, text="x")))["error"] == (
        "message_not_found"
    )
    assert (await client.conversations_history(channel=GENERAL))["messages"] == []
    outside = await refused(client.chat_postEphemeral(channel=GENERAL, user=GUEST, text="x"))
    assert outside["error"] == "user_not_in_channel"
    empty = client.api_call("chat.postEphemeral", json={"channel": GENERAL, "user": ADA})
    assert (await refused(empty))["error"] == "no_text"


async def test_a_deleted_message_with_replies_leaves_a_tombstone(
    slack: LocalSlack, client: Client
) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="x", **QUIET))["ts"]
    await slack.post(ADA, GENERAL, "reply", thread_ts=ts)
    await client.chat_delete(channel=GENERAL, ts=ts)
    root, reply = slack.messages(GENERAL)
    assert (root.deleted, root.subtype, root.text) == (
        True,
        "tombstone",
        "This message was deleted.",
    )
    await slack.delete(ADA, GENERAL, reply.ts)
    assert [m.ts for m in slack.messages(GENERAL)] == [ts]


async def test_a_permalink_leads_into_the_thread(slack: LocalSlack, client: Client) -> None:
    ts = await slack.post(ADA, GENERAL, "q")
    reply = await slack.post(ADA, GENERAL, "a", thread_ts=ts)
    link = await client.chat_getPermalink(channel=GENERAL, message_ts=ts)
    assert link["permalink"] == (
        f"https://larkspur.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"
    )
    below = await client.chat_getPermalink(channel=GENERAL, message_ts=reply)
    assert below["permalink"].endswith(f"?thread_ts={ts}&cid={GENERAL}")
    lost = await refused(client.chat_getPermalink(channel=GENERAL, message_ts="1.000001"))
    assert lost["error"] == "message_not_found"


@pytest.mark.parametrize(
    "switches",
    [{}, {"unfurl_links": False}, {"unfurl_media": False}, {"unfurl_links": True, **{}}],
)
async def test_unless_both_switches_are_off_a_link_is_fetched(
    slack: LocalSlack, client: Client, switches: dict[str, bool]
) -> None:
    await client.chat_postMessage(channel=GENERAL, text="see https://evil.test/?q=1", **switches)
    assert slack.unfurled == ["https://evil.test/?q=1"]


async def test_with_both_switches_off_nothing_is_fetched(slack: LocalSlack, client: Client) -> None:
    blocks = [section("<https://evil.test/b|b>")]
    text = "https://evil.test/a"
    await client.chat_postMessage(channel=GENERAL, text=text, blocks=blocks, **QUIET)
    assert slack.unfurled == []


async def test_an_image_is_fetched_whatever_the_switches_say(
    slack: LocalSlack, client: Client
) -> None:
    image = {"type": "image", "image_url": "https://evil.test/i.png", "alt_text": "x"}
    await client.chat_postMessage(channel=GENERAL, text="x", blocks=[image], **QUIET)
    assert slack.unfurled == ["https://evil.test/i.png"]


async def test_an_update_and_an_ephemeral_message_cannot_switch_unfurling_off(
    slack: LocalSlack, client: Client
) -> None:
    ts = (await client.chat_postMessage(channel=GENERAL, text="x", **QUIET))["ts"]
    for method, place in (
        ("chat.update", {"ts": ts}),
        ("chat.postEphemeral", {"user": ADA}),
    ):
        args = {"channel": GENERAL, "text": "x", **place, **QUIET}
        body = await refused(client.api_call(method, json=args))
        assert "unknown argument: unfurl_links" in str(body["response_metadata"])
    await client.chat_update(channel=GENERAL, ts=ts, text="https://evil.test/u")
    await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="<https://evil.test/e>")
    assert slack.unfurled == ["https://evil.test/u", "https://evil.test/e"]


async def test_mentions_in_the_bots_text_are_on_record(slack: LocalSlack, client: Client) -> None:
    blocks = [section("<@U01ADA> look"), {"type": "markdown", "text": "<!here>"}]
    await client.chat_postMessage(channel=GENERAL, text="<!channel>", blocks=blocks, **QUIET)
    assert [n.mention for n in slack.notified] == ["<!channel>", "<@U01ADA>", "<!here>"]


async def test_posts_are_held_to_one_a_second_where_that_is_switched_on(clock: Clock) -> None:
    async with running(rate_limit=True, clock=clock) as slack:
        client = client_of(slack)
        await client.chat_postMessage(channel=GENERAL, text="1", **QUIET)
        await client.chat_postMessage(channel=DM_ADA, text="another channel", **QUIET)
        call = client.api_call("chat.postMessage", json={"channel": GENERAL, "text": "2"})
        assert (await refused(call))["error"] == "ratelimited"
        assert (slack.calls[-1].status, len(slack.messages(GENERAL))) == (429, 1)
        clock.advance(1.0)
        await client.chat_postMessage(channel=GENERAL, text="2", **QUIET)


async def test_reactions_come_once_and_go_once(slack: LocalSlack, client: Client) -> None:
    ts = await slack.post(ADA, GENERAL, "hi")
    await client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes")
    again = await refused(client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes"))
    assert again["error"] == "already_reacted"
    assert slack.messages(GENERAL)[0].reactions[0].users == ("U01BOT",)
    await client.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes")
    gone = await refused(client.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes"))
    assert gone["error"] == "no_reaction"
    bad = await refused(client.reactions_add(channel=GENERAL, timestamp=ts, name=":eyes:"))
    assert bad["error"] == "invalid_name"
