"""What we have said in a thread, as Slack has it: for telling after a crash what was done."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.messages.events import Place
from bot.slack.client import Refused, call

EVENT_TYPE = "sluice"
"""Marks our own messages in their metadata, which every app can see and forge."""

PAGE = 100


class Sent:
    """Reads our own messages. `bot_id` and `bot_user` are empty until Slack has told who we are."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self.bot_id = self.bot_user = ""

    async def messages(self, place: Place) -> AsyncIterator[Mapping[str, Any]]:
        """Our messages in a thread, or the newest at the top of a channel.

        Raises:
            SurfaceError: Slack could not be asked.
        """
        cursor: str | None = None
        while True:
            try:
                page = await self._page(place, cursor)
            except Refused as error:
                if error.code == "thread_not_found":
                    return
                raise
            for message in page.get("messages", []):
                if message.get("bot_id") == self.bot_id or message.get("user") == self.bot_user:
                    yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or not place.root:  # at the top of a channel, the newest are enough
                return

    async def _page(self, place: Place, cursor: str | None) -> Mapping[str, Any]:
        page: Any = {"limit": PAGE, "include_all_metadata": True, "cursor": cursor}
        if not place.root:
            request = self._client.conversations_history(channel=place.channel, **page)
            return await call("conversations.history", request)
        request = self._client.conversations_replies(channel=place.channel, ts=place.root, **page)
        return await call("conversations.replies", request)


def key_of(message: Mapping[str, Any]) -> str:
    """The key that is in a message of ours; empty where none is."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return ""
    return str((metadata.get("event_payload") or {}).get("key", ""))


def keyed(key: str) -> dict[str, Any]:
    """The metadata by which a message is known as ours."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
