"""What a person is asked before a call runs, and what their answer means."""

import hashlib
import json
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.messages.events import Posted
from bot.messages.frozen import Frozen
from bot.messages.task import Task
from tools.spec import Effect, ToolCall


def digest_of(call: ToolCall) -> str:
    """Bind an approval to what was shown: sha256 over the tool and its canonical arguments."""
    canonical = json.dumps(json.loads(call.arguments), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{call.name}\n{canonical}".encode()).hexdigest()


INVALID = "invalid"
"""The rule that denies a call whose arguments are wrong: nobody is asked, the model is told."""


class Argument(Frozen):
    """One argument in plain words, and where its value comes from."""

    name: str
    value: str
    origin: Literal["requester", "participant", "document", "tool", "model"]
    text: str = Field(default="", description="Which document or tool, by its title.")
    partly: bool = Field(default=False, description="Only a part of the value stands there.")


class Card(Frozen):
    """An approval card: what will happen on yes.

    Attributes:
        system: Where it happens, e.g. "crm (crm.example.com)"; empty for our own tools.
        approvers: People who may approve beside the requester, or in place of an admin.
        approvals: How many different people have to approve.
        private: The values are for the requester alone, so nobody else sees the card.
    """

    call_id: str
    thread: str
    digest: str
    title: str
    system: str = ""
    arguments: tuple[Argument, ...]
    reason: str
    requester: str
    effect: Effect = "write"
    approver: Literal["requester", "another"] = "requester"
    approvers: tuple[str, ...] = ()
    approvals: int = 1
    private: bool = False
    expires_at: AwareDatetime


class Judgement(Frozen):
    """What the policy says of one call, by which rule; with a card if a person is to be asked."""

    call: ToolCall
    action: Literal["allow", "ask", "deny"]
    rule: str
    reason: str
    card: Card | None = None


class Consent(Frozen):
    """What a click means: run it, note it and wait for a second person, drop it, or nothing."""

    outcome: Literal["approved", "noted", "denied", "expired", "refused"]
    explanation: str
    by: str = Field(default="", description="Name of the one who clicked.")
    at: AwareDatetime


class Pending(Frozen):
    """A call that waits for a person's yes."""

    task: Task
    call: ToolCall
    card: Card
    posted: Posted | None = None
    approved_by: tuple[str, ...] = Field(default=(), description="Who has approved so far.")
    first: Consent | None = Field(default=None, description="The first of two approvals.")

    def noted(self, user: str, consent: Consent) -> "Pending":
        """The same with one approval more."""
        return self.model_copy(
            update={"approved_by": (*self.approved_by, user), "first": self.first or consent}
        )
