"""The JSON behind the page, and the door that keeps other sites out."""

import json
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.local_slack import LocalSlack, Manifest, TourStep
from tests.bot.local_slack.apps import BUTTON, bare
from tests.bot.local_slack.conftest import (
    ADA,
    BEN,
    BOT,
    DM_ADA,
    GENERAL,
    GUEST,
    HIDDEN,
    MANIFEST,
    client_of,
    running,
)

ACTIONS: dict[str, Any] = {"type": "actions", "block_id": "b1", "elements": [BUTTON]}


@pytest.fixture
async def http() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def get(
    http: aiohttp.ClientSession, slack: LocalSlack, path: str, **query: str
) -> tuple[int, Any]:
    async with http.get(f"{slack.url}/_local/{path}", params=query) as response:
        return response.status, await response.json()


async def post(
    http: aiohttp.ClientSession, slack: LocalSlack, path: str, **body: Any
) -> tuple[int, Any]:
    async with http.post(f"{slack.url}/_local/{path}", json=body) as response:
        return response.status, await response.json()


async def test_the_workspace_is_all_the_page_needs(http: aiohttp.ClientSession) -> None:
    tour = [TourStep(title="Leave", message="How much?", note="with sources", channel="dm")]
    async with running(tour=tour) as slack:
        status, body = await get(http, slack, "workspace")
    assert status == 200
    assert body["team"] == {"id": "T01TEAM", "name": "Larkspur"}
    assert body["bot"] == {"user_id": BOT, "name": "Tester", "description": "Answers questions"}
    ada, _, guest = body["users"]
    assert (ada["real_name"], ada["is_admin"], guest["is_guest"]) == ("Ada Okafor", True, True)
    assert set(ada) == {"id", "name", "real_name", "title", "is_admin", "is_guest", "color"}
    channels = {channel["id"]: channel for channel in body["channels"]}
    assert channels[GENERAL]["members"] == [ADA, BEN, BOT]
    assert (channels[DM_ADA]["kind"], channels[DM_ADA]["user"]) == ("im", ADA)
    assert body["commands"][0] == {
        "command": "/ask",
        "description": "Ask in private",
        "usage_hint": "[question]",
    }
    assert body["suggested_prompts"] == [{"title": "Leave", "message": "How much leave?"}]
    assert body["tour"] == [
        {
            "title": "Leave",
            "message": "How much?",
            "note": "with sources",
            "channel": "dm",
            "reply": False,
        }
    ]
    assert body["connected"] is False


async def test_without_an_agent_view_the_description_serves(http: aiohttp.ClientSession) -> None:
    start = MANIFEST.index("  agent_view:")
    plain = MANIFEST[:start] + MANIFEST[MANIFEST.index("  app_home:") :]
    async with running(manifest=Manifest.parse_yaml(plain)) as slack:
        _, body = await get(http, slack, "workspace")
    assert (body["bot"]["description"], body["suggested_prompts"]) == ("An app under test", [])


async def test_a_conversation_through_the_page(
    http: aiohttp.ClientSession, slack: LocalSlack
) -> None:
    _, sent = await post(http, slack, "post", user=ADA, channel=GENERAL, text="@Tester hi")
    _, reply = await post(
        http, slack, "post", user=BEN, channel=GENERAL, text="me too", thread_ts=sent["ts"]
    )
    where = {"user": ADA, "channel": GENERAL, "ts": sent["ts"]}
    assert await post(http, slack, "edit", **where, text="@Tester hello") == (200, {})
    await slack.react(BEN, GENERAL, sent["ts"], "eyes")
    _, body = await get(http, slack, "messages", channel=GENERAL, user=ADA)
    first, second = body["messages"]
    assert first["text"] == f"<@{BOT}> hello"
    assert first["edited"]["user"] == ADA
    assert first["reactions"] == [{"name": "eyes", "users": [BEN], "count": 1}]
    assert first["username"] == "Ada Okafor"
    assert (second["ts"], second["thread_ts"]) == (reply["ts"], sent["ts"])
    assert set(first) >= {
        "ts", "thread_ts", "user", "bot_id", "username", "text", "blocks", "edited", "deleted",
        "ephemeral", "reactions", "metadata", "trigger_id", "streaming",
    }  # fmt: skip
    gone = {"user": BEN, "channel": GENERAL, "ts": reply["ts"]}
    assert await post(http, slack, "delete", **gone) == (200, {})
    assert len(slack.messages(GENERAL)) == 1


async def test_each_person_sees_only_their_own(
    http: aiohttp.ClientSession, slack: LocalSlack
) -> None:
    client = client_of(slack)
    await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="psst")
    _, mine = await get(http, slack, "messages", channel=GENERAL, user=ADA)
    _, theirs = await get(http, slack, "messages", channel=GENERAL, user=BEN)
    assert [(m["text"], m["ephemeral"], m["username"]) for m in mine["messages"]] == [
        ("psst", True, "Tester")
    ]
    assert theirs["messages"] == []
    for channel, user in ((HIDDEN, BEN), (GENERAL, GUEST), (DM_ADA, BEN), ("C404", ADA)):
        status, body = await get(http, slack, "messages", channel=channel, user=user)
        assert (status, body["error"]) == (404, "channel_not_found")


