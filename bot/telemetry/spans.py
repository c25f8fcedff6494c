"""Turns as OpenTelemetry spans, by the GenAI conventions.

They are made from the journal when a turn has ended, so they tell what `sluice trace` tells. What
people, documents, tools and the model say is left out unless the settings ask for it.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bot import log
from bot.state.account import ASKS
from bot.state.known import Known
from bot.state.trace import TracedStep

AGENT = "sluice"

_NANO = 1_000_000_000
Attributes = dict[str, Any]


class SpanMade(NamedTuple):
    """A span before it is sent; times in nanoseconds since 1970."""

    name: str
    start: int
    end: int
    attributes: Attributes
    error: str = ""


def spans(known: Known, *, content: bool) -> tuple[SpanMade, list[SpanMade]]:
    """A turn as a span, and what it did as spans below it."""
    trace, event = known.trace, known.event
    start = _nanos(trace.received_at)
    end = max([start, *(_end(step) for step in trace.steps)])
    decisions = [step.result for step in trace.steps if step.name in ASKS]
    attributes: Attributes = {
        log.OPERATION: log.INVOKE_AGENT,
        log.AGENT_NAME: AGENT,
        log.CONVERSATION_ID: event.thread,
        log.INPUT_TOKENS: sum(one["usage"]["input_tokens"] for one in decisions),
        log.OUTPUT_TOKENS: sum(one["usage"]["output_tokens"] for one in decisions),
        "sluice.turn.id": trace.turn_id,
        "sluice.turn.kind": trace.event,
        "sluice.turn.status": trace.status,
    }
    if content and event.kind == "message":
        attributes[log.INPUT_MESSAGES] = _messages("user", event.text)
    root = SpanMade(f"{log.INVOKE_AGENT} {AGENT}", start, end, attributes, trace.error or "")
    made = (one for step in trace.steps for one in _of(step, content=content))
    return root, list(made)


def _of(step: TracedStep, *, content: bool) -> Iterator[SpanMade]:
    match step.name, step.result:
        case "retrieve", {"query": query}:
            told = {log.QUERY_TEXT: query} if content else {}
            yield _made(step, log.RETRIEVAL, "documents", told)
        case "reason", {"author": author}:
            yield _chat(step, author, content=content)
        case "take_part" | "combine", {"author": str(author), "minutes": dict(minutes)} if author:
            yield _asked(step, author, "stop", minutes["summary"] if content else "")
        case "execute", list(results):
            for result in results:
                yield _tool(step, result, content=content)
        case "perform", dict(result):
            yield _tool(step, result, content=content)
        case _:
            return


def _chat(step: TracedStep, author: str, *, content: bool) -> SpanMade:
    decision = step.result
    said = decision["draft"]["text"] if content and decision["draft"] else ""
    return _asked(step, author, "tool_call" if decision["calls"] else "stop", said)


def _asked(step: TracedStep, author: str, finish: str, said: str) -> SpanMade:
    usage = step.result["usage"]
    attributes: Attributes = {
        log.REQUEST_MODEL: author,
        log.PROVIDER: "openai" if usage["requests"] else AGENT,
        log.INPUT_TOKENS: usage["input_tokens"],
        log.OUTPUT_TOKENS: usage["output_tokens"],
        log.FINISH_REASONS: [finish],
    }
    if said:
        attributes[log.OUTPUT_MESSAGES] = _messages("assistant", said)
    return _made(step, log.CHAT, author, attributes)


def _tool(step: TracedStep, result: Mapping[str, Any], *, content: bool) -> SpanMade:
    attributes: Attributes = {
        log.TOOL_NAME: result["name"],
        log.TOOL_CALL_ID: result["call_id"],
        "gen_ai.tool.type": "function",
    }
    if content:
        attributes[log.TOOL_RESULT] = result["content"]
    error = "" if result["outcome"] == "ok" else str(result["outcome"])
    return _made(step, log.EXECUTE_TOOL, result["name"], attributes, error)


def _made(
    step: TracedStep, operation: str, what: str, attributes: Attributes, error: str = ""
) -> SpanMade:
    told = {log.OPERATION: operation, **attributes}
    return SpanMade(f"{operation} {what}", _nanos(step.at), _end(step), told, error)


def _messages(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def _end(step: TracedStep) -> int:
    return _nanos(step.at) + int(step.seconds * _NANO)


def _nanos(at: datetime) -> int:
    return int(at.timestamp() * _NANO)
