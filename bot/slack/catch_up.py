"""What was written while nobody listened: found in Slack, and taken as if it had just come.

Slack gives up delivering an event after minutes, or hours at best. After a longer outage the
channels we are in and the direct messages we know are read from where we left off. Every message
has the id that its delivery would have had, so one that did arrive is not answered twice.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import StateError, SurfaceError
from bot.slack.client import call
from bot.slack.keys import Body
from bot.slack.paging import PAGE, items
from bot.state import inbox
from bot.state.store import Store

DAY_S = 86_400.0

MOST_S = 7 * DAY_S
"""What was missed longer ago is left: nobody waits for it any more, in seconds."""

ROOTS_S = 7 * DAY_S
"""How old a thread may be, beyond what was missed, whose new replies are looked for, in seconds."""

OVERLAP_S = 600.0
"""How far before the mark we begin: clocks differ, and what arrived twice is known, in seconds."""

PATIENCE_S = 120.0
"""After a cut of less than this, in seconds, Slack delivers again what it could not."""

Take = Callable[[Body], Awaitable[object]]
"""Takes the body of an event as if Slack had delivered it."""


class Channel(NamedTuple):
    """A place where people can reach us; `kind` as events have it in `channel_type`."""

    id: str
    kind: str


class CatchUp:
    """Finds what was missed, and hands it on in the order in which it was written.

    Args:
        client: Reads the channels.
        store: Has the mark up to which nothing was missed.
        take: Takes what is found.
        wanted: Set when something may have been missed, such as an event that was not saved.
    """

    def __init__(
        self, client: AsyncWebClient, store: Store, take: Take, wanted: asyncio.Event
    ) -> None:
        self._client, self._store, self._take, self._wanted = client, store, take, wanted
        self._cut_at: float | None = None
        wanted.set()  # whatever was missed before we started

    def cut(self) -> None:
        """The connection over which events come was lost."""
        self._cut_at = self._cut_at or time.monotonic()

    def connected(self) -> None:
        """Events come again. After a short while Slack still has what it could not deliver."""
        if self._cut_at is not None and time.monotonic() - self._cut_at > PATIENCE_S:
            self._wanted.set()
        self._cut_at = None

    async def keep_up(self, team: str, again_s: float = 60.0) -> None:
        """Look for what was missed whenever something may have been, while the bot runs."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self.run(team)
            except (StateError, SurfaceError) as error:
                log.error("missed.failed", error)
                await asyncio.sleep(again_s)
                self._wanted.set()

    async def keep_mark(self, every_s: float = 3600.0) -> None:
        """Move the mark while nothing is missed, so that little is read at the next start."""
        while True:
            began, listening = time.time(), self._listening
            await asyncio.sleep(every_s)
            try:
                if listening and self._listening:
                    await self._store(partial(inbox.mark_caught_up, at=began))
            except StateError as error:
                log.error("upkeep.failed", error)

    async def run(self, team: str) -> int:
        """Take what was missed since the mark, and move the mark. A new home has missed nothing.

        A channel that cannot be read is left out.

        Returns:
            How many messages were looked at.

        Raises:
            StateError: The state file cannot be used.
            SurfaceError: Slack does not tell which channels we are in.
        """
        began, seen = time.time(), 0
        if (mark := await self._store(inbox.caught_up)) is not None:
            since = max(min(mark, began) - OVERLAP_S, began - MOST_S)
            seen = await self._read_all(team, since)
            log.info("missed.read", messages=seen, since_s=round(began - since))
        await self._store(partial(inbox.mark_caught_up, at=began))
        return seen

    @property
    def _listening(self) -> bool:
        return self._cut_at is None and not self._wanted.is_set()

    async def _read_all(self, team: str, since: float) -> int:
        recent = partial(inbox.recent_threads, surface="slack", since=since - ROOTS_S)
        threads, seen = await self._store(recent), 0
        for channel in await self._channels(team, threads):
            try:
                seen += await self._read(team, channel, since, _roots(team, channel, threads))
            except SurfaceError as error:
                log.warning("missed.unread", channel=channel.id, reason=str(error))
        return seen

    async def _channels(self, team: str, threads: list[str]) -> list[Channel]:
        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.users_conversations(
                types="public_channel,private_channel,mpim",
                exclude_archived=True,
                limit=PAGE,
                cursor=cursor,
            )
            return call("users.conversations", request)

        known = {thread.split(":")[1] for thread in threads if thread.startswith(f"{team}:")}
        direct = [Channel(one, "im") for one in sorted(known) if one.startswith("D")]
        return [Channel(c["id"], _kind(c)) async for c in items(page, "channels")] + direct

    async def _read(self, team: str, channel: Channel, since: float, roots: set[str]) -> int:
        """Take what was written in a channel after a time; how many messages that is."""
        missed: dict[str, Body] = {}
        async for message in self._history(channel, since - ROOTS_S):
            if _at(message.get("ts")) > since:
                missed[message["ts"]] = message
            if _at(message.get("latest_reply")) > since:
                roots.add(message["ts"])
            else:  # nothing was written there: of our threads only older ones have to be asked for
                roots.discard(str(message.get("ts")))
        for root in sorted(roots):
            async for message in self._replies(channel, root, since):
                if _at(message.get("ts")) > since:
                    missed[message["ts"]] = message
        for ts in sorted(missed, key=float):
            await self._take(_body(team, channel, missed[ts]))
        return len(missed)

    def _history(self, channel: Channel, oldest: float) -> AsyncGenerator[Body]:
        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.conversations_history(
                channel=channel.id, oldest=f"{max(oldest, 0):.6f}", limit=PAGE, cursor=cursor
            )
            return call("conversations.history", request)

        return items(page, "messages")

    def _replies(self, channel: Channel, root: str, oldest: float) -> AsyncGenerator[Body]:
        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.conversations_replies(
                channel=channel.id,
                ts=root,
                oldest=f"{max(oldest, 0):.6f}",
                limit=PAGE,
                cursor=cursor,
            )
            return call("conversations.replies", request)

        return items(page, "messages", missing=("thread_not_found", "message_not_found"))


def _roots(team: str, channel: Channel, threads: list[str]) -> set[str]:
    """The threads of a channel in which we take part, by their first message."""
    beginning = f"{team}:{channel.id}:"
    roots = {t.removeprefix(beginning) for t in threads if t.startswith(beginning)}
    return {root for root in roots if _at(root)}


def _body(team: str, channel: Channel, message: Body) -> Body:
    event = {**message, "type": "message", "channel": channel.id, "channel_type": channel.kind}
    return {"type": "event_callback", "team_id": team, "event": event}


def _kind(channel: Body) -> str:
    if channel.get("is_mpim"):
        return "mpim"
    return "group" if channel.get("is_private") else "channel"


def _at(ts: object) -> float:
    """A time stamp of Slack's; 0 for what is none."""
    try:
        return float(ts) if isinstance(ts, str) else 0.0
    except ValueError:
        return 0.0
