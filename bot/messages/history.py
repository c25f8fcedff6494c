"""What a thread remembers between turns, in the order in which it was said and done."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.messages.acts import Proposal
from bot.messages.approvals import Pending
from bot.messages.decisions import Decision
from bot.messages.events import Message
from bot.messages.frozen import Frozen
from bot.messages.memory import Condensed, Overheard
from bot.messages.replies import Reply
from bot.messages.verdicts import Verdict
from tools.spec import ToolCall, ToolResult


class Said(Frozen):
    """A message or a reply in the thread."""

    kind: Literal["said"] = "said"
    by: Literal["person", "bot"]
    user: str = ""
    text: str
    sources: tuple[str, ...] = Field(default=(), description="What a reply rested on, numbered.")
    private_to: str = Field(default="", description="Who alone may see it; empty: the thread.")
    at: AwareDatetime | None = Field(default=None, description="When a person's message came.")

    @classmethod
    def of(cls, message: Message) -> "Said":
        """A message as the thread remembers it."""
        return cls(by="person", user=message.user, text=message.text, at=message.received_at)

    @classmethod
    def to(cls, user: str, reply: Reply) -> "Said":
        """A reply as the thread remembers it."""
        sources = tuple(map(str, reply.citations))
        private_to = user if reply.private else ""
        return cls(by="bot", text=reply.text, sources=sources, private_to=private_to)


class Called(Frozen):
    """The model asked for tools."""

    kind: Literal["called"] = "called"
    calls: tuple[ToolCall, ...]


class Returned(Frozen):
    """What a call gave, as the model may read it, with what the guardrails said of it."""

    kind: Literal["returned"] = "returned"
    result: ToolResult
    verdict: Verdict
    private_to: str = Field(default="", description="Who alone may see it; empty: the thread.")


class Corrected(Frozen):
    """The model was told what is wrong with its draft."""

    kind: Literal["corrected"] = "corrected"
    draft: str
    problems: tuple[str, ...]

    @classmethod
    def of(cls, decision: Decision, problems: tuple[str, ...]) -> "Corrected":
        """Send a decision back; `draft` is empty where it could not be read at all."""
        draft = decision.draft.model_dump_json() if decision.draft else ""
        return cls(draft=draft, problems=problems)


Entry = Annotated[
    Said | Called | Returned | Corrected | Overheard | Condensed, Field(discriminator="kind")
]


class Asked(Frozen):
    """A message that was asked before, and what its thread remembered by then."""

    message: Message
    history: tuple[Entry, ...] = ()


def is_private(history: Sequence[Entry]) -> bool:
    """Whether what the model has seen is for the requester alone, so that what it says is too."""
    return any(map(_is_private, history))


def _is_private(entry: Entry) -> bool:
    if isinstance(entry, Condensed):
        return any(turn.private_to for turn in entry.turns)
    return isinstance(entry, Said | Returned) and bool(entry.private_to)


class ThreadState(BaseModel):
    """What a thread remembers between turns. Mutable: the flow writes it, the engine saves it."""

    model_config = ConfigDict(extra="forbid")

    history: list[Entry] = []
    pending: dict[str, Pending] = {}
    proposals: dict[str, Proposal] = {}

    def seen_by(self, user: str) -> list[Entry]:
        """The history without what is private to somebody else: no model learns it for another."""
        return [e for entry in self.history if (e := self._as_seen(entry, user)) is not None]

    def _as_seen(self, entry: Entry, user: str) -> Entry | None:
        match entry:
            case Said() | Returned():
                return entry if entry.private_to in ("", user) else None
            case Called():
                hidden = {
                    e.result.call_id
                    for e in self.history
                    if isinstance(e, Returned) and e.private_to not in ("", user)
                }
                kept = tuple(call for call in entry.calls if call.id not in hidden)
                return entry.model_copy(update={"calls": kept}) if kept else None
            case Condensed():
                return entry.seen_by(user)
            case Corrected() | Overheard():
                return entry

    @property
    def results(self) -> dict[str, ToolResult]:
        """Every tool result of the thread by call id."""
        return {e.result.call_id: e.result for e in self.history if isinstance(e, Returned)}
