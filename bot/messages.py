"""The objects of a turn, in the order in which they come to be."""

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.acts import Act, Proposal
from bot.memory import Condensed, Overheard
from knowledge.documents import Passage
from tools.spec import Caller, Effect, ToolCall, ToolResult


class Frozen(BaseModel):
    """A value that does not change once it is made, and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what arrives ---------------------------------------------------------------------------------

Origin = Literal["system", "requester", "participant", "document", "tool"]
"""Where a text came from. Only `system` and `requester` speak for somebody; the rest is data."""


class Place(Frozen):
    """Where a message stands, and so where its reply goes.

    Attributes:
        root: `ts` of the thread's first message.
        user: Who wrote or clicked; a private reply goes to them alone.
        private: Only the requester sees the reply (a slash command).
        response_url: Where a private reply is posted; a capability, so never shown or logged.
    """

    team: str
    channel: str
    root: str
    user: str = ""
    kind: Literal["channel", "group", "im", "mpim", "terminal"] = "channel"
    private: bool = False
    response_url: str | None = Field(default=None, repr=False)

    @property
    def shared(self) -> bool:
        """Whether others than the requester read what is posted here."""
        return not self.private and self.kind in ("channel", "group", "mpim")

    @property
    def alone(self) -> "Place":
        """The same place, for the requester's eyes only."""
        return self.model_copy(update={"private": True})


class Message(Frozen):
    """What a person wrote. Untrusted, all of it."""

    kind: Literal["message"] = "message"
    id: str = Field(description="`team:channel:ts`; equal for every delivery of the same post.")
    thread: str = Field(description="`team:channel:root`; a thread is answered in order.")
    place: Place
    user: str
    text: str
    received_at: AwareDatetime
    sent_at: AwareDatetime | None = Field(
        default=None, description="When it was written, by Slack's clock; None: as received."
    )

    @property
    def ts(self) -> str:
        """Its place in the channel; empty where it has none, as what a command asked."""
        last = self.id.rpartition(":")[2]
        return last if last.replace(".", "").isdigit() else ""


class Click(Frozen):
    """A press of Approve or Deny. All but `user` and `place` is client data until checked."""

    kind: Literal["click"] = "click"
    id: str
    thread: str
    place: Place
    user: str
    call_id: str
    digest: str
    approve: bool
    received_at: AwareDatetime
    sent_at: AwareDatetime | None = None


class Aside(Frozen):
    """A press of "Answer me privately": client data but for `user` and `place`, until checked.

    Attributes:
        question: The id of the message that is to be answered privately.
    """

    kind: Literal["aside"] = "aside"
    id: str
    thread: str
    place: Place
    user: str
    question: str
    received_at: AwareDatetime


class Choice(Frozen):
    """A press of one of the buttons under a question of ours: it says what the person meant.

    Client data but for `user` and `place`, until it is found in our own record.

    Attributes:
        question: The id of the turn that asked.
        number: Which of its choices, from 0.
    """

    kind: Literal["choice"] = "choice"
    id: str
    thread: str
    place: Place
    user: str
    question: str
    number: int
    received_at: AwareDatetime


class Rating(Frozen):
    """A press of a thumb under a reply, or what a person wrote about it.

    Client data but for `user` and `place`, until it is checked.

    Attributes:
        turn: The id of the turn whose reply it is about.
    """

    kind: Literal["rating"] = "rating"
    id: str
    thread: str
    place: Place
    user: str
    turn: str = Field(max_length=200)
    good: bool
    reason: str = Field(default="", max_length=500)
    received_at: AwareDatetime


class Errand(Frozen):
    """An act of administration, from a command, a button, a dialog, a dropped file or the clock.

    Client data but for `user` and `place`: that the person is an admin is checked when it is done.
    """

    kind: Literal["errand"] = "errand"
    id: str
    thread: str
    place: Place
    user: str
    act: Act
    pressed: "Posted | None" = Field(default=None, description="The message with the button.")
    received_at: AwareDatetime


class Stop(Frozen):
    """A press of the stop button: what is under way in a thread is to end.

    It is kept like any event, so that no crash makes it undone; but it waits for nothing, and is
    no turn of its own.
    """

    kind: Literal["stop"] = "stop"
    id: str
    thread: str
    place: Place
    user: str
    received_at: AwareDatetime


class Recap(Frozen):
    """A wish for a summary of a conversation: the channel in which it was asked for, or a thread.

    Attributes:
        root: `ts` of the first message of the thread; empty for the channel.
        hours: How far back the channel is read, from `received_at` on.
        problem: What was wrong with the command, if anything; then nothing is summed up.
    """

    kind: Literal["recap"] = "recap"
    id: str
    thread: str
    place: Place
    user: str
    root: str = ""
    hours: int = Field(default=24, ge=1, le=168)
    problem: str = ""
    received_at: AwareDatetime


Event = Annotated[
    Message | Click | Aside | Choice | Rating | Errand | Recap | Stop,
    Field(discriminator="kind"),
]
"""What starts a turn, or ends one."""

Kind = Literal["message", "click", "aside", "choice", "rating", "errand", "recap", "stop"]
"""Of an event."""


