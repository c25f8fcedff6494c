"""App Home, and the prompts that a new conversation begins with."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SluiceError
from bot.slack.blocks import Block
from bot.slack.client import Refused, call
from bot.slack.incoming import HomeOpened
from knowledge.errors import KnowledgeError

PROMPTS: tuple[dict[str, str], ...] = (
    {"title": "Ask the handbook", "message": "How many weeks of parental leave do I get?"},
    {"title": "Who is on call?", "message": "Who is on call for payments right now?"},
    {"title": "Open a ticket", "message": "Open a ticket: my laptop screen flickers"},
    {"title": "What can you do?", "message": "What can you do?"},
)

HomeSection = Callable[[HomeOpened, bool], Awaitable[list[Block]]]
"""Makes a part of a person's home; the second argument is whether they are an admin."""


class Home:
    """Greets a person who opens the app. Nothing of it is worth keeping through a crash.

    Attributes:
        sections: The parts of the home tab, in order; what more there is to show is added here.
    """

    def __init__(
        self, client: AsyncWebClient, admins: Sequence[str], sections: Sequence[HomeSection]
    ) -> None:
        self._client, self._admins, self.sections = client, admins, [*sections]

    async def greet(self, opened: HomeOpened) -> None:
        """Publish the home tab, or offer prompts in the messages tab."""
        try:
            if opened.tab == "messages":
                await self._suggest(opened.channel)
            else:
                await self._publish(opened)
        except (SluiceError, KnowledgeError) as error:
            log.warning("home.failed", reason=str(error))

    async def _suggest(self, channel: str) -> None:
        # Without thread_ts: with it, Slack accepts the call and does nothing.
        prompts: Any = list(PROMPTS)
        request = self._client.assistant_threads_setSuggestedPrompts(
            channel_id=channel, title="Try one of these", prompts=prompts
        )
        await call("assistant.threads.setSuggestedPrompts", request)

    async def _publish(self, opened: HomeOpened) -> None:
        admin = opened.user in self._admins
        parts = [await section(opened, admin) for section in self.sections]
        blocks = [block for part in parts if part for block in (*part, {"type": "divider"})]
        shown = blocks[:-1][:100]
        try:
            await self._show(opened.user, shown)
        except Refused:  # Slack takes no picture that it has not looked at yet
            if not (words := [b for b in shown if b["type"] != "image"]) or words == shown:
                raise
            await self._show(opened.user, words)

    async def _show(self, user: str, blocks: list[Block]) -> None:
        view = {"type": "home", "blocks": blocks}
        await call("views.publish", self._client.views_publish(user_id=user, view=view))
