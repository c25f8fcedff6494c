"""Who people are and what channels are, as Slack says; remembered for a few minutes."""

import time
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.config import Access
from bot.errors import SurfaceError
from bot.messages.events import Place
from bot.messages.requester import Requester
from bot.slack.client import Refused, call, is_slack

FRESH_S = 300.0
"""How long an answer is believed, in seconds; a failure is not remembered at all."""

MOST = 5_000


class Directory:
    """Looks people and channels up. Who or what Slack does not know is treated as foreign."""

    def __init__(self, client: AsyncWebClient, access: Access) -> None:
        self._client, self._access = client, access
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}

    async def identify(self, user: str, place: Place) -> Requester:
        """Say who a person is and whether they may ask in this place.

        Raises:
            SurfaceError: Slack could not be reached.
        """
        person = await self._person(user)
        guest = _is_guest(person, place.team)
        barred = None
        if guest and not self._access.guests:
            barred = "guest"
        elif place.kind in ("channel", "group", "mpim") and await self._is_shared(place.channel):
            barred = None if self._access.guests else "shared"
        if not barred and not self._is_allowed(place):
            barred = "channel"
        return Requester(
            user=user,
            name=_name(person) or user,
            admin=user in self._access.admins and not guest,
            guest=guest,
            barred=barred,
        )

    async def name_of(self, user: str) -> str:
        """What a person is called; empty where Slack does not tell."""
        try:
            return _name(await self._person(user))
        except SurfaceError:
            return ""

    def _is_allowed(self, place: Place) -> bool:
        return (
            not self._access.channels
            or place.kind == "im"
            or (place.channel in self._access.channels)
        )

    async def _person(self, user: str) -> Mapping[str, Any]:
        return await self._ask(user, "users.info", "user", {"is_stranger": True})

    async def _is_shared(self, channel: str) -> bool:
        info = await self._ask(channel, "conversations.info", "channel", {"is_ext_shared": True})
        return bool(info.get("is_ext_shared") or info.get("is_pending_ext_shared"))

    async def _ask(
        self, key: str, method: str, field: str, unknown: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        at, info = self._known.get(key, (0.0, {}))
        if time.monotonic() - at < FRESH_S and at:
            return info
        request = (
            self._client.users_info(user=key)
            if field == "user"
            else self._client.conversations_info(channel=key)
        )
        try:
            body = await call(method, request)
        except Refused as error:
            log.warning("directory.unknown", method=method, code=error.code)
            # A stand-in on a host that we were given may not know the method, and has no guests.
            lacking = error.code == "unknown_method" and not is_slack(self._client.base_url)
            return {} if lacking else unknown
        info = body.get(field) or {}
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = time.monotonic(), info
        return info


def _is_guest(person: Mapping[str, Any], team: str) -> bool:
    foreign = person.get("team_id") not in (None, "", team) and not person.get("enterprise_user")
    flags = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
    return foreign or any(bool(person.get(flag)) for flag in flags)


def _name(person: Mapping[str, Any]) -> str:
    profile = person.get("profile") or {}
    return str(person.get("real_name") or profile.get("display_name") or person.get("name") or "")
