"""The objects of a summary: what was written, what is noted of it, and how far one has come."""

from collections.abc import Sequence
from datetime import date

from pydantic import Field

from bot.messages.decisions import Usage
from bot.messages.frozen import Frozen

SUMMARY_CHARS = 2_400
"""The most of a summary: a page, and within a message of Slack's however it is escaped."""

ITEM_CHARS = 400
DECISIONS, ACTIONS = 20, 30
"""How many there are of each at most, in a part and in the whole."""


# --- the transcript -------------------------------------------------------------------------------


class Written(Frozen):
    """A message of the conversation. Untrusted, all of it.

    Attributes:
        user: Who wrote it; empty for an app.
        author: The name an app gives itself; empty for a person.
        mentioned: The people it names, by id.
    """

    ts: str
    root: str = ""
    user: str = ""
    author: str = ""
    text: str
    mentioned: tuple[str, ...] = ()


class Position(Frozen):
    """How far a conversation is read, from its end backwards; a thread is read forwards.

    Attributes:
        latest: Messages of the channel before this one are still to be read.
        root: The thread of which a part is read already, if any.
        after: The last message of it that was.
    """

    latest: str
    root: str = ""
    after: str = ""


# --- what is noted --------------------------------------------------------------------------------


class Item(Frozen):
    """A decision, or something that somebody is to do, with the message that says so.

    Attributes:
        by: Who wrote that message.
        owner: Who is to do it, by name; empty if nobody took it, and for decisions.
    """

    action: bool
    text: str
    ts: str
    root: str = ""
    by: str
    owner: str = ""
    due: date | None = None


class Minutes(Frozen):
    """What is noted of a conversation, or of a part of it; checked against its messages."""

    summary: str = ""
    items: tuple[Item, ...] = ()


class Left(Frozen):
    """A message that the guardrails kept from whoever writes the summary."""

    by: str
    ts: str
    root: str = ""
    reason: str


class Noted(Frozen):
    """Minutes, and how they came to be.

    Attributes:
        author: The model's name, or `extractive`.
        dropped: Decisions and actions without a message behind them, or with a stranger as owner.
        repairs: How often the model was told what to mend.
    """

    minutes: Minutes = Minutes()
    author: str = ""
    degraded: str | None = None
    dropped: int = 0
    repairs: int = 0
    usage: Usage = Usage()


class Part(Noted):
    """What is noted of a part of the conversation. The messages themselves are not kept.

    Attributes:
        messages: How many were read.
        first: `ts` of the oldest of them.
        people: Who wrote or was named in it.
        next: Where the next part begins; None if there is none.
        spent: Today's budget, in words, if it was used up: then nothing was read.
    """

    messages: int = 0
    first: str = ""
    last: str = ""
    people: tuple[str, ...] = ()
    withheld: tuple[Left, ...] = ()
    next: Position | None = None
    spent: str = ""


def people_of(parts: Sequence[Part]) -> tuple[str, ...]:
    """Who wrote or was named in any of the parts, each once."""
    return tuple(dict.fromkeys(name for part in parts for name in part.people))


# --- what is written from, and what is written ----------------------------------------------------


class Line(Frozen):
    """A line to write from: a message, or what was noted of a part.

    Attributes:
        number: By which it is cited; 0 if it cannot be.
    """

    number: int = 0
    kind: str = "message"
    by: str = ""
    day: date
    at: str = ""
    text: str
    ts: str = ""
    root: str = ""
    owner: str = ""
    due: date | None = None


class Brief(Frozen):
    """All that minutes are written from.

    Attributes:
        id: Of the piece of work, once and for all.
        whole: The lines are the notes of parts, to be made one.
        people: Who may own an action, by name.
    """

    id: str
    whole: bool = False
    people: tuple[str, ...] = ()
    lines: tuple[Line, ...]


# No field of a draft has a default: strict output writes every one.
class DraftDecision(Frozen):
    """A decision as the model notes it."""

    text: str = Field(description="What was decided, in one sentence.")
    message: int = Field(description="The number of the line that says so.")


class DraftAction(Frozen):
    """An action item as the model notes it."""

    task: str = Field(description="What is to be done, in one sentence, without the owner's name.")
    owner: str | None = Field(
        description="Who is to do it, named exactly as in the list of people; null if nobody is."
    )
    due: str | None = Field(description="Until when, as YYYY-MM-DD; null if nobody said.")
    message: int = Field(description="The number of the line that says so.")


class MinutesDraft(Frozen):
    """What the model notes; nothing of it is checked yet."""

    summary: str = Field(description=f"At most {SUMMARY_CHARS:,} characters.")
    decisions: tuple[DraftDecision, ...]
    actions: tuple[DraftAction, ...]


class Writing(Frozen):
    """One attempt at minutes: a draft, or why it could not be read, in words a model can act on."""

    author: str
    draft: MinutesDraft | None = None
    problem: str = ""
    usage: Usage = Usage()
