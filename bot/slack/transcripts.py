"""Conversations as Slack has them, read page by page: no more than a page is in memory."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import Any

from bot.messages.events import Place, Recap
from bot.messages.minutes import Position, Written
from bot.recap.transcripts import Room
from bot.slack.client import Refused, call
from bot.slack.keys import Body
from bot.slack.markup import mentions, unmarked
from bot.slack.paging import PAGE, items
from bot.slack.posts import SAID, app_name
from bot.slack.surface import SlackSurface
from bot.wording import cut

_OUT = ("channel_not_found", "not_in_channel", "is_archived")
MESSAGE_CHARS = 4_000
"""What a longer message says beyond this is not read."""


class SlackTranscripts:
    """Reads the conversations of a workspace."""

    def __init__(self, surface: SlackSurface) -> None:
        self._surface, self._client = surface, surface.client

    async def enter(self, user: str, place: Place) -> Room:
        """Look up whether a person is in a conversation, and whether we are."""
        if place.channel.startswith("D"):
            return await self._enter_dm(user, place)
        try:
            body = await call(
                "conversations.info", self._client.conversations_info(channel=place.channel)
            )
        except Refused as error:
            if error.code in _OUT:
                return Room("bot_not_in")
            raise
        info = body.get("channel") or {}
        if not (info.get("is_member") or info.get("is_mpim")):
            return Room("bot_not_in")
        if not await self._surface.is_in(user, place.channel):
            return Room("not_a_member")
        return Room("admitted", "this group" if info.get("is_mpim") else f"#{info.get('name')}")

    async def _enter_dm(self, user: str, place: Place) -> Room:
        """Only one direct conversation is ours: the one that we open with a person ourselves."""
        request = self._client.conversations_open(users=user)
        opened = (await call("conversations.open", request)).get("channel") or {}
        ours = opened.get("id") == place.channel
        return Room("admitted", "our direct messages") if ours else Room("bot_not_in")

    async def read(
        self, asked: Recap, since: str, position: Position
    ) -> AsyncGenerator[tuple[Written, Position]]:
        """The messages of a thread forwards, or of a channel backwards, with their threads."""
        channel, until = asked.place.channel, f"{asked.received_at.timestamp():.6f}"
        if root := asked.root or position.root:
            async for reply in self._replies(channel, root, position.after, until):
                yield reply, position.model_copy(update={"root": root, "after": reply.ts})
        if asked.root:
            return
        async for message in self._history(channel, since, position.latest):
            ts, thread = message["ts"], message.get("thread_ts")
            if thread not in (None, ts) and float(thread) > float(since):
                continue  # a reply that was sent to the channel as well stands in its thread
            if message.get("subtype") in SAID:
                yield _written(message), Position(latest=ts, root=ts, after=ts)
            if message.get("reply_count"):
                async for reply in self._replies(channel, ts, ts, until):
                    yield reply, Position(latest=ts, root=ts, after=reply.ts)

    async def _history(self, channel: str, since: str, latest: str) -> AsyncGenerator[Body]:
        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.conversations_history(
                channel=channel, oldest=since, latest=latest, limit=PAGE, cursor=cursor
            )
            return call("conversations.history", request)

        async for message in items(page, "messages"):
            if isinstance(message.get("ts"), str):
                yield message

    async def _replies(
        self, channel: str, root: str, after: str, until: str
    ) -> AsyncGenerator[Written]:
        """What stands in a thread after a message, its first one included if there is none."""

        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.conversations_replies(
                channel=channel, ts=root, oldest=after or None, latest=until, limit=PAGE,
                cursor=cursor,
            )  # fmt: skip
            return call("conversations.replies", request)

        seen = float(after or 0)
        async for message in items(page, "messages", missing=("thread_not_found",)):
            ts = message.get("ts")
            # The first message comes with every page.
            if isinstance(ts, str) and float(ts) > seen:
                seen = float(ts)
                if message.get("subtype") in SAID:
                    yield _written(message)

    def link(self, place: Place, ts: str, root: str) -> str:
        """The address of a message, made as Slack makes it: a call for each would take minutes."""
        if not self._surface.url:
            return ""
        link = f"{self._surface.url}archives/{place.channel}/p{ts.replace('.', '')}"
        in_thread = root and root != ts
        return f"{link}?thread_ts={root}&cid={place.channel}" if in_thread else link


def _written(message: Body) -> Written:
    text = message.get("text") or ""
    user = "" if message.get("bot_id") else str(message.get("user") or "")
    named = "" if user else app_name(message)
    clean = unmarked(text, "") or _files(message) or "(nothing to read)"
    return Written(
        ts=message["ts"],
        root=str(message.get("thread_ts") or ""),
        user=user,
        author=named,
        text=cut(clean, MESSAGE_CHARS),
        mentioned=tuple(dict.fromkeys(mentions(text))),
    )


def _files(message: Body) -> str:
    names = [str(one.get("name") or "a file") for one in message.get("files") or ()]
    return f"(shared {', '.join(names)[:200]})" if names else ""
