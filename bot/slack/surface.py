"""Slack as the flow sees it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import log
from bot.errors import SurfaceError
from bot.messages import Card, Click, Consent, Message, Pending, Place, Posted, Reply, Requester
from bot.notices import Notice
from bot.slack.blocks import (
    OFFER,
    Block,
    card_blocks,
    offer_blocks,
    plain,
    reply_blocks,
    settled_blocks,
)
from bot.slack.client import Refused, call, is_slack
from bot.slack.directory import Directory
from bot.slack.incoming import COMMAND
from bot.slack.kb_forms import ROOT
from bot.slack.membership import Memberships
from bot.slack.pace import Pace

EVENT_TYPE = "sluice"
"""Marks our own messages in their metadata, which every app can see and forge."""

PAGE = 100

_MISSING = ("unknown_method", "method_deprecated", "feature_not_enabled")
"""A workspace that says so of a method will say so again."""


async def whoami(client: AsyncWebClient) -> Mapping[str, Any]:
    """What Slack says of our token.

    Raises:
        SurfaceError: It is refused, or Slack cannot be reached.
    """
    return await call("auth.test", client.auth_test())


class SlackSurface:
    """Posts, edits and finds messages. One per workspace."""

    def __init__(self, client: AsyncWebClient, directory: Directory) -> None:
        self.client, self._directory = client, directory
        self._memberships = Memberships(client)
        self.bot_user = self.team = ""
        self._bot_id = ""
        self._has_status = True
        self._shown: set[tuple[str, str]] = set()
        self._pace = Pace()

    async def connect(self) -> None:
        """Learn who we are.

        Raises:
            SurfaceError: The token is refused, or Slack cannot be reached.
        """
        me = await whoami(self.client)
        self.bot_user, self._bot_id = str(me.get("user_id", "")), str(me.get("bot_id", ""))
        self.team = str(me.get("team_id", ""))
        log.info("slack.connected", team=self.team, bot_user=self.bot_user)

    async def identify(self, user: str, place: Place) -> Requester:
        """Look a person up."""
        return await self._directory.identify(user, place)

    async def belongs(self, user: str, named: frozenset[str], *, fresh: bool) -> frozenset[str]:
        """Which of these channels and user groups a person is in."""
        return await self._memberships.of(user, named, fresh=fresh)

    async def all_belong(
        self, place: Place, named: frozenset[str], *, fresh: bool
    ) -> frozenset[str]:
        """In which of these everyone is who can read a place."""
        return await self._memberships.shared(place, named, self.bot_user, fresh=fresh)

    async def status(self, message: Message, text: str) -> None:
        """Show a status under the message; Slack clears it with our next post."""
        place = message.place
        if not place.private:
            self._shown.add((place.channel, place.root))
            await self._show_status(place.channel, place.root, text)

    async def clear_status(self, channel: str, root: str) -> None:
        """Take away a status that no post of ours will clear. Best effort."""
        self._shown.discard((channel, root))
        await self._show_status(channel, root, "")

    async def _show_status(self, channel: str, root: str, text: str) -> None:
        if not self._has_status:
            return
        request = self.client.assistant_threads_setStatus(
            channel_id=channel, thread_ts=root, status=text
        )
        try:
            await call("assistant.threads.setStatus", request)
        except SurfaceError as error:
            self._has_status = not (isinstance(error, Refused) and error.code in _MISSING)
            log.warning("status.failed", reason=str(error))

    async def say(self, place: Place, key: str, reply: Reply) -> Posted:
        """Post a reply in its thread, or to the requester alone."""
        return await self.post(place, key, plain(reply), reply_blocks(reply))

    async def ask(self, place: Place, key: str, card: Card) -> Posted:
        """Post an approval card."""
        return await self.post(place, key, f"{card.title}? Please decide.", card_blocks(card))

    async def find(
        self,
        place: Place,
        key: str,
        said: Reply | Card | Notice,  # noqa: ARG002 - a lookup takes what its effect takes
    ) -> Posted | None:
        """Look for our own message with this key in the thread.

        A private reply leaves no trace in Slack. It is shown again: the same words twice to one
        person do less harm than silence.
        """
        if place.private:
            return None
        cursor: str | None = None
        while True:
            try:
                page = await self._page(place, cursor)
            except Refused as error:
                if error.code == "thread_not_found":
                    return None
                raise
            for message in page.get("messages", []):
                if self._is_ours(message, key):
                    if (place.channel, place.root) in self._shown:  # shown again after the post
                        await self.clear_status(place.channel, place.root)
                    return Posted(channel=place.channel, ts=message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or not place.root:  # at the top of a channel, the newest are enough
                return None

    async def _page(self, place: Place, cursor: str | None) -> Mapping[str, Any]:
        """A page of a thread, or the newest messages of a channel."""
        page: Any = {"limit": PAGE, "include_all_metadata": True, "cursor": cursor}
        if not place.root:
            request = self.client.conversations_history(channel=place.channel, **page)
            return await call("conversations.history", request)
        request = self.client.conversations_replies(channel=place.channel, ts=place.root, **page)
        return await call("conversations.replies", request)

    async def settle(self, pending: Pending, click: Click, consent: Consent) -> Posted:
        """Edit a card to its end. The card may be gone; that changes nothing about the decision."""
        text, blocks = f"{pending.card.title}: {consent.outcome}", settled_blocks(pending, consent)
        posted = pending.posted or Posted(channel=click.place.channel)
        try:
            if posted.ts:
                request = self.client.chat_update(
                    channel=posted.channel, ts=posted.ts, text=text, blocks=blocks
                )
                await call("chat.update", request)
            elif click.place.response_url:
                await self.respond(click.place.response_url, text, blocks, replace=True)
        except Refused as error:
            log.warning("card.not_updated", code=error.code)
        return posted

    async def offer(self, place: Place, key: str, question: str) -> Posted:  # noqa: ARG002
        """Offer a private answer, where only the one who asked sees that there is one."""
        return await self.post_privately(place, OFFER, offer_blocks(question))

    async def explain(self, click: Click, consent: Consent) -> None:
        """Tell the one who clicked, privately, why nothing happened."""
        await self.notify(click.place, consent.explanation)

    async def notify(self, place: Place, text: str) -> None:
        """Tell the person of a place something that only they see. Best effort."""
        try:
            await self.post_privately(place, text, [])
        except SurfaceError as error:
            log.warning("notice.failed", reason=str(error))

    async def post(self, place: Place, key: str, text: str, blocks: list[Block]) -> Posted:
        """Post a message, with the key in it by which `find` knows it."""
        if place.private:
            return await self.post_privately(place, text, blocks)
        request = self.client.chat_postMessage(
            channel=place.channel,
            thread_ts=place.root or None,
            text=text,
            blocks=blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=False,
            unfurl_media=False,
        )
        async with self._pace.of(place.channel):
            body = await call("chat.postMessage", request)
        self._shown.discard((place.channel, place.root))
        return Posted(channel=str(body.get("channel", place.channel)), ts=str(body.get("ts", "")))

    async def post_privately(self, place: Place, text: str, blocks: list[Block]) -> Posted:
        """Post a message that the person of a place alone sees."""
        if place.response_url and await self.respond(place.response_url, text, blocks):
            return Posted(channel=place.channel)
        request = self.client.chat_postEphemeral(
            channel=place.channel,
            user=place.user,
            text=text,
            blocks=blocks or None,
            thread_ts=None if place.root.startswith((COMMAND, ROOT)) else place.root,
        )
        await call("chat.postEphemeral", request)
        return Posted(channel=place.channel)

    async def respond(
        self, url: str, text: str, blocks: list[Block], *, replace: bool = False
    ) -> bool:
        """Post to a `response_url`; False if it is used up, too old, or not Slack's."""
        if not self._is_slacks(url):
            log.warning("response_url.foreign")
            return False
        webhook = AsyncWebhookClient(url, timeout=20, retry_handlers=[])
        try:
            response = await webhook.send(
                text=text,
                blocks=blocks or None,
                response_type="ephemeral",
                replace_original=replace,
                unfurl_links=False,
                unfurl_media=False,
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SurfaceError(f"response_url: {type(error).__name__}") from error
        return response.status_code == 200

    def _is_slacks(self, url: str) -> bool:
        """Whether a URL leads to Slack, or to the host that we were told is Slack."""
        there, api = urlsplit(url), urlsplit(self.client.base_url)
        if there.netloc == api.netloc:
            return True
        return there.scheme == "https" and is_slack(url)

    def _is_ours(self, message: Mapping[str, Any], key: str) -> bool:
        metadata = message.get("metadata") or {}
        return (
            metadata.get("event_type") == EVENT_TYPE
            and (metadata.get("event_payload") or {}).get("key") == key
            and (message.get("bot_id") == self._bot_id or message.get("user") == self.bot_user)
        )
