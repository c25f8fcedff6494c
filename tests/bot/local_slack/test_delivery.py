"""Both ways of delivery: what goes out, when it goes out again, and what counts as an answer."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.local_slack import LocalSlack
from bot.local_slack.delivery import Deliveries
from tests.bot.local_slack.apps import (
    BUTTON,
    bare,
    bolt_app,
    over_http,
    over_socket,
    raw_socket,
    status,
)
from tests.bot.local_slack.conftest import (
    ADA,
    BEN,
    BOT,
    DM_ADA,
    GENERAL,
    RANDOM,
    SECRET,
    Client,
    client_of,
    manifest_without,
    running,
)


def sent(slack: LocalSlack) -> list[str]:
    return [delivery.type for delivery in slack.deliveries]


def all_done(slack: LocalSlack) -> bool:
    return bool(slack.deliveries) and all(d.done for d in slack.deliveries)


def acknowledging(app: AsyncApp) -> list[dict[str, Any]]:
    """Let an app acknowledge everything and keep what it got."""
    seen: list[dict[str, Any]] = []

    async def keep(req: AsyncBoltRequest) -> BoltResponse:
        seen.append(dict(req.body))
        return BoltResponse(status=200, body="")

    app.use(keep)
    return seen


async def test_a_mention_reaches_the_app_twice_under_two_event_ids() -> None:
    async with running() as slack:
        app = bolt_app(slack)
        seen = acknowledging(app)
        async with over_socket(slack, app):
            ts = await slack.post(ADA, GENERAL, "@Tester how much leave?")
            await slack.wait_for(lambda: all_done(slack))
    by_type = {body["event"]["type"]: body for body in seen}
    assert sent(slack) == ["message.channels", "app_mention"]
    assert len({body["event_id"] for body in seen}) == 2
    message, mention = by_type["message"]["event"], by_type["app_mention"]["event"]
    assert message["ts"] == mention["ts"] == ts
    assert message["text"] == f"<@{BOT}> how much leave?"
    assert (message["channel_type"], "channel_type" in mention) == ("channel", False)
    body = by_type["message"]
    assert (body["team_id"], body["api_app_id"], body["type"]) == (
        "T01TEAM",
        "A01BOT",
        "event_callback",
    )
    assert body["authorizations"][0]["user_id"] == BOT


async def test_events_commands_and_clicks_work_over_signed_http() -> None:
    async with running() as slack:
        app = bolt_app(slack)

        @app.event("message")
        async def on_message(event: dict[str, Any], client: Client) -> None:
            if "bot_id" not in event:
                await client.chat_postMessage(
                    channel=event["channel"],
                    thread_ts=event["ts"],
                    text="yes",
                    blocks=[{"type": "actions", "elements": [BUTTON]}],
                )

        @app.command("/ask")
        async def on_ask(ack: Any, command: dict[str, Any]) -> None:
            await ack(f"you asked {command['text']}")

        @app.action("go")
        async def on_go(ack: Any, respond: Any, action: dict[str, Any]) -> None:
            await ack()
            await respond(f"pressed {action['value']}", replace_original=True)

        async with over_http(slack, app):
            assert await slack.verify_request_url()
            ts = await slack.post(ADA, DM_ADA, "hello")
            reply = await slack.wait_for(
                lambda: next((m for m in slack.messages(DM_ADA) if m.bot_id), None)
            )
            assert reply is not None
            assert reply.thread_ts == ts
            outcome = await slack.command(ADA, DM_ADA, "/ask", "why")
            assert (outcome.ack_status, outcome.ack_body) == (200, "you asked why")
            clicked = await slack.click(ADA, DM_ADA, reply.ts, "go", value="forged")
            assert clicked.ack_status == 200
            await slack.wait_for(lambda: slack.messages(DM_ADA)[1].text == "pressed forged")


async def test_commands_and_clicks_work_over_socket_mode() -> None:
    async with running() as slack:
        app = bolt_app(slack)

        @app.command("/ask")
        async def on_ask(ack: Any) -> None:
            await ack({"text": "for all", "response_type": "in_channel"})

        @app.action("go")
        async def on_go(ack: Any) -> None:
            await ack()

        async with over_socket(slack, app):
            blocks = [{"type": "actions", "elements": [BUTTON]}]
            posted = await client_of(slack).chat_postMessage(
                channel=GENERAL, text="x", blocks=blocks
            )
            assert (await slack.command(ADA, GENERAL, "/ask")).ack_status == 200
            assert slack.messages(GENERAL, viewer=BEN)[-1].text == "for all"
            assert (await slack.click(BEN, GENERAL, posted["ts"], "go")).ack_status == 200


async def test_a_request_is_signed_as_slack_signs() -> None:
    async with running() as slack, bare(slack) as app:
        await slack.post(ADA, GENERAL, "hi")
        await slack.wait_for(lambda: all_done(slack))
        headers, body = app.headers[0], app.bodies[0]
        verifier = SignatureVerifier(slack.signing_secret)
        assert verifier.is_valid_request(body, headers)
        assert not verifier.is_valid_request(body + " ", headers)
        assert abs(int(headers["X-Slack-Request-Timestamp"]) - time.time()) < 60
        assert "X-Slack-Retry-Num" not in headers


async def test_what_is_not_acknowledged_is_sent_three_times_more() -> None:
    async with running() as slack, bare(slack, *[status(500)] * 9) as app:
        await slack.post(ADA, GENERAL, "hi")
        await slack.wait_for(lambda: all_done(slack))
        (delivery,) = slack.deliveries
        assert [a.status for a in delivery.attempts] == [500] * 4
        assert delivery.acked is False
        retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for h in app.headers]
        reason = "http_error"
        assert retries == [(None, None), ("1", reason), ("2", reason), ("3", reason)]
        assert len({event["event_id"] for event in app.events()}) == 1


async def test_the_first_acknowledgement_ends_the_retries() -> None:
    async with running() as slack, bare(slack, status(404), status(302)) as app:
        await slack.post(ADA, GENERAL, "hi")
        await slack.wait_for(lambda: all_done(slack))
        assert [a.status for a in slack.deliveries[0].attempts] == [404, 302, 200]
        assert len(app.bodies) == 3


async def test_an_app_can_ask_for_no_retry() -> None:
    async with running() as slack, bare(slack, status(500, X_Slack_No_Retry="1")) as app:
        await slack.post(ADA, GENERAL, "hi")
        await slack.wait_for(lambda: all_done(slack))
        assert len(app.bodies) == 1


async def test_silence_for_the_timeout_is_no_acknowledgement() -> None:
    async with running(ack_timeout_s=0.05, retry_delays_s=(0,)) as slack, bare(slack) as app:
        app.hold = asyncio.Event()
        await slack.post(ADA, GENERAL, "hi")
        await slack.wait_for(lambda: all_done(slack))
        attempts = slack.deliveries[0].attempts
        assert [(a.status, a.failure) for a in attempts] == [(None, "http_timeout")] * 2
        assert attempts[1].retry_reason == "http_timeout"
        assert attempts[0].seconds >= 0.05


async def test_an_app_that_is_away_gets_the_event_as_a_retry() -> None:
    async with running(retry_delays_s=(0, 3)) as slack:
        await slack.post(ADA, GENERAL, "while you were out")
        await slack.wait_for(lambda: len(slack.deliveries[0].attempts) == 2)
        app = bolt_app(slack)
        numbers: list[str] = []

        async def keep(req: AsyncBoltRequest) -> BoltResponse:
            numbers.extend(req.headers["x-slack-retry-num"])
            return BoltResponse(status=200, body="")

        app.use(keep)
        async with over_socket(slack, app):
            await slack.wait_for(lambda: slack.deliveries[0].acked)
    assert [a.failure for a in slack.deliveries[0].attempts[:2]] == ["no_connection"] * 2
    assert numbers == ["2"]


async def test_nothing_listening_at_the_url_is_a_failed_attempt() -> None:
    async with running(retry_delays_s=()) as slack:
        slack.send_events_to("http://127.0.0.1:9/slack/events")
        await slack.post(ADA, GENERAL, "hi")
        await slack.wait_for(lambda: all_done(slack))
        assert slack.deliveries[0].attempts[0].failure == "connection_failed"
        assert await slack.verify_request_url() is False


async def test_events_leave_the_machine_for_nobody() -> None:
    async with running() as slack:
        with pytest.raises(ValueError, match="loopback"):
            slack.send_events_to("https://evil.test/slack/events")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_bolt_without_a_listener_never_acknowledges() -> None:
    async with running(ack_timeout_s=0.2, retry_delays_s=(0,)) as slack:
        async with over_socket(slack, bolt_app(slack)):
            await slack.post(ADA, GENERAL, "hi")
            await slack.wait_for(lambda: all_done(slack))
        assert [a.failure for a in slack.deliveries[0].attempts] == ["timeout", "timeout"]


async def test_an_envelope_over_the_socket_has_slacks_shape() -> None:
    async with running() as slack, raw_socket(slack) as socket:
        await slack.post(ADA, GENERAL, "hi")
        envelope = await socket.receive_json()
        assert envelope["type"] == "events_api"
        assert envelope["accepts_response_payload"] is False
        assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "?"}})
        await slack.wait_for(lambda: slack.deliveries[0].acked)
        await socket.send_json({"envelope_id": "unknown"})
        await socket.send_str("no json")
        await socket.send_str("[]")
        await slack.post(ADA, GENERAL, "again")
        again = await socket.receive_json()
        await socket.send_json({"envelope_id": again["envelope_id"]})
        await slack.wait_for(lambda: all_done(slack))
        assert len(slack.socket_warnings) == 4


async def test_a_late_acknowledgement_over_the_socket_does_not_count() -> None:
    hasty = running(ack_timeout_s=0.05, retry_delays_s=(0,))
    async with hasty as slack, raw_socket(slack) as socket:
        await slack.post(ADA, GENERAL, "hi")
        first, second = await socket.receive_json(), await socket.receive_json()
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        assert first["envelope_id"] != second["envelope_id"]
        await socket.send_json({"envelope_id": first["envelope_id"]})
        await slack.wait_for(lambda: all_done(slack))
        assert slack.deliveries[0].acked is False


async def test_a_bug_in_delivery_is_not_swallowed() -> None:
    def broken() -> Any:
        raise ZeroDivisionError

    deliveries = Deliveries(broken, (), lambda: None)
    deliveries.send("Ev1", "message.channels", {})
    await asyncio.sleep(0)
    with pytest.raises(BaseExceptionGroup, match="deliveries failed"):
        await deliveries.close()


async def test_the_home_that_stands_there_comes_with_the_event() -> None:
    async with running(retry_delays_s=()) as slack:
        home = {"type": "home", "blocks": [{"type": "actions", "elements": [BUTTON]}]}
        await client_of(slack).views_publish(user_id=ADA, view=home)
        assert (await slack.open_home(ADA)) == slack.home(ADA)
        assert slack.deliveries[0].payload["event"]["view"]["type"] == "home"


async def test_who_enters_a_private_channel_needs_its_own_scope() -> None:
    async with running(manifest=manifest_without("groups:read")) as slack:
        await slack.join(BEN, SECRET)
        assert sent(slack) == []


async def test_a_ticket_opens_one_connection() -> None:
    async with running() as slack:
        client = client_of(slack, slack.app_token)
        url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(url):
                assert slack.connected
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(url)


async def test_each_envelope_goes_to_one_of_the_connections() -> None:
    async with running() as slack, raw_socket(slack) as one, raw_socket(slack) as two:
        assert slack.connections == 2
        for text in ("a", "b"):
            await slack.post(ADA, GENERAL, text)
        for socket in (one, two):
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await slack.wait_for(lambda: all_done(slack))
        assert [len(d.attempts) for d in slack.deliveries] == [1, 1]


async def test_more_than_ten_connections_are_turned_away() -> None:
    async with running() as slack, aiohttp.ClientSession() as session:
        client = client_of(slack, slack.app_token)
        open_sockets: list[aiohttp.ClientWebSocketResponse] = []
        for _ in range(10):
            url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
            open_sockets.append(await session.ws_connect(url))
        await slack.wait_for(lambda: slack.connections == 10)
        url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
        eleventh = await session.ws_connect(url)
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"


async def test_bolt_reconnects_when_slack_asks_or_cuts() -> None:
    async with running() as slack:
        app = bolt_app(slack)
        acknowledging(app)
        async with over_socket(slack, app):
            await slack.refresh_connections()
            await slack.wait_for(lambda: slack.connections == 1)
            await slack.post(ADA, GENERAL, "after the refresh")
            await slack.wait_for(lambda: all_done(slack))
            await slack.cut_connections()
            await slack.wait_for(lambda: slack.connections == 0)
            await slack.wait_for(lambda: slack.connections == 1)
            await slack.post(ADA, GENERAL, "after the cut")
            await slack.wait_for(lambda: len(slack.deliveries) == 2 and all_done(slack))
            assert all(d.acked for d in slack.deliveries)


async def test_only_what_the_manifest_subscribes_and_may_read_goes_out() -> None:
    manifest = manifest_without("message.groups", "channels:history")
    async with running(manifest=manifest, retry_delays_s=()) as slack:
        await slack.post(ADA, GENERAL, "no scope")
        await slack.post(ADA, SECRET, "not subscribed")
        await slack.post(ADA, DM_ADA, "this one")
        await slack.post(ADA, GENERAL, "@Tester a mention has its own scope")
        assert sent(slack) == ["message.im", "app_mention"]


async def test_a_channel_without_the_bot_sends_nothing() -> None:
    async with running(retry_delays_s=()) as slack:
        await slack.post(ADA, RANDOM, "@Tester hello?")
        assert sent(slack) == []
        await slack.join(BOT, RANDOM, inviter=ADA)
        assert sent(slack) == ["member_joined_channel"]
        assert slack.deliveries[0].payload["event"]["inviter"] == ADA


async def test_a_direct_message_is_no_mention() -> None:
    async with running(retry_delays_s=()) as slack:
        await slack.post(ADA, DM_ADA, "@Tester hello?")
        assert sent(slack) == ["message.im"]


async def test_the_bots_own_messages_come_back() -> None:
    async with running(retry_delays_s=()) as slack:
        client = client_of(slack)
        posted = await client.chat_postMessage(channel=GENERAL, text=f"I am <@{BOT}>")
        await client.chat_update(channel=GENERAL, ts=posted["ts"], text="changed")
        await client.chat_delete(channel=GENERAL, ts=posted["ts"])
        await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="psst")
        events = [d.payload["event"] for d in slack.deliveries]
        assert [e.get("subtype") for e in events] == [None, "message_changed", "message_deleted"]
        assert events[0]["bot_id"] == "B01BOT"
        assert events[1]["previous_message"]["text"] == f"I am <@{BOT}>"
        assert events[2]["deleted_ts"] == posted["ts"]


async def test_an_edit_that_mentions_the_bot_sets_off_another_mention() -> None:
    async with running(retry_delays_s=()) as slack:
        ts = await slack.post(ADA, GENERAL, "hello")
        await slack.edit(ADA, GENERAL, ts, "@Tester hello")
        assert sent(slack) == ["message.channels", "message.channels", "app_mention"]
        mention = slack.deliveries[2].payload["event"]
        assert (mention["ts"], mention["edited"]["user"]) == (ts, ADA)


async def test_the_payload_is_that_of_the_moment() -> None:
    async with running(retry_delays_s=()) as slack:
        ts = await slack.post(ADA, DM_ADA, "before")
        await slack.edit(ADA, DM_ADA, ts, "after")
        assert slack.deliveries[0].payload["event"]["text"] == "before"


async def test_a_reply_names_its_thread_and_parent() -> None:
    async with running(retry_delays_s=()) as slack:
        root = await slack.post(ADA, GENERAL, "root")
        await slack.post(BEN, GENERAL, "reply", thread_ts=root)
        event = slack.deliveries[1].payload["event"]
        assert (event["thread_ts"], event["parent_user_id"]) == (root, ADA)


async def test_opening_the_app_names_the_tab() -> None:
    async with running(retry_delays_s=()) as slack:
        await slack.open_dm_tab(ADA)
        await slack.open_home(BEN)
        await slack.change_context(ADA, GENERAL)
        opened, home, context = (d.payload["event"] for d in slack.deliveries)
        assert (opened["tab"], opened["channel"]) == ("messages", DM_ADA)
        assert (home["tab"], home["channel"], "view" in home) == ("home", "D01BEN", False)
        assert context["context"]["entities"][0]["value"] == GENERAL
