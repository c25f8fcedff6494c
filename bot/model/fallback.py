"""Another mind for when the model is away."""

from collections.abc import Sequence

from bot import log
from bot.errors import ModelUnavailable
from bot.messages.decisions import Decision
from bot.messages.history import Entry
from bot.messages.task import Task
from bot.model.chat import Chat, Hear, unheard
from tools.spec import AnyTool

UNREACHED = "the language model is not available"


class Fallback(Chat):
    """Asks the primary; where it is unavailable, the backup decides, and the decision says so."""

    def __init__(self, primary: Chat, backup: Chat) -> None:
        self._primary = primary
        self._backup = backup

    async def decide(
        self,
        task: Task,
        history: Sequence[Entry],
        tools: Sequence[AnyTool],
        hear: Hear = unheard,
    ) -> Decision:
        """Decide with the primary, or else with the backup."""
        try:
            return await self._primary.decide(task, history, tools, hear)
        except ModelUnavailable as error:
            log.warning("model.unavailable", type=type(error).__name__, reason=str(error))
        decision = await self._backup.decide(task, history, tools)
        return decision.model_copy(update={"degraded": UNREACHED})
