"""The objects of a turn, made with as few words as a test needs."""

from datetime import UTC, date, datetime

from bot.messages.events import Message, Place
from bot.messages.history import Called, Returned, Said
from bot.messages.requester import Requester
from bot.messages.task import Evidence, Task
from bot.messages.verdicts import Verdict
from knowledge.documents import Passage
from tools.spec import ToolCall, ToolResult

TODAY = date(2026, 11, 23)
RECEIVED_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def passage(text: str, title: str = "VPN", heading: str = "Setup", **fields: float) -> Passage:
    """A passage of a document that everyone may read."""
    return Passage(
        chunk_id=f"{title}-{heading}",
        document_id=title,
        title=title,
        source=f"handbook/{title.lower()}.md",
        heading=heading,
        text=text,
        score=fields.get("score", 0.9),
        similarity=fields.get("similarity", 0.6),
    )


def message(text: str) -> Message:
    """A message of Ada's in a channel."""
    return Message(
        id="T01LARK:C01ASKIT:1.0",
        thread="T01LARK:C01ASKIT:1.0",
        place=Place(team="T01LARK", channel="C01ASKIT", root="1.0", user="U01ADA"),
        user="U01ADA",
        text=text,
        received_at=RECEIVED_AT,
    )


def task(text: str, *passages: Passage) -> Task:
    """A message of Ada's that passed the guardrails, with the passages found for it."""
    return Task(
        message=message(text),
        requester=Requester(user="U01ADA", name="Ada Okafor"),
        verdict=Verdict(origin="requester", action="allow"),
        evidence=Evidence(passages=passages, query=text),
    )


def person(text: str, user: str = "U01ADA") -> Said:
    """What a person wrote in the thread."""
    return Said(by="person", user=user, text=text)


def bot(text: str) -> Said:
    """What the bot replied in the thread."""
    return Said(by="bot", text=text)


def called(*calls: ToolCall) -> Called:
    """The model's wish to call tools."""
    return Called(calls=calls)


def returned(call: ToolCall, content: str, outcome: str = "ok") -> Returned:
    """What a call gave, allowed by the guardrails."""
    result = ToolResult.model_validate(
        {"call_id": call.id, "name": call.name, "outcome": outcome, "content": content}
    )
    return Returned(result=result, verdict=Verdict(origin="tool", action="allow"))
