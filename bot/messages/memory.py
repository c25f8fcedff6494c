"""What a thread remembers of the time before: the nouns of what was read and what was condensed."""

from typing import Literal

from pydantic import AwareDatetime, Field

from bot.messages.frozen import Frozen


class Post(Frozen):
    """A message that stood in a thread before the bot was called into it. Data, whoever wrote it.

    Attributes:
        author: A person, the bot itself, or another app.
        user: The id of the person or the app.
        name: What they are called, which is their own choice.
    """

    ts: str
    author: Literal["person", "bot", "app"]
    user: str = ""
    name: str = ""
    text: str


class Overheard(Frozen):
    """What was said in a thread before the bot was called into it, oldest first.

    Attributes:
        withheld: How many posts the guardrails held back.
        left_out: How many were not kept for want of room.
        unread: Slack would not tell what was said.
    """

    kind: Literal["overheard"] = "overheard"
    posts: tuple[Post, ...] = ()
    withheld: int = 0
    left_out: int = 0
    unread: bool = False


class Recalled(Frozen):
    """One turn of a thread in short: what a person asked, and what came of it.

    Attributes:
        by: Who shortened it: a model's name, or `extractive`.
        sources: What the reply rested on, as it was numbered there.
        private_to: Who alone may see it; empty: the thread.
    """

    user: str
    asked: str
    answered: str
    by: str
    sources: tuple[str, ...] = ()
    private_to: str = ""
    at: AwareDatetime | None = None


class Condensed(Frozen):
    """The older turns of a thread in short, oldest first.

    Attributes:
        left_out: How many turns after the first one are remembered no more.
    """

    kind: Literal["condensed"] = "condensed"
    turns: tuple[Recalled, ...] = ()
    left_out: int = Field(default=0, ge=0)

    def seen_by(self, user: str) -> "Condensed":
        """The same without what is private to somebody else."""
        seen = tuple(turn for turn in self.turns if turn.private_to in ("", user))
        return self.model_copy(update={"turns": seen})
