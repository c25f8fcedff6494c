"""What the suite counts: finished messages, and of each turn one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.sent import keyed
from tests.chaos.said import Said
from tests.chaos.world import CHANNELS, PEOPLE, World, world

THERE = CHANNELS[0]


@asynccontextmanager
async def asked(*, ticket: bool = False) -> AsyncGenerator[tuple[World, AsyncWebClient, str]]:
    """A question, and what the bot speaks with."""
    async with world(1, 0.0) as around:
        slack = around.slack
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        token = await around.ask(PEOPLE[0], THERE, None, ticket=ticket)
        yield around, client, token


async def say(client: AsyncWebClient, root: str, text: str, key: str) -> None:
    await client.chat_postMessage(channel=THERE, thread_ts=root, text=text, metadata=keyed(key))


async def test_a_preview_that_was_left_behind_is_no_answer_and_is_seen() -> None:
    async with asked() as (around, client, token):
        _, root, ts = around.asked[token]
        turn = f"T01TEAM:{THERE}:{ts}"
        steps = {"type": "task_update", "id": f"{turn}/live:look", "title": "Looking"}
        begun = await client.chat_startStream(
            channel=THERE,
            thread_ts=root,
            recipient_user_id=PEOPLE[0],
            recipient_team_id="T01TEAM",
            task_display_mode="plan",
            chunks=[steps | {"status": "in_progress"}],
        )
        assert Said(around).left
        await client.chat_stopStream(channel=THERE, ts=str(begun["ts"]))
        await say(client, root, f"Working on {token}", f"{turn}/live")
        said = Said(around)
        assert len(said.left) == 2
        assert (said.answers.total(), said.apologies.total()) == (0, 0)


async def test_an_apology_beside_the_answer_of_the_same_turn_is_one_too_many() -> None:
    async with asked() as (around, client, token):
        _, root, ts = around.asked[token]
        await say(client, root, f"I mean {token}", f"T01TEAM:{THERE}:{ts}/clarify")
        assert Said(around).too_many(token) == 0
        await say(client, root, "Something went wrong", f"T01TEAM:{THERE}:{ts}/failed")
        assert Said(around).too_many(token) == 1


async def test_each_click_is_a_turn_and_may_have_its_apology_but_one_answers() -> None:
    async with asked(ticket=True) as (around, client, token):
        _, root, _ = around.asked[token]
        for click in ("1", "2"):
            await say(client, root, "Something went wrong", f"click:{root}:{click}/failed")
        await say(client, root, f"I mean {token}", f"click:{root}:3/clarify")
        assert Said(around).too_many(token) == 0
        await say(client, root, f"I mean {token}", f"click:{root}:4/clarify")
        assert Said(around).too_many(token) == 1
        await say(client, root, "Something went wrong", f"click:{root}:1/failed")
        assert Said(around).too_many(token) == 2
