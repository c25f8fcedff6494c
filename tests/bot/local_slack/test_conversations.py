"""What the app may learn of channels and read in them."""

from typing import Any

import pytest

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import (
    ADA,
    BEN,
    BOT,
    DM_ADA,
    GENERAL,
    HIDDEN,
    RANDOM,
    SECRET,
    Client,
    client_of,
    manifest_without,
    refused,
    running,
)


async def test_a_channel_is_described(client: Client) -> None:
    general = (await client.conversations_info(channel=GENERAL, include_num_members=True))[
        "channel"
    ]
    assert (general["name"], general["is_member"], general["num_members"]) == ("general", True, 3)
    assert (await client.conversations_info(channel=RANDOM))["channel"]["is_member"] is False
    dm = (await client.conversations_info(channel=DM_ADA))["channel"]
    assert (dm["is_im"], dm["user"], "name" in dm) == (True, ADA, False)
    assert (await refused(client.conversations_info(channel=HIDDEN)))[
        "error"
    ] == "channel_not_found"


async def test_the_list_knows_public_channels_and_those_of_the_bot(client: Client) -> None:
    async def listed(**types: str) -> list[str]:
        return [c["id"] for c in (await client.conversations_list(**types))["channels"]]

    assert await listed() == [GENERAL, RANDOM]
    assert await listed(types="private_channel") == [SECRET]
    assert await listed(types="im,public_channel") == [GENERAL, RANDOM, DM_ADA]
    assert (await refused(client.conversations_list(types="secret")))["error"] == "invalid_types"
    assert (await refused(client.conversations_list(types="mpim")))["error"] == "missing_scope"


async def test_members_come_in_pages(client: Client) -> None:
    found: list[str] = []
    async for page in await client.conversations_members(channel=GENERAL, limit=2):
        found += page["members"]
    assert found == [ADA, BEN, BOT]
    wrong = await refused(client.conversations_members(channel=GENERAL, cursor="cHJldjox"))
    assert wrong["error"] == "invalid_cursor"
    worse = await refused(client.conversations_members(channel=GENERAL, cursor="%%"))
    assert worse["error"] == "invalid_cursor"
    await client.conversations_members(channel=GENERAL, limit=999)
    much = await refused(client.conversations_members(channel=GENERAL, limit=1_000))
    assert much["error"] == "invalid_limit"
    none = await refused(client.conversations_members(channel=GENERAL, limit=0))
    assert none["error"] == "invalid_limit"


async def test_history_is_newest_first_without_replies(slack: LocalSlack, client: Client) -> None:
    first = await slack.post(ADA, GENERAL, "first")
    second = await slack.post(BEN, GENERAL, "second")
    reply = await slack.post(ADA, GENERAL, "reply", thread_ts=first)
    page = await client.conversations_history(channel=GENERAL)
    assert [m["ts"] for m in page["messages"]] == [second, first]
    root = page["messages"][1]
    assert (root["reply_count"], root["latest_reply"], root["reply_users"]) == (1, reply, [ADA])


@pytest.mark.parametrize(
    ("oldest", "latest", "inclusive", "expected"),
    [
        (0, None, False, [2, 1]),
        (0, None, True, [2, 1, 0]),
        (None, 2, False, [1, 0]),
        (1, 1, True, [1]),
    ],
)
async def test_a_range_of_history(
    slack: LocalSlack,
    client: Client,
    oldest: int | None,
    latest: int | None,
    inclusive: bool,
    expected: list[int],
) -> None:
    sent = [await slack.post(ADA, GENERAL, f"m{n}") for n in range(3)]
    bounds: dict[str, Any] = {"inclusive": inclusive}
    bounds |= {} if oldest is None else {"oldest": sent[oldest]}
    bounds |= {} if latest is None else {"latest": sent[latest]}
    page = await client.conversations_history(channel=GENERAL, **bounds)
    assert [m["ts"] for m in page["messages"]] == [sent[n] for n in expected]


async def test_a_bad_bound_is_refused(client: Client) -> None:
    body = await refused(client.conversations_history(channel=GENERAL, oldest="yesterday"))
    assert body["error"] == "invalid_ts_oldest"


async def test_a_thread_comes_with_its_root_on_every_page(
    slack: LocalSlack, client: Client
) -> None:
    root = await slack.post(ADA, GENERAL, "root")
    sent = [await slack.post(BEN, GENERAL, f"r{n}", thread_ts=root) for n in range(3)]
    first = await client.conversations_replies(channel=GENERAL, ts=root, limit=2)
    assert [m["ts"] for m in first["messages"]] == [root, *sent[:2]]
    assert first["has_more"] is True
    assert first["messages"][1]["parent_user_id"] == ADA
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=GENERAL, ts=root, limit=2, cursor=cursor)
    assert [m["ts"] for m in rest["messages"]] == [root, sent[2]]
    later = await client.conversations_replies(channel=GENERAL, ts=root, oldest=sent[1])
    assert [m["ts"] for m in later["messages"]] == [root, sent[2]]
    alone = await client.conversations_replies(channel=GENERAL, ts=sent[0])
    assert [m["ts"] for m in alone["messages"]] == [sent[0]]
    lost = await refused(client.conversations_replies(channel=GENERAL, ts="1.000001"))
    assert lost["error"] == "thread_not_found"


async def test_history_is_for_members_with_the_scope_of_its_kind() -> None:
    async with running(manifest=manifest_without("groups:history")) as slack:
        client = client_of(slack)
        assert (await refused(client.conversations_history(channel=RANDOM)))["error"] == (
            "not_in_channel"
        )
        body = await refused(client.conversations_history(channel=SECRET))
        assert (body["error"], body["needed"]) == ("missing_scope", "groups:history")


async def test_a_dm_is_opened_once(slack: LocalSlack, client: Client) -> None:
    assert (await client.conversations_open(users=ADA))["channel"]["id"] == DM_ADA
    opened = (await client.conversations_open(users=[BEN], return_im=True))["channel"]
    assert (opened["id"], opened["user"]) == ("D01BEN", BEN)
    assert (await client.conversations_open(users=BEN))["channel"]["id"] == "D01BEN"
    assert (await client.conversations_open(channel=DM_ADA))["channel"]["id"] == DM_ADA
    assert slack.channel("D01BEN").members == (BEN, BOT)
    assert (await refused(client.conversations_open(users="U404")))["error"] == "user_not_found"
    group = await refused(client.conversations_open(users=[ADA, BEN]))
    assert group["error"] == "invalid_arguments"
    both = await refused(client.conversations_open(users=ADA, channel=DM_ADA))
    assert both["error"] == "invalid_arguments"
