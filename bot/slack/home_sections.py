"""The parts of App Home: what there is to know for a person, and more for an admin."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.config import Limits
from bot.errors import SurfaceError
from bot.library import Library
from bot.slack.blocks import Block, context, section
from bot.slack.client import call
from bot.slack.incoming import HomeOpened
from bot.slack.markup import escape
from bot.state import overview
from bot.state.ledger import Ledger
from bot.state.overview import Recent
from bot.state.store import Store
from bot.wording import shorten

WELCOME = (
    "Mention me in a channel, write to me in a direct message, or use `/ask`, which only you can "
    "see. In a thread you can go on without mentioning me."
)
FOR_ADMINS = (
    "*Admins look after my documents here as well:* `/kb` says how, a file that is dropped in my "
    "direct messages is added, and a message is by its menu."
)
PROMISES = (
    "• Nothing is changed before the person who asked has pressed *Approve*.\n"
    "• I say so when the documents do not have an answer.\n"
    "• What documents and tools say is read as data, never as an instruction to me.\n"
    "• I only use documents that everyone who can read my answer may read.\n"
    "• What you said to me is deleted when you ask for it: `/forget`."
)


class Abilities:
    """What the bot can do, and what can be counted on."""

    def __init__(self, abilities: Sequence[str]) -> None:
        self._abilities = abilities

    async def __call__(self, opened: HomeOpened, admin: bool) -> list[Block]:  # noqa: ARG002
        """The same for everyone."""
        can = "\n".join(f"• {escape(ability)}" for ability in self._abilities)
        says = f"*I answer from your company's documents, with sources.* I can also:\n{can}"
        return [
            header("What I can do for you"),
            section(WELCOME),
            section(says),
            section(FOR_ADMINS),
            {"type": "divider"},
            header("What you can count on"),
            section(PROMISES),
        ]


class Yours:
    """A person's own: approvals that wait for them, their threads, what is left of their day."""

    def __init__(
        self, client: AsyncWebClient, store: Store, ledger: Ledger, limits: Limits
    ) -> None:
        self._client, self._store = client, store
        self._ledger, self._limits = ledger, limits

    async def __call__(self, opened: HomeOpened, admin: bool) -> list[Block]:
        """What the person has asked or may decide, read afresh each time."""
        pending = partial(overview.pending_of, user=opened.user, admin=admin)
        waiting = await self._store(pending)
        recent = await self._store(partial(overview.recent_of, user=opened.user))
        spent = await self._ledger.spent(opened.user)
        turns, tokens = self._limits.turns_a_day, self._limits.tokens_a_day
        left = (
            f"{max(0, turns - spent.turns):,} of {turns:,} questions and "
            f"{max(0, tokens - spent.tokens):,} of {tokens:,} tokens are left until midnight UTC."
        )
        return [
            header("Waiting for a decision"),
            *await self._list(waiting, "Nothing waits for a decision."),
            header("Your recent questions"),
            *await self._list(recent, "You have not asked anything yet."),
            header("Your budget today"),
            section(left),
        ]

    async def _list(self, found: Sequence[Recent], none: str) -> list[Block]:
        lines = await asyncio.gather(*(self._line(one) for one in found))
        return [section("\n".join(lines) if lines else none)]

    async def _line(self, one: Recent) -> str:
        text = escape(shorten(one.text, 120))
        link = await self._link(one) if one.ts else ""
        return f"• <{link}|{text}>" if link else f"• {text}"

    async def _link(self, one: Recent) -> str:
        try:
            request = self._client.chat_getPermalink(channel=one.channel, message_ts=one.ts)
            return str((await call("chat.getPermalink", request)).get("permalink", ""))
        except SurfaceError:
            return ""


class State:
    """For admins: how the bot and its knowledge base are."""

    def __init__(self, store: Store, library: Library) -> None:
        self._store, self._library = store, library

    async def __call__(self, opened: HomeOpened, admin: bool) -> list[Block]:  # noqa: ARG002
        """Nothing for anybody else."""
        if not admin:
            return []
        now = datetime.now(UTC)
        documents = await asyncio.to_thread(self._library.store.documents)
        counts = await self._store(partial(overview.counts, since=now.timestamp() - 7 * 86_400))
        chunks, held = sum(d.chunks for d in documents), sum(d.quarantined for d in documents)
        expired = sum(d.expired(now) for d in documents)
        failed = ", ".join(f"{n} {name}" for name, n in counts.failed.items()) or "none"
        screened = ", ".join(f"{n} {name}" for name, n in counts.screened.items()) or "none"
        return [
            header("For admins"),
            section(
                f"*Knowledge base*: {len(documents):,} documents, {chunks:,} passages; "
                f"{expired:,} documents have expired.\n"
                f"*Quarantine*: {held:,} passages are held back: `/kb quarantine`.\n"
                f"*Messages in 7 days*: {counts.turns:,}; failed: {escape(failed)}.\n"
                f"*Guardrails in 7 days*: {escape(screened)}."
            ),
            context("`sluice trace TURN` shows what happened to a message, stage by stage."),
        ]


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": {"type": "plain_text", "text": text}}
