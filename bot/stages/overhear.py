"""Overhear: read what was said in a thread before the bot was called into it."""

from collections.abc import Sequence

from bot.messages.events import Message
from bot.messages.history import Entry
from bot.messages.memory import Overheard
from bot.surface import Surface


def joins(message: Message, history: Sequence[Entry]) -> bool:
    """Whether a message calls the bot into a thread that it knows nothing of."""
    return not history and not message.place.private and message.ts not in ("", message.place.root)


async def overhear(message: Message, surface: Surface) -> Overheard:
    """Read what stands above a message, oldest first. Nobody has screened it: `heed` does."""
    return await surface.earlier(message.place, message.ts)
