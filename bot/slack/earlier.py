"""What was said in a thread before a message: for a bot that is called into the middle of it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SurfaceError
from bot.messages.events import Place
from bot.messages.memory import Overheard, Post
from bot.slack.client import call
from bot.slack.keys import Body
from bot.slack.markup import unmarked
from bot.slack.paging import PAGE, items
from bot.slack.posts import SAID, app_name
from bot.slack.sent import Sent
from bot.wording import cut, shorten

PAGES = 5
"""A longer thread is not read to its end: some apps are given 15 messages a minute."""

PATIENCE_S = 8.0
"""Reading waits for Slack no longer than this, in seconds; the question is answered without."""

KEPT = 40
"""The newest posts that are kept, beside the first one of the thread."""

POST_CHARS = 1_500
CHARS = 12_000
"""Of one post, and of all."""

NameOf = Callable[[str], Awaitable[str]]


class Earlier:
    """Reads the posts above a message, with who wrote each."""

    def __init__(self, client: AsyncWebClient, sent: Sent, name_of: NameOf) -> None:
        self._client, self._sent, self._name_of = client, sent, name_of

    async def read(self, place: Place, before: str) -> Overheard:
        """The first post and the newest ones; what Slack does not tell is said to be unread."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                posts, more = await self._posts(place, before)
                names = await self._names({p.user for p in posts if p.author == "person"})
        except (SurfaceError, TimeoutError) as error:
            log.warning("thread.unread", reason=type(error).__name__)
            return Overheard(unread=True)
        named = [p.model_copy(update={"name": names.get(p.user, p.name)}) for p in posts]
        kept = _fitting(named)
        return Overheard(posts=tuple(kept), left_out=len(posts) - len(kept) + more)

    async def _posts(self, place: Place, before: str) -> tuple[list[Post], int]:
        """The first and the newest posts, and how many stood between them."""

        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.conversations_replies(
                channel=place.channel, ts=place.root, latest=before, limit=PAGE, cursor=cursor
            )
            return call("conversations.replies", request)

        first: list[Post] = []
        newest: deque[Post] = deque(maxlen=KEPT)
        seen = set[str]()
        async for message in items(page, "messages", pages=PAGES):
            # Slack gives the first message of the thread with every page.
            if (post := self._post(message, before)) and post.ts not in seen:
                seen.add(post.ts)
                (newest if first else first).append(post)
        return [*first, *newest], len(seen) - len(first) - len(newest)

    def _post(self, message: Body, before: str) -> Post | None:
        """A post with words in it; None for what is none, such as that somebody joined."""
        if message.get("subtype") not in SAID:
            return None
        ts, text = str(message.get("ts") or ""), unmarked(str(message.get("text") or ""), "")
        if not text or not ts or ts == before:
            return None
        author = self._author(message)
        return Post(
            ts=ts,
            author=author,
            user=str(message.get("user") or message.get("bot_id") or ""),
            name=app_name(message) if author == "app" else "",
            text=cut(text, POST_CHARS),
        )

    def _author(self, message: Mapping[str, Any]) -> Literal["person", "bot", "app"]:
        sent = self._sent
        if message.get("bot_id") or message.get("subtype") == "bot_message":
            ours = message.get("bot_id") == sent.bot_id or message.get("user") == sent.bot_user
            return "bot" if ours else "app"
        return "bot" if message.get("user") == sent.bot_user else "person"

    async def _names(self, users: set[str]) -> dict[str, str]:
        known = sorted(filter(None, users))
        names = await asyncio.gather(*map(self._name_of, known))
        return {user: shorten(name, 80) for user, name in zip(known, names, strict=True) if name}


def _fitting(posts: list[Post]) -> list[Post]:
    """The first post, and the newest ones that there is room for."""
    first, rest = posts[:1], posts[1:]
    room, kept = CHARS - sum(len(p.text) for p in first), deque[Post]()
    for post in reversed(rest):
        room -= len(post.text)
        if room < 0:
            break
        kept.appendleft(post)
    return [*first, *kept]