async def test_statuses_and_prompts_are_shown(
    http: aiohttp.ClientSession, slack: LocalSlack
) -> None:
    root, client = await slack.post(ADA, DM_ADA, "q"), client_of(slack)
    await client.assistant_threads_setStatus(channel_id=DM_ADA, thread_ts=root, status="thinks")
    prompt = {"title": "a", "message": "b"}
    await client.assistant_threads_setSuggestedPrompts(channel_id=DM_ADA, prompts=[prompt])
    _, body = await get(http, slack, "messages", channel=DM_ADA, user=ADA)
    assert body["statuses"] == [{"thread_ts": root, "status": "thinks"}]
    assert body["prompts"] == [prompt]


async def test_commands_and_clicks_through_the_page(http: aiohttp.ClientSession) -> None:
    async with running() as slack, bare(slack, lambda: web.json_response({"text": "yes"})) as app:
        _, outcome = await post(
            http, slack, "command", user=ADA, channel=GENERAL, command="/ask", text="why"
        )
        assert outcome["ack_status"] == 200
        _, body = await get(http, slack, "messages", channel=GENERAL, user=ADA)
        assert body["messages"][0]["trigger_id"] == outcome["trigger_id"]
        client = client_of(slack)
        ts = (await client.chat_postMessage(channel=GENERAL, text="x", blocks=[ACTIONS]))["ts"]
        click = {"user": BEN, "channel": GENERAL, "block_id": "b1", "action_id": "go"}
        assert (await post(http, slack, "click", **click, ts=ts, value="1"))[0] == 200
        assert json.loads(app.form()["payload"])["user"]["id"] == BEN
        missing = await post(http, slack, "click", **click | {"action_id": "no"}, ts=ts)
        assert (missing[0], missing[1]["error"]) == (400, "no_such_element")
        at_home = {**click, "channel": "home"}
        assert (await post(http, slack, "click", **at_home))[1]["error"] == "view_not_found"
        await client.views_publish(user_id=BEN, view={"type": "home", "blocks": [ACTIONS]})
        assert (await post(http, slack, "click", **at_home))[0] == 200


async def test_the_home_through_the_page(http: aiohttp.ClientSession, slack: LocalSlack) -> None:
    assert await post(http, slack, "open_home", user=ADA) == (200, {"view": None})
    assert await post(http, slack, "open_dm", user=ADA) == (200, {})
    assert [d.payload["event"]["tab"] for d in slack.deliveries] == ["home", "messages"]
    view = {"type": "home", "blocks": [ACTIONS]}
    await client_of(slack).views_publish(user_id=ADA, view=view)
    _, body = await get(http, slack, "home", user=ADA)
    assert body["view"]["blocks"][0]["type"] == "actions"


async def test_the_trace_gets_the_whole_message(http: aiohttp.ClientSession) -> None:
    asked: list[Mapping[str, Any]] = []

    async def trace(message: Mapping[str, Any]) -> dict[str, Any] | None:
        asked.append(message)
        return {"turn": "t1"} if message["bot_id"] else None

    async with running(trace=trace) as slack:
        metadata = {"event_type": "reply", "event_payload": {"turn": "t1"}}
        client = client_of(slack)
        posted = await client.chat_postMessage(channel=GENERAL, text="a", metadata=metadata)
        ts = await slack.post(ADA, GENERAL, "q")
        where = {"channel": GENERAL, "user": ADA}
        assert await get(http, slack, "trace", ts=posted["ts"], **where) == (200, {"turn": "t1"})
        assert (asked[0]["metadata"], asked[0]["text"]) == (metadata, "a")
        status, body = await get(http, slack, "trace", ts=ts, **where)
        assert (status, body["error"]) == (404, "trace_not_found")
        hidden = await slack.post(ADA, HIDDEN, "mine")
        status, _ = await get(http, slack, "trace", ts=hidden, channel=HIDDEN, user=BEN)
        assert (status, len(asked)) == (404, 2)


async def test_what_would_have_been_fetched_is_shown(
    http: aiohttp.ClientSession, slack: LocalSlack
) -> None:
    await client_of(slack).chat_postMessage(channel=GENERAL, text="https://evil.test")
    assert await get(http, slack, "unfurled") == (200, ["https://evil.test"])


async def notices(response: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = []
    while len(read) < count:
        line = await response.content.readline()
        if line.startswith(b"data: "):
            read.append(json.loads(line[6:]))
    return read


async def test_the_page_is_told_what_changes(http: aiohttp.ClientSession) -> None:
    async with running() as slack:
        client = client_of(slack)
        stream = http.get(f"{slack.url}/_local/stream", params={"user": BEN})
        async with stream as response:
            assert response.content_type == "text/event-stream"
            await response.content.readline()
            await slack.post(ADA, HIDDEN, "not for Ben")
            await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="not for Ben")
            ts = await slack.post(ADA, GENERAL, "hi")
            await client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=ts, status="x")
            own = await client.chat_postEphemeral(channel=GENERAL, user=BEN, text="x")
            await slack.edit(ADA, GENERAL, ts, "hello")
            await slack.delete(ADA, GENERAL, ts)
            await client.views_publish(user_id=BEN, view={"type": "home", "blocks": [ACTIONS]})
            slack.send_events_to("http://127.0.0.1:1/")
            told = await notices(response, 7)
        assert [(n["type"], n["ts"]) for n in told] == [
            ("message", ts),
            ("status", ts),
            ("ephemeral", own["message_ts"]),
            ("update", ts),
            ("delete", ts),
            ("home", None),
            ("connected", None),
        ]


