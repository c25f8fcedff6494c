"""A small app at the other end of the local Slack."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack import LocalSlack
from tests.bot.local_slack.conftest import BOT, client_of
from tests.bot.local_slack.page.hands import Json, a_button, a_section


@asynccontextmanager
async def connected(slack: LocalSlack) -> AsyncGenerator[None]:
    """Run the app over Socket Mode."""
    app = an_app(slack)
    dialling = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=dialling)
    await handler.connect_async()
    try:
        await slack.wait_for(lambda: slack.connected)
        yield
    finally:
        await handler.close_async()


def an_app(slack: LocalSlack) -> AsyncApp:
    """It repeats what it hears, asks before it acts, and has a home."""
    app = AsyncApp(client=client_of(slack), signing_secret=slack.signing_secret)

    @app.event("message")
    async def on_message(event: Json, client: AsyncWebClient) -> None:
        heard = event.get("channel_type") == "im" or BOT in event.get("text", "")
        if heard and not event.get("bot_id") and not event.get("subtype"):
            root = event.get("thread_ts") or event["ts"]
            await client.chat_postMessage(
                channel=event["channel"], thread_ts=root, text=f"Heard: {event['text']}"
            )

    @app.event("app_mention")
    async def on_mention() -> None:
        pass

    @app.event("app_home_opened")
    async def on_home(event: Json, client: AsyncWebClient) -> None:
        button = {"type": "actions", "elements": [a_button("again", "Count again")]}
        blocks = [a_section("*31* pages loaded"), button]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.command("/ask")
    async def on_ask(ack: Any, respond: Any, command: Json) -> None:
        await ack()
        await respond(text=f"Between us: {command['text']}")

    @app.action("approve")
    async def on_approve(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        done = f"Approved by <@{body['user']['id']}> with {body['actions'][0]['value']}"
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**place, text=done, blocks=[a_section(done)])

    asks_with_a_form(app)

    @app.action("again")
    async def on_again(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        view = {"type": "home", "blocks": [a_section("*32* pages loaded")]}
        await client.views_publish(user_id=body["user"]["id"], view=view)

    return app


def asks_with_a_form(app: AsyncApp) -> None:
    """Let it open a form from a message's menu, and say what was filled in."""

    @app.shortcut("save")
    async def on_save(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=a_form(body["channel"]["id"]))

    @app.view("saving")
    async def on_sent(ack: Any, view: Json, client: AsyncWebClient) -> None:
        values = view["state"]["values"]
        title = values["title"]["value"]["value"]
        if title == "wrong":
            await ack(response_action="errors", errors={"title": "Not that title"})
            return
        await ack()
        chosen = ", ".join(values["rooms"]["value"]["selected_conversations"])
        text = f"Saved {title} for {chosen}"
        await client.chat_postMessage(channel=view["private_metadata"], text=text)


def a_form(channel: str) -> Json:
    """A form with a title that is required and channels to choose."""
    title = {"type": "plain_text_input", "action_id": "value"}
    rooms = {"type": "multi_conversations_select", "action_id": "value"}
    return {
        "type": "modal",
        "callback_id": "saving",
        "private_metadata": channel,
        "title": {"type": "plain_text", "text": "Save it"},
        "submit": {"type": "plain_text", "text": "Save"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [_input("title", title), {**_input("rooms", rooms), "optional": True}],
    }


def _input(block_id: str, element: Json) -> Json:
    label = {"type": "plain_text", "text": block_id}
    return {"type": "input", "block_id": block_id, "label": label, "element": element}
