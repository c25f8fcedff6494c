"""What the flow asks of whatever answers: the OpenAI client, or the answer without a model."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.messages.decisions import Decision, Partial
from bot.messages.history import Entry
from bot.messages.task import Task
from tools.spec import AnyTool

Hear = Callable[[Partial], Awaitable[None]]
"""Listens to what a model writes, while it does. What it hears is unchecked, and may be begun anew
where an attempt failed."""


async def unheard(_: Partial) -> None:
    """Nobody listens."""


class Chat(Protocol):
    """Something that decides what happens next in a turn."""

    async def decide(
        self,
        task: Task,
        history: Sequence[Entry],
        tools: Sequence[AnyTool],
        hear: Hear = unheard,
    ) -> Decision:
        """Read the thread and decide: calls to run, or a draft of the reply.

        `history` is the whole thread, oldest first, and ends with what is to be answered: the
        task's message, the results of the last calls, or a correction. `tools` are the offered
        ones, the most relevant first. Passages are cited as `task.source_id(i)`, tool results by
        their call id. `hear` is told of the draft while it is being written, where that takes time.

        Raises:
            ModelUnavailable: No usable answer after all retries.
        """
        ...
