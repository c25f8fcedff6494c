"""Who is in which channel and user group, as Slack says just now."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SurfaceError
from bot.messages.events import Place
from bot.slack.client import call

FRESH_S = 20.0
"""How long an answer is believed, in seconds; a failure is not remembered at all."""

MOST = 2_000
PAGE = 200
PAGES = 25
"""A list that is longer than so many pages is not known in full, and so not known."""

CLOSED = ("group", "mpim")
"""Where none but the members can read. Anybody who works here can read a public channel."""

_Page = Callable[[str | None], Awaitable[Mapping[str, Any]]]


class Memberships:
    """Looks memberships up. What Slack does not tell is no membership."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    async def of(self, user: str, named: frozenset[str], *, fresh: bool) -> frozenset[str]:
        """Which of these channels and user groups a person is in."""
        found: set[str] = set()
        if any(not _is_group(one) for one in named):
            found |= await self._channels(user, fresh=fresh) or frozenset()
        for group in filter(_is_group, named):
            if user in (await self._group(group, fresh=fresh) or ()):
                found.add(group)
        return named & found

    async def holds(self, channel: str, user: str) -> bool:
        """Whether a person is in a channel, just now; a group message is not in their list."""
        if await self.of(user, frozenset({channel}), fresh=True):
            return True
        return user in (await self._members(channel, fresh=True) or ())

    async def shared(
        self, place: Place, named: frozenset[str], us: str, *, fresh: bool
    ) -> frozenset[str]:
        """In which of these everyone is who can read a place, ourselves apart."""
        if place.kind not in CLOSED or not us:
            return frozenset()
        here = (await self._members(place.channel, fresh=fresh) or frozenset()) - {us}
        if not here:
            return frozenset()
        return frozenset({one for one in named if here <= await self._in(one, fresh=fresh)})

    async def _in(self, one: str, *, fresh: bool) -> frozenset[str]:
        look_up = self._group if _is_group(one) else self._members
        return await look_up(one, fresh=fresh) or frozenset()

    async def _channels(self, user: str, *, fresh: bool) -> frozenset[str] | None:
        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.users_conversations(
                user=user, types="public_channel,private_channel", limit=PAGE, cursor=cursor
            )
            return call("users.conversations", request)

        return await self._remembered(f"channels of {user}", page, "channels", fresh=fresh)

    async def _members(self, channel: str, *, fresh: bool) -> frozenset[str] | None:
        def page(cursor: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)
            return call("conversations.members", request)

        return await self._remembered(f"members of {channel}", page, "members", fresh=fresh)

    async def _group(self, group: str, *, fresh: bool) -> frozenset[str] | None:
        def page(_: str | None) -> Awaitable[Mapping[str, Any]]:
            request = self._client.usergroups_users_list(usergroup=group)
            return call("usergroups.users.list", request)

        return await self._remembered(f"members of {group}", page, "users", fresh=fresh)

    async def _remembered(
        self, key: str, page: _Page, field: str, *, fresh: bool
    ) -> frozenset[str] | None:
        at, ids = self._known.get(key, (0.0, frozenset[str]()))
        if at and not fresh and time.monotonic() - at < FRESH_S:
            return ids
        try:
            found = await _all(page, field)
        except SurfaceError as error:
            log.warning("membership.unknown", reason=str(error))
            found = None
        if found is None:
            self._known.pop(key, None)
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = time.monotonic(), found
        return found


async def _all(page: _Page, field: str) -> frozenset[str] | None:
    """The ids of every page; None if there are more than we read."""
    ids: set[str] = set()
    cursor: str | None = None
    for _ in range(PAGES):
        body = await page(cursor)
        for item in body.get(field) or ():
            ids.add(str(item["id"]) if isinstance(item, dict) else str(item))
        cursor = (body.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return frozenset(ids)
    log.warning("membership.unknown", reason=f"more than {PAGES * PAGE} {field}")
    return None


def _is_group(one: str) -> bool:
    return one.startswith("S")
