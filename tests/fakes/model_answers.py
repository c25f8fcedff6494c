"""What a scripted mind answers, good and bad, as values that the fake server sends."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Json = dict[str, Any]

PIECES = (1, 2, 5, 3, 8, 13)
"""Characters of one delta, in turn: no border of a word, an escape or a number is safe."""


@dataclass(frozen=True)
class Call:
    """A function called. `arguments` is text and may be anything."""

    name: str
    arguments: str = "{}"
    id: str | None = None


@dataclass(frozen=True)
class Answer:
    """One HTTP answer.

    Attributes:
        finish: None sends no `finish_reason` at all.
        ends: How the stream ends: as it should; half way, with silence (`hangs`), a cut connection
            (`drops`), an event that is not JSON (`garbled`) or an error; or whole, but without
            ever being closed (`lingers`).
        pause_s: Waited before every event.
        held: What is said before the stream waits, and what it waits for.
        headers_sent: False hangs before the status line.
        pieces: Characters of one delta, in turn.
        escaped: Every character outside ASCII is sent as an escape of its UTF-16 halves.
        events: Sent in place of the whole stream.
        streamed: False answers with one JSON body, as a server does that ignores `stream`.
    """

    content: str = ""
    refusal: str = ""
    calls: tuple[Call, ...] = ()
    finish: str | None = "stop"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    error: Json = field(default_factory=dict[str, Any])
    ends: Literal["well", "hangs", "drops", "garbled", "error", "lingers"] = "well"
    headers_sent: bool = True
    pause_s: float = 0.0
    held: tuple[str, asyncio.Event] | None = None
    usage: tuple[int, int] | None = (100, 20)
    pieces: Sequence[int] = PIECES
    escaped: bool = False
    events: tuple[str, ...] | None = None
    streamed: bool = True


def say(
    status: Literal["grounded", "unknown", "clarify"],
    text: str,
    citations: Sequence[tuple[str, str]] = (),
) -> Answer:
    """Answer with a draft; `citations` are pairs of a source id and a quote."""
    quotes = [{"source_id": source, "quote": quote} for source, quote in citations]
    return raw(
        json.dumps({"status": status, "text": text, "citations": quotes}, ensure_ascii=False)
    )


def raw(content: str, finish: str | None = "stop") -> Answer:
    """Answer with any content."""
    return Answer(content=content, finish=finish)


def call(name: str, /, **arguments: object) -> Answer:
    """Ask for one tool."""
    return raw_call(name, json.dumps(arguments, ensure_ascii=False))


def raw_call(name: str, arguments: str, call_id: str | None = None) -> Answer:
    """Ask for one tool with arguments that need not be JSON, under an id that may be hostile."""
    return Answer(calls=(Call(name, arguments, call_id),), finish="tool_calls")


def calls(*answers: Answer) -> Answer:
    """Ask for several tools at once: `calls(call("a"), call("b", x=1))`."""
    return Answer(calls=tuple(c for answer in answers for c in answer.calls), finish="tool_calls")


def status(
    code: int,
    retry_after: float | str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    message: str = "The server had an error.",
    error_code: str | None = None,
) -> Answer:
    """Answer with an HTTP status and an error of OpenAI's shape."""
    extra = {} if retry_after is None else {"Retry-After": str(retry_after)}
    error = {"message": message, "type": "server_error", "param": None, "code": error_code}
    return Answer(status=code, headers={**extra, **(headers or {})}, error={"error": error})


def hang() -> Answer:
    """Never answer."""
    return Answer(headers_sent=False)


def hang_mid_stream() -> Answer:
    """Stop half way, with the connection open."""
    return replace(say("unknown", "This sentence is never fini"), ends="hangs")


def drop_mid_stream() -> Answer:
    """Cut the connection half way."""
    return replace(say("unknown", "This sentence is never fini"), ends="drops")


def broken_sse() -> Answer:
    """Send an event whose data is not JSON."""
    return replace(say("unknown", "This sentence is never fini"), ends="garbled")


