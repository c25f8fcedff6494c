"""What a person may see of a reply that the model is still writing: what is checked."""

import asyncio
from collections.abc import Sequence

from bot.deps import Deps
from bot.messages.decisions import Partial
from bot.messages.history import Entry, is_private
from bot.messages.replies import Reply
from bot.messages.task import Task
from bot.model.chat import Hear, unheard
from bot.stages.membership import still_readable
from bot.stages.release import releasable
from bot.surface import Live


def preview(task: Task, history: Sequence[Entry], live: Live, deps: Deps) -> Hear:
    """Show what the model writes, sentence by sentence, as each passes the checks.

    What is for one person alone is not shown before it is said to them. Whether the readers may
    still read the documents is looked up once, before the first sentence.
    """
    if task.message.place.private or (is_private(history) and task.message.place.shared):
        return unheard
    checked = releasable(task, history, deps.gate, deps.judge)
    readable: list[bool] = []

    async def hear(partial: Partial) -> None:
        text = await asyncio.to_thread(checked, partial)
        if text and not readable:
            probe = Reply(status="grounded", text=text)
            told = await still_readable(probe, task, deps.surface, deps.library)
            readable.append(told is probe)
        if text and readable[0]:
            live.write(text)

    return hear
