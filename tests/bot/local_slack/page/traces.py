"""Turns of the flow's own models, for the flow panel to show."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

from bot.messages.approvals import Argument, Card, Consent, Judgement
from bot.messages.decisions import Decision, Draft, Quote, Usage
from bot.messages.events import Posted
from bot.messages.history import Returned
from bot.messages.replies import Citation, Reply, Validation
from bot.messages.requester import Requester
from bot.messages.task import Evidence, Flagged, Offer, Spent
from bot.messages.verdicts import Finding, Verdict
from bot.state.trace import Related, Trace, TracedStep
from knowledge.documents import Passage
from tests.bot.local_slack.conftest import ADA, DM_ADA
from tools.spec import ToolCall, ToolResult

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ASKER = Requester(user=ADA, name="Ada Okafor", admin=True)
CLEAN = Verdict(origin="requester", action="allow")
POSTED = Posted(channel=DM_ADA, ts="1790000000.000001")
USAGE = Usage(input_tokens=1000, output_tokens=50, requests=1)
PASSAGE = Passage(
    chunk_id="c1",
    document_id="d1",
    title="Annual leave",
    source="/srv/knowledge/handbook/people-and-culture/hr/leave.md",
    heading="Annual leave > How much",
    text="27 days <b>a year</b>.",
    score=0.91,
    similarity=0.7,
)
QUOTE = Quote(source_id="p1", quote="27 days")
READ = ToolCall(id="call_1", name="find_leave", arguments='{"user": "Ada"}')
WRITE = ToolCall(id="call_2", name="open_ticket", arguments='{"title": "Broken screen"}')


async def trace_of(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The turn behind a message of the bot, by what the message says."""
    if not message["bot_id"]:
        return None
    turns = {"ignore": stopped, "ticket": asked, "approved": approved, "crash": interrupted}
    kind = next((turn for word, turn in turns.items() if word in message["text"]), answered)
    return kind().model_dump(mode="json")


def turn(
    *steps: TracedStep,
    event: Literal["message", "click"] = "message",
    status: Literal["done", "failed"] = "done",
    error: str | None = None,
) -> Trace:
    return Trace(
        turn_id="turn-1",
        event=event,
        status=status,
        error=error,
        received_at=AT,
        attempts=1,
        seconds=0.41,
        steps=tuple(step.model_copy(update={"n": n}) for n, step in enumerate(steps)),
        related=(Related(turn_id="turn-2", event="click"),),
    )


def step(name: str, result: Any, kind: Literal["step", "intent", "effect"] = "step") -> TracedStep:
    values = [result] if isinstance(result, BaseModel) else result
    if isinstance(values, (list, tuple)):
        dumped = [v.model_dump(mode="json") if isinstance(v, BaseModel) else v for v in values]
        result = dumped[0] if isinstance(result, BaseModel) else dumped
    return TracedStep(n=0, name=name, kind=kind, at=AT, seconds=0.004, result=result)


def finding(reason: str) -> Finding:
    risk = "LLM01:2025 Prompt Injection"
    return Finding(guardrail="phrases", risk=risk, score=0.97, reason=reason)


def stopped() -> Trace:
    verdict = Verdict(origin="requester", action="block", findings=(finding("Sets rules aside"),))
    return turn(
        step("identify", ASKER),
        step("spent", Spent(turns=3, tokens=1200)),
        step("screen", verdict),
        step("say", POSTED, "effect"),
    )


def answered() -> Trace:
    held = Verdict(origin="document", action="withhold", findings=(finding("Gives orders"),))
    old = Flagged(title="Old page", source="old.md", heading="Old page", score=0.4, verdict=held)
    doubt = Verdict(origin="document", action="restrict", findings=(finding("May give orders"),))
    new = Flagged(title="New page", source="new.md", heading="", score=0.5, verdict=doubt)
    found = Evidence(passages=(PASSAGE,), query="how much leave")
    draft = Draft(status="grounded", text="28 days [1].", citations=(QUOTE,))
    citation = Citation(number=1, title="Annual leave", source="l.md", heading="", quote="27 days")
    reply = Reply(status="grounded", text="27 days [1].", citations=(citation,))
    content = '{"days": 27}'
    result = ToolResult(call_id="call_1", name="find_leave", outcome="ok", content=content)
    allowed = Judgement(call=READ, action="allow", rule="read", reason="reading needs no consent")
    return turn(
        step("identify", ASKER),
        step("spent", Spent(turns=3, tokens=1200)),
        step("screen", CLEAN),
        step("retrieve", found),
        step("sift", found.model_copy(update={"withheld": (old,), "suspect": (new,)})),
        step("route", [Offer(tool="find_leave", title="Find leave", effect="read", score=0.8)]),
        step("reason", Decision(author="a-model", calls=(READ,), usage=USAGE)),
        step("judge", [allowed]),
        step("execute", [result]),
        step("inspect", [Returned(result=result, verdict=CLEAN)]),
        step("reason", Decision(author="a-model", draft=draft, usage=USAGE)),
        step("validate", Validation(problems=("28 is in no source.",))),
        step("reason", Decision(author="a-model", draft=draft, usage=USAGE)),
        step("validate", Validation(reply=reply)),
        step("say", POSTED, "effect"),
        step("tidy_up", {"swept": 3}),
    )


def asked() -> Trace:
    argument = Argument(name="Title", value="Broken screen", origin="model")
    card = Card(
        call_id="call_2",
        thread="t",
        digest="d",
        title="Open a ticket",
        arguments=(argument,),
        reason="it writes",
        requester=ADA,
        expires_at=AT,
    )
    judged = Judgement(call=WRITE, action="ask", rule="write", reason="it writes", card=card)
    return turn(
        step("screen", CLEAN),
        step("retrieve", Evidence()),
        step("sift", Evidence()),
        step("route", [Offer(tool="open_ticket", title="Open", effect="write", score=0.8)]),
        step("reason", Decision(author="extractive", calls=(WRITE,))),
        step("judge", [judged]),
        step("execute", []),
        step("inspect", []),
        step("ask", POSTED, "effect"),
    )


def approved() -> Trace:
    content = '{"id": "IT-7"}'
    result = ToolResult(call_id="call_2", name="open_ticket", outcome="ok", content=content)
    consent = Consent(outcome="approved", explanation="The request is theirs.", by="Ada", at=AT)
    withheld = Verdict(origin="tool", action="withhold", findings=(finding("Gives orders"),))
    return turn(
        step("identify", ASKER),
        step("check_click", consent),
        step("perform", result, "effect"),
        step("settle", POSTED),
        step("inspect", [Returned(result=result, verdict=withheld)]),
        step("reason", Decision(author="extractive", draft=None, problem="Not JSON.")),
        step("say", POSTED, "effect"),
        event="click",
    )


def interrupted() -> Trace:
    return turn(
        step("identify", ASKER),
        step("perform", None, "intent"),
        event="click",
        status="failed",
        error="InDoubt",
    )
