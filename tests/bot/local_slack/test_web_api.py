"""Who may call what, with which arguments."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack import LocalSlack
from bot.local_slack.web_api import METHODS
from tests.bot.local_slack.conftest import (
    ADA,
    GENERAL,
    Client,
    client_of,
    manifest_without,
    refused,
    running,
)


async def test_an_unknown_method_is_named(client: Client) -> None:
    body = await refused(client.api_call("chat.shout"))
    assert (body["error"], body["req_method"]) == ("unknown_method", "chat.shout")


async def test_no_token_and_a_wrong_token_are_told_apart(slack: LocalSlack) -> None:
    url = f"{slack.api_url}auth.test"
    async with aiohttp.ClientSession() as session, session.post(url) as response:
        assert (await response.json())["error"] == "not_authed"
    body = await refused(client_of(slack, "xoxb-stolen").auth_test())
    assert body["error"] == "invalid_auth"


async def test_the_token_counts_in_a_form_but_not_in_json(slack: LocalSlack) -> None:
    url, token = f"{slack.api_url}auth.test", {"token": slack.bot_token}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=token) as response:
            assert (await response.json())["ok"] is True
        async with session.post(url, json=token) as response:
            assert (await response.json())["error"] == "not_authed"
    assert slack.bot_token not in json.dumps([call.args for call in slack.calls[:1]])


async def test_each_token_opens_its_own_methods_only(slack: LocalSlack) -> None:
    bot, app = client_of(slack), client_of(slack, slack.app_token)
    with_bot = await refused(bot.apps_connections_open(app_token=slack.bot_token))
    assert with_bot["error"] == "not_allowed_token_type"
    with_app = await refused(app.chat_postMessage(channel=GENERAL, text="hi"))
    assert with_app["error"] == "not_allowed_token_type"
    assert (await app.apps_connections_open(app_token=slack.app_token))["url"].startswith("ws://")


async def test_a_revoked_token_opens_nothing(slack: LocalSlack, client: Client) -> None:
    await slack.revoke_tokens()
    assert (await refused(client.auth_test()))["error"] == "token_revoked"


@pytest.mark.parametrize(
    ("method", "args", "scope"),
    [
        ("chat.postMessage", {"channel": GENERAL, "text": "hi"}, "chat:write"),
        ("users.info", {"user": ADA}, "users:read"),
        ("conversations.info", {"channel": GENERAL}, "channels:read"),
        ("conversations.history", {"channel": GENERAL}, "channels:history"),
        (
            "assistant.threads.setSuggestedPrompts",
            {"channel_id": GENERAL, "prompts": []},
            "assistant:write",
        ),
        ("files.info", {"file": "F1"}, "files:read"),
    ],
)
async def test_a_scope_that_is_not_in_the_manifest_is_missed(
    method: str, args: dict[str, Any], scope: str
) -> None:
    async with running(manifest=manifest_without(scope)) as slack:
        body = await refused(client_of(slack).api_call(method, json=args))
    assert (body["error"], body["needed"]) == ("missing_scope", scope)
    assert scope not in body["provided"].split(",")
    assert "commands" in body["provided"].split(",")


async def test_unknown_missing_and_mistyped_arguments_are_all_named(client: Client) -> None:
    args = {"colour": "red", "text": 5, "thread_ts": "yesterday", "unfurl_links": "maybe"}
    body = await refused(client.api_call("chat.postMessage", json=args))
    assert body["error"] == "invalid_arguments"
    named = " ".join(body["response_metadata"]["messages"])
    for mistake in (
        "unknown argument: colour",
        "missing required field: channel",
        "must be a string [json-pointer:/text]",
        "[json-pointer:/thread_ts]",
        "must be a boolean [json-pointer:/unfurl_links]",
    ):
        assert mistake in named


async def test_what_must_be_there_must_not_be_empty(client: Client) -> None:
    body = await refused(client.api_call("users.info", json={"user": ""}))
    assert "must not be empty" in str(body["response_metadata"])


async def test_what_has_choices_or_a_length_is_held_to_them(client: Client) -> None:
    parse = await refused(client.chat_postMessage(channel=GENERAL, text="x", parse="wild"))
    assert "must be one of none" in str(parse["response_metadata"])
    long = client.files_getUploadURLExternal(filename="a", length=1, alt_txt="x" * 1_001)
    assert "less than 1001" in str((await refused(long))["response_metadata"])


@pytest.mark.parametrize("limit", ["many", 1.5, True, "12345678901"])
async def test_an_integer_is_an_integer(client: Client, limit: object) -> None:
    args = {"channel": GENERAL, "limit": limit}
    body = await refused(client.api_call("conversations.history", json=args))
    assert body["error"] == "invalid_arguments"


@pytest.mark.parametrize("blocks", ["[", "{}", 3, {"type": "divider"}])
async def test_an_array_is_an_array_or_its_json(client: Client, blocks: object) -> None:
    args = {"channel": GENERAL, "text": "hi", "blocks": blocks}
    body = await refused(client.api_call("chat.postMessage", json=args))
    assert body["error"] == "invalid_arguments"


async def test_a_body_that_is_no_json_object_is_refused(slack: LocalSlack) -> None:
    headers = {
        "Authorization": f"Bearer {slack.bot_token}",
        "Content-Type": "application/json; charset=utf-8",
    }
    url = f"{slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(url, data=b"{nope") as response:
            assert (await response.json())["error"] == "invalid_json"
        async with session.post(url, data=b"[1]") as response:
            assert (await response.json())["error"] == "json_not_object"
        async with session.post(url, data=b'"\xff"') as response:
            assert (await response.json())["error"] == "invalid_json"


async def test_another_team_is_not_served(slack: LocalSlack) -> None:
    stranger = AsyncWebClient(slack.bot_token, base_url=slack.api_url, team_id="T99OTHER")
    assert (await refused(stranger.auth_test()))["error"] == "team_access_not_granted"


async def test_every_call_is_on_record(slack: LocalSlack, client: Client) -> None:
    await client.chat_postMessage(channel=GENERAL, text="hi", unfurl_links=False)
    await refused(client.users_info(user="U404"))
    posted, missed = slack.calls
    assert posted.args == {"channel": GENERAL, "text": "hi", "unfurl_links": False}
    assert (posted.ok, posted.token) == (True, "bot")
    assert (missed.method, missed.error, missed.ok) == ("users.info", "user_not_found", False)


async def test_a_custom_name_needs_its_own_scope(client: Client) -> None:
    body = await refused(client.chat_postMessage(channel=GENERAL, text="hi", username="Boss"))
    assert (body["error"], body["needed"]) == ("missing_scope", "chat:write.customize")


async def test_the_answer_names_the_granted_and_the_accepted_scopes(client: Client) -> None:
    response = await client.users_info(user=ADA)
    assert response.headers["X-Accepted-OAuth-Scopes"] == "users:read"
    assert "chat:write" in response.headers["X-OAuth-Scopes"]


async def test_bots_and_users_are_described(client: Client) -> None:
    me = await client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == ("U01BOT", "B01BOT", "T01TEAM")
    assert (await client.bots_info(bot="B01BOT"))["bot"]["app_id"] == "A01BOT"
    assert (await refused(client.bots_info(bot="B02")))["error"] == "bot_not_found"
    assert (await client.users_info(user="U01BOT"))["user"]["is_bot"] is True
    guest = (await client.users_info(user="U01GUEST"))["user"]
    assert (guest["is_ultra_restricted"], guest["is_restricted"]) == (True, False)
    first = await client.users_list(limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await client.users_list(limit=3, cursor=cursor)
    assert [u["id"] for u in first["members"] + rest["members"]] == [
        "U01ADA",
        "U01BEN",
        "U01GUEST",
        "U01BOT",
    ]


def test_every_method_of_the_interface_is_served() -> None:
    assert set(METHODS) == {
        "agents.sessions.setStatus",
        "apps.connections.open",
        "assistant.threads.setStatus",
        "assistant.threads.setSuggestedPrompts",
        "auth.test",
        "blocks.validate",
        "bots.info",
        "chat.appendStream",
        "chat.delete",
        "chat.getPermalink",
        "chat.postEphemeral",
        "chat.postMessage",
        "chat.startStream",
        "chat.stopStream",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.open",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "reactions.add",
        "reactions.remove",
        "users.info",
        "users.list",
        "usergroups.list",
        "usergroups.users.list",
        "users.conversations",
        "views.open",
        "views.publish",
        "views.update",
    }
