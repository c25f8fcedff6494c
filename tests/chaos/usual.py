"""A bot of the usual shape, to compare with: the work in the handler, the state in memory.

It is what Slack's own samples grow into: Bolt's listeners, a set of the events that were seen, a
dictionary of the threads, retries as the SDK comes with them.
"""

import asyncio
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def run(env: Mapping[str, str]) -> None:
    """Serve until killed."""
    url = env["SLACK_API_URL"]
    app = AsyncApp(client=AsyncWebClient(token=env["SLACK_BOT_TOKEN"], base_url=url))
    session = aiohttp.ClientSession()
    seen: set[str] = set()
    threads: dict[str, list[dict[str, str]]] = defaultdict(list)
    turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ask(messages: list[dict[str, str]]) -> str:
        stream = {"stream": True, "stream_options": {"include_usage": True}}
        told = [{"role": "system", "content": "You are a helpful assistant."}, *messages]
        body = {"model": env["SLUICE_MODEL"], "messages": told, **stream}
        async with session.post(
            f"{env['OPENAI_BASE_URL']}/chat/completions",
            json=body,
            headers={"Authorization": f"Bearer {env['OPENAI_API_KEY']}"},
        ) as response:
            response.raise_for_status()
            lines = (await response.text()).splitlines()
        events = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
        choices = [choice for event in events for choice in event["choices"]]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    async def answer(event: Mapping[str, Any]) -> None:
        channel, root = event["channel"], event.get("thread_ts") or event["ts"]
        history = threads[root]
        async with turns[root]:
            history.append({"role": "user", "content": event["text"]})
            await app.client.assistant_threads_setStatus(
                channel_id=channel, thread_ts=root, status="is thinking..."
            )
            if re.search(r"\bticket\b", event["text"]):
                await open_ticket(event["user"], event["text"])
            text = await ask(history)
            history.append({"role": "assistant", "content": text})
            await app.client.chat_postMessage(channel=channel, thread_ts=root, text=text)

    async def open_ticket(user: str, text: str) -> None:
        ticket = {"title": text[-80:], "description": text, "priority": "normal"}
        async with session.post(
            f"{env['CHAOS_API_URL']}/tickets",
            data=json.dumps(ticket),
            headers={
                "Authorization": f"Bearer {env['CHAOS_API_TOKEN']}",
                "X-Sluice-User": user,
                "Idempotency-Key": uuid.uuid4().hex,
            },
        ) as response:
            response.raise_for_status()

    async def heard(event: Mapping[str, Any]) -> None:
        key = f"{event['channel']}:{event['ts']}"
        if event.get("bot_id") or event.get("subtype") or key in seen:
            return
        seen.add(key)
        await answer(event)

    app.event("app_mention")(heard)
    app.event("message")(heard)
    token = env["SLACK_APP_TOKEN"]
    handler = AsyncSocketModeHandler(
        app, token, web_client=AsyncWebClient(token=token, base_url=url)
    )
    await handler.start_async()
