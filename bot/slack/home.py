"""App Home, and the prompts that a new conversation begins with."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SurfaceError
from bot.slack.blocks import Block
from bot.slack.client import call
from bot.slack.incoming import HomeOpened
from bot.slack.markup import escape

PROMPTS: tuple[dict[str, str], ...] = (
    {"title": "Ask the handbook", "message": "How many weeks of parental leave do I get?"},
    {"title": "Who is on call?", "message": "Who is on call for payments right now?"},
    {"title": "Open a ticket", "message": "Open a ticket: my laptop screen flickers"},
    {"title": "What can you do?", "message": "What can you do?"},
)


class Home:
    """Greets a person who opens the app. Nothing of it is worth keeping through a crash."""

    def __init__(self, client: AsyncWebClient, abilities: Sequence[str]) -> None:
        self._client, self._abilities = client, abilities

    async def greet(self, opened: HomeOpened) -> None:
        """Publish the home tab, or offer prompts in the messages tab."""
        try:
            if opened.tab == "messages":
                await self._suggest(opened.channel)
            else:
                await self._publish(opened.user)
        except SurfaceError as error:
            log.warning("home.failed", reason=str(error))

    async def _suggest(self, channel: str) -> None:
        # Without thread_ts: with it, Slack accepts the call and does nothing.
        prompts: Any = list(PROMPTS)
        request = self._client.assistant_threads_setSuggestedPrompts(
            channel_id=channel, title="Try one of these", prompts=prompts
        )
        await call("assistant.threads.setSuggestedPrompts", request)

    async def _publish(self, user: str) -> None:
        view = {"type": "home", "blocks": self._blocks()}
        await call("views.publish", self._client.views_publish(user_id=user, view=view))

    def _blocks(self) -> list[Block]:
        can = "\n".join(f"• {escape(ability)}" for ability in self._abilities)
        return [
            _header("What I can do for you"),
            _section(
                "Mention me in a channel, write to me in a direct message, or use `/ask`, which "
                "only you can see. In a thread you can go on without mentioning me."
            ),
            _section(f"*I answer from your company's documents, with sources.* I can also:\n{can}"),
            _section(
                "*Admins look after my documents here as well:* `/kb` says how, a file that is "
                "dropped in my direct messages is added, and a message is by its menu."
            ),
            {"type": "divider"},
            _header("What you can count on"),
            _section(
                "• Nothing is changed before the person who asked has pressed *Approve*.\n"
                "• I say so when the documents do not have an answer.\n"
                "• What documents and tools say is read as data, never as an instruction to me.\n"
                "• I only use documents that everyone who can read my answer may read."
            ),
        ]


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