class Requester(Frozen):
    """Who asks, as the directory knows them.

    `barred` tells why they may not ask here at all; guests may be let in by the settings, and stay
    guests to the tools.
    """

    user: str
    name: str
    admin: bool = False
    guest: bool = Field(default=False, description="A guest or a person of another workspace.")
    barred: Literal["guest", "shared", "channel"] | None = None
    groups: tuple[str, ...] = Field(
        default=(), description="User groups this person is in, of those that tools name."
    )

    def calling_from(self, place: Place) -> Caller:
        """The same person as the tools know them."""
        return Caller(
            user=self.user,
            admin=self.admin,
            guest=self.guest,
            groups=frozenset(self.groups),
            channel=place.channel,
        )


# --- what the guardrails say ----------------------------------------------------------------------

Risk = Literal[
    "LLM01:2025 Prompt Injection",
    "LLM02:2025 Sensitive Information Disclosure",
    "LLM07:2025 System Prompt Leakage",
    "LLM10:2025 Unbounded Consumption",
    "Access",
]
"""OWASP Top 10 for LLM applications, 2025; `Access` for who may ask where."""

Action = Literal["allow", "restrict", "block", "withhold"]
"""`restrict`: read-only tools; of data: what acts asks with a warning. `block`: no answer.
`withhold`: this text is left out."""


class Finding(Frozen):
    """One risk that one guardrail saw, and where: `start:end` points into the original text."""

    guardrail: str
    risk: Risk
    score: float = Field(ge=0, le=1)
    reason: str = Field(description="What it looks like, in a few words that repeat none of it.")
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)


class Verdict(Frozen):
    """What the guardrails say of one text; `action` is what the flow does about it."""

    origin: Origin
    action: Action
    findings: tuple[Finding, ...] = ()

    @property
    def score(self) -> float:
        """The highest score of its findings, 0 without any."""
        return max((finding.score for finding in self.findings), default=0.0)


# --- what the reply may rest on -------------------------------------------------------------------


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


# --- what the model decides -----------------------------------------------------------------------


class Quote(Frozen):
    """What a claim rests on, in the model's words: a source of this turn and words it holds."""

    source_id: str = Field(description="The id of a passage, or of a tool call.")
    quote: str = Field(description="Copied verbatim from that source, 300 characters at most.")


class Draft(Frozen):
    """What the model wants to say. No field has a default: strict output writes every one."""

    status: Literal["grounded", "unknown", "clarify"]
    text: str
    citations: tuple[Quote, ...]


class Partial(Frozen):
    """A draft while the model is still writing it; nothing of it is checked yet.

    Attributes:
        text: Its text so far, every character as it will stay.
        whole: Nothing more of the text will come.
        status: The draft's, if it has been written already.
        canary: As in `Decision`.
    """

    text: str
    whole: bool = False
    status: str = ""
    canary: str = ""


class Usage(Frozen):
    """What an answer of the model cost, in tokens and requests."""

    input_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0


class Decision(Frozen):
    """One answer of the model: calls to run, or a draft, or a problem it has to mend."""

    author: str = Field(description="The model's name, or `extractive`.")
    calls: tuple[ToolCall, ...] = ()
    draft: Draft | None = None
    problem: str | None = Field(default=None, description="Why the answer could not be read.")
    degraded: str | None = Field(default=None, description="Why the model did not answer itself.")
    usage: Usage = Usage()
    canary: str = Field(default="", description="Letters that only its system prompt held.")


# --- what a person is asked -----------------------------------------------------------------------


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


class Posted(Frozen):
    """Where something we said now stands; `ts` is empty where nobody can say (a private reply)."""

    channel: str
    ts: str = ""


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


# --- what we say ----------------------------------------------------------------------------------


class Citation(Frozen):
    """A numbered source of a reply."""

    number: int
    title: str
    source: str
    heading: str
    quote: str
    document_id: str = Field(default="", description="Empty where a tool said it.")
    updated_at: AwareDatetime | None = None

    def __str__(self) -> str:
        return f"[{self.number}] {self.heading or self.title}"


class Statement(Frozen):
    """What a document says, and when it was last updated."""

    document_id: str
    title: str
    text: str
    updated_at: AwareDatetime | None = None

    def saying(self, text: str) -> "Statement":
        """A part of it."""
        return self.model_copy(update={"text": text.strip()})


class Conflict(Frozen):
    """Two documents that disagree."""

    one: Statement
    other: Statement


class Step(Frozen):
    """One thing that is being done for a person, as they may watch it; `id` is its own in a turn.

    Nothing of a person's, a document's or a tool's words is in it: everybody in a thread reads it.
    """

    id: str
    title: str
    status: Literal["in_progress", "complete", "error"] = "in_progress"
    output: str = ""

    def done(self, output: str = "") -> "Step":
        """The same at its end, with what came of it in a few words."""
        return self.model_copy(update={"status": "complete", "output": output})


class Reply(Frozen):
    """What the bot says, checked.

    `label` tells the reader how the text was made where that is not by the model; `notes` are
    remarks of the system, such as a page that was held back.
    """

    status: Literal["grounded", "unknown", "clarify", "refused", "failed"]
    text: str
    citations: tuple[Citation, ...] = ()
    label: str | None = None
    notes: tuple[str, ...] = ()
    choices: tuple[str, ...] = Field(
        default=(), description="What the person may have meant, for a button each."
    )
    conflicts: tuple[Conflict, ...] = ()
    attachment: str = Field(default="", description="The whole text, where that is for a file.")
    private: bool = Field(default=False, description="It rests on what only the requester may see.")


class Validation(Frozen):
    """What became of a draft: a reply, or what is wrong with it in words the model can act on."""

    reply: Reply | None = None
    problems: tuple[str, ...] = ()


# --- what a thread remembers ----------------------------------------------------------------------


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