async def test_a_page_that_was_closed_is_forgotten_quietly(
    http: aiohttp.ClientSession, slack: LocalSlack, caplog: pytest.LogCaptureFixture
) -> None:
    response = await http.get(f"{slack.url}/_local/stream", params={"user": ADA})
    await response.content.readline()
    response.close()
    for _ in range(3):
        await post(http, slack, "post", user=ADA, channel=GENERAL, text="hi")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_closing_the_server_ends_the_streams(http: aiohttp.ClientSession) -> None:
    async with running() as slack:
        response = await http.get(f"{slack.url}/_local/stream", params={"user": ADA})
        await response.content.readline()
    assert await response.content.read() == b"\n"
    response.close()


@pytest.mark.parametrize(
    ("path", "query", "error"),
    [
        ("messages", {"user": ADA}, "missing_parameter"),
        ("home", {}, "missing_parameter"),
        ("stream", {}, "missing_parameter"),
        ("trace", {"channel": GENERAL, "user": ADA, "ts": "1.000001"}, "message_not_found"),
    ],
)
async def test_a_bad_question_is_answered(
    http: aiohttp.ClientSession, slack: LocalSlack, path: str, query: dict[str, str], error: str
) -> None:
    status, body = await get(http, slack, path, **query)
    assert status in (400, 404)
    assert body["error"] == error


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("post", {"user": ADA, "channel": GENERAL}),
        ("post", {"user": ADA, "channel": GENERAL, "text": 5}),
        ("post", {"user": ADA, "channel": GENERAL, "text": "x", "as": BEN}),
        ("click", {"user": ADA}),
    ],
)
async def test_a_bad_request_is_named(
    http: aiohttp.ClientSession, slack: LocalSlack, path: str, body: dict[str, Any]
) -> None:
    status, answer = await post(http, slack, path, **body)
    assert (status, answer["error"]) == (400, "invalid_request")


async def test_a_refusal_reaches_the_page(http: aiohttp.ClientSession, slack: LocalSlack) -> None:
    status, body = await post(http, slack, "post", user=GUEST, channel=GENERAL, text="x")
    assert (status, body["error"]) == (400, "not_in_channel")
    status, body = await post(http, slack, "command", user=ADA, channel=GENERAL, command="/dance")
    assert (status, body["error"]) == (400, "dispatch_unknown_command")


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "127.0.0.1.evil.test", "[::2]", ""])
@pytest.mark.parametrize("path", ["/", "/_local/workspace", "/api/auth.test", "/link/"])
async def test_a_rebound_name_is_turned_away(
    http: aiohttp.ClientSession, slack: LocalSlack, host: str, path: str
) -> None:
    async with http.get(f"{slack.url}{path}", headers={"Host": host}) as response:
        assert response.status in (400, 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ],
)
async def test_another_site_cannot_act_for_a_person(
    http: aiohttp.ClientSession, slack: LocalSlack, headers: dict[str, str]
) -> None:
    body = json.dumps({"user": ADA, "channel": GENERAL, "text": "forged"})
    sent = {"Content-Type": "application/json", **headers}
    async with http.post(f"{slack.url}/_local/post", data=body, headers=sent) as response:
        assert response.status in (403, 415)
    assert slack.messages(GENERAL) == []


async def test_the_own_origin_may_act(http: aiohttp.ClientSession, slack: LocalSlack) -> None:
    body = {"user": ADA, "channel": GENERAL, "text": "mine"}
    headers = {"Origin": slack.url, "Sec-Fetch-Site": "same-origin"}
    async with http.post(f"{slack.url}/_local/post", json=body, headers=headers) as response:
        assert response.status == 200


async def test_the_page_is_served_strictly(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>hello", encoding="utf-8")
    (tmp_path / "style.css").write_text("body {}", encoding="utf-8")
    (tmp_path.parent / "secret.txt").write_text("secret", encoding="utf-8")
    async with running(page=tmp_path) as slack:
        async with http.get(f"{slack.url}/") as response:
            assert "hello" in await response.text()
            policy = response.headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        async with http.get(f"{slack.url}/page/style.css") as response:
            assert response.content_type == "text/css"
        async with http.get(f"{slack.url}/page/%2e%2e/secret.txt") as response:
            assert response.status in (403, 404)


async def test_without_a_page_the_rest_is_served(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with running(page=tmp_path / "none") as slack, http.get(f"{slack.url}/") as response:
        assert (response.status, (await response.json())["error"]) == (404, "page_not_found")
