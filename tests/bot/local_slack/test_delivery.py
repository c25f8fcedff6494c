"""Both ways of delivery, with the real slack_bolt at the other end."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import ADA, BOT, DM_ADA, GENERAL, client_of, running


def bolt_app(slack: LocalSlack) -> AsyncApp:
    return AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)


@asynccontextmanager
async def over_socket(slack: LocalSlack, app: AsyncApp) -> AsyncGenerator[AsyncSocketModeHandler]:
    dialling = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=dialling, ping_interval=0.2)
    await handler.connect_async()
    try:
        await slack.wait_for(lambda: slack.connected)
        yield handler
    finally:
        await handler.close_async()


@asynccontextmanager
async def over_http(slack: LocalSlack, app: AsyncApp) -> AsyncGenerator[str]:
    runner = web.AppRunner(app.web_app(), handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    slack.send_events_to(url)
    try:
        yield url
    finally:
        await runner.cleanup()


async def test_a_mention_reaches_the_app_twice_under_two_event_ids() -> None:
    async with running() as slack:
        app, seen = bolt_app(slack), list[dict[str, Any]]()

        @app.event("app_mention")
        async def on_mention(body: dict[str, Any]) -> None:
            seen.append(body)

        @app.event("message")
        async def on_message(body: dict[str, Any]) -> None:
            seen.append(body)

        async with over_socket(slack, app):
            ts = await slack.post(ADA, GENERAL, "@Tester how much leave?")
            await slack.wait_for(
                lambda: len(slack.deliveries) == 2 and all(d.acked for d in slack.deliveries)
            )

    by_type = {body["event"]["type"]: body for body in seen}
    assert set(by_type) == {"message", "app_mention"}
    assert len({body["event_id"] for body in seen}) == 2
    assert {body["event"]["ts"] for body in seen} == {ts}
    assert by_type["message"]["event"]["text"] == f"<@{BOT}> how much leave?"
    assert by_type["message"]["event"]["channel_type"] == "channel"
    assert "channel_type" not in by_type["app_mention"]["event"]


async def test_events_commands_and_clicks_work_over_signed_http() -> None:
    async with running() as slack:
        app = bolt_app(slack)

        @app.event("message")
        async def on_message(event: dict[str, Any], client: AsyncWebClient) -> None:
            button = {
                "type": "button",
                "action_id": "go",
                "value": "1",
                "text": {"type": "plain_text", "text": "Go"},
            }
            if "bot_id" not in event:
                await client.chat_postMessage(
                    channel=event["channel"],
                    thread_ts=event["ts"],
                    text="yes",
                    blocks=[{"type": "actions", "elements": [button]}],
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
            assert slack.messages(DM_ADA)[-1].trigger_id == outcome.trigger_id
            clicked = await slack.click(ADA, DM_ADA, reply.ts, "go", value="forged")
            assert clicked.ack_status == 200
            await slack.wait_for(lambda: slack.messages(DM_ADA)[1].text == "pressed forged")
