"""What a turn brings to its message from the thread: what stood above it, and the past in short."""

from bot.deps import Deps
from bot.messages.events import Message
from bot.stages.compact import compact, is_long
from bot.stages.overhear import joins, overhear
from bot.stages.screen import heed
from bot.state.turn import Turn


async def recollect(turn: Turn, message: Message, deps: Deps) -> None:
    """Read the thread that the bot is called into the middle of; condense one that is long."""
    history = turn.state.history
    if joins(message, history):
        found = await turn.step(overhear, message, deps.surface)
        history.append(await turn.step(heed, found, deps.policy))
    if is_long(history):
        mind = None if deps.minds.model is deps.minds.backup else deps.minds.model
        made = await turn.step(compact, message, turn.state, mind, deps.policy)
        history[:] = made.applied(history)
