"""What a summary asks of whatever writes it: a language model, or the excerpts without one."""

from collections.abc import Sequence
from typing import Protocol

from bot.messages.history import Corrected
from bot.messages.minutes import Brief, Writing


class Scribe(Protocol):
    """Something that writes minutes."""

    async def write(self, brief: Brief, corrections: Sequence[Corrected]) -> Writing:
        """Note what matters in the lines of a brief. `corrections`: drafts that did not hold.

        Raises:
            ModelUnavailable: No usable answer after all retries.
        """
        ...
