"""Slack as the flow sees it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot import log
from bot.errors import SurfaceError
from bot.messages.approvals import Card, Consent, Pending
from bot.messages.events import Click, Place, Posted
from bot.messages.memory import Overheard
from bot.messages.replies import Reply
from bot.messages.requester import Requester
from bot.office.notices import Notice, Sheet
from bot.slack.blocks import OFFER, Block, card_blocks, markdown_block, offer_blocks, settled_blocks
from bot.slack.client import Refused, call
from bot.slack.directory import Directory
from bot.slack.drafting import Wire
from bot.slack.earlier import Earlier
from bot.slack.files import Files
from bot.slack.kb_forms import ROOT as KB
from bot.slack.live import SlackLive, Tempo
from bot.slack.markup import inert_markdown
from bot.slack.membership import Memberships
from bot.slack.pace import Pace
from bot.slack.recap import ROOT as SUMMARY
from bot.slack.replies import paged, plain, reply_tail
from bot.slack.sent import Sent, key_of, keyed
from bot.slack.written import COMMAND
from bot.state.order import Order
from bot.surface import Live


async def whoami(client: AsyncWebClient) -> Mapping[str, Any]:
    """What Slack says of our token.

    Raises:
        SurfaceError: It is refused, or Slack cannot be reached.
    """
    return await call("auth.test", client.auth_test())


def _watched(live: Live, place: Place) -> SlackLive | None:
    """What people see of a turn, if it may become the message that is posted there."""
    return live if isinstance(live, SlackLive) and not place.private else None


class SlackSurface:
    """Posts, edits and finds messages. One per workspace."""

    def __init__(
        self, client: AsyncWebClient, directory: Directory, order: Order | None = None
    ) -> None:
        self.client, self._directory, self._order = client, directory, order or Order()
        self._memberships = Memberships(client)
        self.bot_user = self.team = self.url = ""
        self.tempo = Tempo()
        self._pace = Pace()
        self._sent = Sent(client)
        self._wire = Wire(client, self._sent, self._pace)
        self._files = Files(client, self._sent)
        self._earlier = Earlier(client, self._sent, directory.name_of)

    async def connect(self) -> None:
        """Learn who we are.

        Raises:
            SurfaceError: The token is refused, or Slack cannot be reached.
        """
        me = await whoami(self.client)
        self.bot_user = self._sent.bot_user = str(me.get("user_id", ""))
        self._sent.bot_id = str(me.get("bot_id", ""))
        self.team = str(me.get("team_id", ""))
        self.url = str(me.get("url") or "")
        log.info("slack.connected", team=self.team, bot_user=self.bot_user)

    async def identify(self, user: str, place: Place) -> Requester:
        """Look a person up."""
        return await self._directory.identify(user, place)

    async def belongs(self, user: str, named: frozenset[str], *, fresh: bool) -> frozenset[str]:
        """Which of these channels and user groups a person is in."""
        return await self._memberships.of(user, named, fresh=fresh)

    async def is_in(self, user: str, channel: str) -> bool:
        """Whether a person is in a channel, just now; unknown is no."""
        return await self._memberships.holds(channel, user)

    async def all_belong(
        self, place: Place, named: frozenset[str], *, fresh: bool
    ) -> frozenset[str]:
        """In which of these everyone is who can read a place."""
        return await self._memberships.shared(place, named, self.bot_user, fresh=fresh)

    async def earlier(self, place: Place, before: str) -> Overheard:
        """What was said in a thread before a message."""
        return await self._earlier.read(place, before)

    def live(self, place: Place, turn: str, *, fresh: bool) -> SlackLive:
        """What is shown of a turn while it is under way."""
        return SlackLive(self._wire, place, f"{turn}/live", fresh, self.tempo, self._order)

    async def clear_status(self, channel: str, root: str) -> None:
        """Take away a status that no post of ours will clear. Best effort."""
        await self._wire.status(channel, root, "")

    def pages(self, place: Place, reply: Reply) -> tuple[Reply, ...]:
        """The reply as messages; one that needs too many of them becomes a summary and a file."""
        return paged(reply, as_file=not place.private)

    async def say(self, place: Place, key: str, reply: Reply, live: Live) -> Posted:
        """Post a reply in its thread, or to the requester alone."""
        text, tail = inert_markdown(reply.text), reply_tail(reply, key.rpartition("/")[0])
        watched = _watched(live, place)
        if watched and (done := await watched.finish(key, text, tail, plain(reply))):
            return done
        return await self.post(place, key, plain(reply), [markdown_block(text), *tail])

    async def attach(self, place: Place, key: str, reply: Reply) -> Posted:
        """Upload the whole text of a reply into its thread."""
        return await self._files.attach(place, key, reply.attachment)

    async def attached(self, place: Place, key: str, reply: Reply) -> Posted | None:  # noqa: ARG002
        """Look for the file among our messages in the thread."""
        return await self._files.find(place, key)

    async def ask(self, place: Place, key: str, card: Card, live: Live) -> Posted:
        """Post an approval card."""
        text, blocks = f"{card.title}? Please decide.", card_blocks(card)
        watched = _watched(live, place)
        if watched and (done := await watched.finish(key, "", blocks, text, waits=True)):
            return done
        return await self.post(place, key, text, blocks)

    async def find(
        self,
        place: Place,
        key: str,
        said: Reply | Card | Notice | Sheet,  # noqa: ARG002 - a lookup takes what its effect takes
        live: Live | None = None,
    ) -> Posted | None:
        """Look for our own message with this key in the thread.

        A private reply leaves no trace in Slack. It is shown again: the same words twice to one
        person do less harm than silence.
        """
        if place.private:
            return None
        async for message in self._sent.messages(place):
            if key_of(message) == key:
                if live is None and self._wire.shows_status(place):  # else it is cleared at its end
                    await self.clear_status(place.channel, place.root)
                return Posted(channel=place.channel, ts=message["ts"])
        return None

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
            metadata=keyed(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        async with self._pace.of(place.channel):
            body = await call("chat.postMessage", request)
        self._wire.cleared(place)
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
            thread_ts=None if place.root.startswith((COMMAND, KB, SUMMARY)) else place.root,
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
        host = there.hostname or ""
        return there.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
