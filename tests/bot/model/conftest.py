"""A model server, and a chat that speaks to it without waiting between attempts."""

from collections.abc import AsyncIterator

import pytest

from bot.messages.decisions import Decision
from bot.model.openai_chat import Limits, OpenAIChat, connect
from tests.fakes.model_server import Answer, ModelServer
from tests.fakes.turns import TODAY, person, task
from tools.spec import AnyTool


class Wire:
    """One server, the chats that speak to it, and the waits that they would have made."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.waits: list[float] = []
        self._chats: list[OpenAIChat] = []

    def chat(self, limits: Limits | None = None, base_url: str | None = None) -> OpenAIChat:
        """Connect, with limits of the test's own."""
        server = self.server
        chat = connect(
            server.api_key,
            base_url or server.base_url,
            server.model,
            limits,
            today=lambda: TODAY,
            sleep=self._note,
        )
        self._chats.append(chat)
        return chat

    async def ask(
        self, *answers: Answer, limits: Limits | None = None, tools: tuple[AnyTool, ...] = ()
    ) -> Decision:
        """Script the answers, and decide on a short question."""
        self.server.script(*answers)
        return await self.chat(limits).decide(task("How?"), [person("How?")], tools)

    async def aclose(self) -> None:
        for chat in self._chats:
            await chat.aclose()

    async def _note(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with ModelServer() as server:
        wire = Wire(server)
        yield wire
        await wire.aclose()
        assert not server.left, "answers were scripted that nobody asked for"
