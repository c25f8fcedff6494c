"""What a turn works with: who asked what, the passages found, and the tools offered."""

from pydantic import Field

from bot.messages.events import Message
from bot.messages.frozen import Frozen
from bot.messages.requester import Requester
from bot.messages.verdicts import Verdict
from knowledge.documents import Passage
from tools.spec import Effect


class Readers(Frozen):
    """The channels and user groups whose documents may be used; those for everyone always may.

    Attributes:
        here: Everyone who can read the reply is in them.
        asker: The person who asks is in them.
    """

    here: tuple[str, ...] = ()
    asker: tuple[str, ...] = ()


class Spent(Frozen):
    """What a person has used since midnight UTC, and what everybody has."""

    turns: int = 0
    tokens: int = 0
    all_turns: int = 0
    all_tokens: int = 0


class Flagged(Frozen):
    """A passage in which the guardrails saw an order, and what became of it."""

    document_id: str = ""
    title: str
    source: str
    heading: str
    score: float = Field(description="How near it was, on the same scale as the passages.")
    verdict: Verdict


class Evidence(Frozen):
    """The passages of a turn: those the model may read, and those held back.

    `suspect` names those of the first that may carry an order: they are quoted, and trusted less.
    """

    passages: tuple[Passage, ...] = ()
    withheld: tuple[Flagged, ...] = ()
    suspect: tuple[Flagged, ...] = ()
    query: str = Field(default="", description="What was searched for: the message in its context.")
    better_alone: bool = Field(
        default=False, description="The asker alone may read better than everyone here may."
    )

    @property
    def documents(self) -> frozenset[str]:
        """The ids of the documents that a reply may draw on, or name."""
        return frozenset(found.document_id for found in (*self.passages, *self.withheld))


class Offer(Frozen):
    """A tool the model is offered in this turn."""

    tool: str
    title: str
    effect: Effect
    score: float = Field(description="Similarity of the message to what the tool is for, -1 to 1.")


class Task(Frozen):
    """All that a turn works with; a pending approval keeps it, so that a click can go on."""

    message: Message
    requester: Requester
    verdict: Verdict
    evidence: Evidence = Evidence()
    offers: tuple[Offer, ...] = ()

    def source_id(self, index: int) -> str:
        """The id by which the model cites the passage at `index`, counted from 0."""
        return f"p{index + 1}"