def error_mid_stream() -> Answer:
    """Send an error as an event, as servers do that fail after the status line."""
    return replace(say("unknown", "This sentence is never fini"), ends="error")


def never_closed(answer: Answer) -> Answer:
    """The same answer up to its finish, and then silence with the connection open."""
    return replace(answer, ends="lingers")


def events(*texts: str) -> Answer:
    """Send these texts as the stream, whatever they hold; half surrogates go as raw bytes."""
    return Answer(events=texts)


def in_one_piece(answer: Answer) -> Answer:
    """The same answer as one JSON body, from a server that does not stream."""
    return replace(answer, streamed=False)


def unfinished() -> Answer:
    """End the stream in good order, but without ever saying that it is finished."""
    return replace(say("unknown", "This sentence is never fini"), finish=None)


def broken_json() -> Answer:
    """Finish with content that is not JSON."""
    return raw('{"status": "grounded", "text": "The VPN is')


def wrong_schema() -> Answer:
    """Finish with JSON that is not a draft."""
    return raw('{"status": "certain", "answer": "The VPN is blue."}')


def refusal(text: str = "I'm sorry, I can't assist with that.") -> Answer:
    """Refuse, as the API reports it: in a field of its own."""
    return Answer(refusal=text)


def cut(length: int = 40) -> Answer:
    """Reach the token limit after `length` characters."""
    whole = say("grounded", "A long answer about many things. " * 50).content
    return raw(whole[:length], finish="length")


def huge(characters: int = 1_000_000, *, one_line: bool = False) -> Answer:
    """Go on and on; `one_line` sends it as one event that does not end."""
    answer = replace(say("grounded", "x" * characters), pieces=(4_000,))
    if one_line:
        return replace(answer, events=("data: " + "x" * characters,))
    return answer


def slow(answer: Answer, pause_s: float) -> Answer:
    """The same answer with a pause before every event, in seconds."""
    return replace(answer, pause_s=pause_s)


def deltas(answer: Answer) -> Iterator[Json]:
    """What a stream says piece by piece; the arguments of parallel calls are interleaved."""
    yield {"role": "assistant", "content": None if answer.calls else ""}
    for key, text in (("content", answer.content), ("refusal", answer.refusal)):
        yield from ({key: piece} for piece in cut_up(text, answer.pieces))
    for index, called in enumerate(answer.calls):
        function = {"name": called.name, "arguments": ""}
        call_id = called.id or f"call_fake{index}"
        yield _of_call({"index": index, "id": call_id, "type": "function", "function": function})
    waiting = {i: cut_up(c.arguments, answer.pieces) for i, c in enumerate(answer.calls)}
    while waiting:
        for index in list(waiting):
            piece = next(waiting[index], None)
            if piece is None:
                del waiting[index]
            else:
                yield _of_call({"index": index, "function": {"arguments": piece}})


def message(answer: Answer) -> Json:
    """What a server says that does not stream."""
    said: Json = {"role": "assistant", "content": answer.content or None}
    if answer.refusal:
        said["refusal"] = answer.refusal
    if answer.calls:
        said["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in answer.calls
        ]
    return said


def halved(answer: Answer) -> Answer:
    """The same content cut inside its emoji: half of a surrogate pair in each of two deltas."""
    units = answer.content.encode("utf-16-be")
    halves = [
        units[i : i + 2].decode("utf-16-be", "surrogatepass") for i in range(0, len(units), 2)
    ]
    return replace(answer, content="".join(halves), pieces=(1,), escaped=True)


def _of_call(delta: Json) -> Json:
    return {"tool_calls": [delta]}


def cut_up(text: str, sizes: Sequence[int]) -> Iterator[str]:
    """Cut a text into pieces whose sizes come in turn."""
    start = turn = 0
    while start < len(text):
        end = start + sizes[turn % len(sizes)]
        yield text[start:end]
        start, turn = end, turn + 1
