"""A model server on loopback: real HTTP, strict rules, answers by script.

    async with ModelServer() as server:
        server.script(call("find_oncall", team="payments"), say("unknown", "Nobody is."))
        chat = connect(server.api_key, server.base_url, server.model)

A request that breaks a rule, or for which no answer is scripted, is kept in `errors`, and leaving
the block then fails the test.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.serving import stop_serving
from tests.fakes.model_answers import (
    Answer,
    Call,
    broken_json,
    broken_sse,
    call,
    calls,
    cut,
    deltas,
    drop_mid_stream,
    error_mid_stream,
    events,
    halved,
    hang,
    hang_mid_stream,
    huge,
    in_one_piece,
    message,
    never_closed,
    raw,
    raw_call,
    refusal,
    say,
    slow,
    status,
    unfinished,
    wrong_schema,
)
from tests.fakes.model_rules import Refused, check_request

__all__ = [
    "Answer",
    "Call",
    "ChatRequest",
    "Mind",
    "ModelServer",
    "broken_json",
    "broken_sse",
    "call",
    "calls",
    "cut",
    "drop_mid_stream",
    "error_mid_stream",
    "events",
    "halved",
    "hang",
    "hang_mid_stream",
    "huge",
    "in_one_piece",
    "never_closed",
    "raw",
    "raw_call",
    "refusal",
    "say",
    "slow",
    "status",
    "unfinished",
    "wrong_schema",
]

Json = dict[str, Any]

CUTS = (1, 2, 61, 3, 127, 7, 509)
"""Bytes of one write, in turn: inside UTF-8, inside JSON, inside the line end."""


@dataclass(frozen=True)
class ChatRequest:
    """A request that kept every rule, as a mind reads it."""

    body: Json
    headers: Mapping[str, str]

    @property
    def messages(self) -> list[Json]:
        return self.body["messages"]

    @property
    def system(self) -> str:
        return self.messages[0]["content"]

    @property
    def last(self) -> Json:
        return self.messages[-1]

    @property
    def text(self) -> str:
        """Everything the model reads, system prompt and all."""
        return "\n".join(str(m.get("content") or "") for m in self.messages)

    @property
    def tools(self) -> dict[str, Json]:
        """The functions offered, by name."""
        return {t["function"]["name"]: t["function"] for t in self.body.get("tools", [])}

    @property
    def results(self) -> dict[str, str]:
        """The contents of the tool messages, by call id, in the order of the conversation."""
        return {m["tool_call_id"]: m["content"] for m in self.messages if m["role"] == "tool"}


Mind = Callable[[ChatRequest], Answer | Awaitable[Answer]]


class ModelServer:
    """Serves `/v1/chat/completions` and `/v1/models`.

    Attributes:
        requests: What was asked and kept every rule, in the order of arrival.
        errors: Requests that broke a rule, or had no answer. Clear it where a test wants them.
        mind: Answers every request for which nothing is scripted.
        written: Told what a stream has said of its content so far, after each event.
        lacks: Parameters that this server does not know, with what it says of each; and in
            `turned_away` how often it has said so.
        abandoned: How many streams the client closed before their end.
    """

    def __init__(
        self, *, model: str = "test-model", api_key: str = "sk-test-4f2a9c", port: int = 0
    ) -> None:
        self.model = model
        self.api_key = api_key
        self.requests: list[ChatRequest] = []
        self.errors: list[str] = []
        self.mind: Mind | None = None
        self.lacks: dict[str, str] = {}
        self.turned_away = 0
        self.abandoned = 0
        self.written: Callable[[str], None] = lambda _: None
        self._port = port
        self._script: deque[Answer] = deque()
        self._closing = asyncio.Event()
        self._changed = asyncio.Condition()
        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        app.router.add_route("*", "/{path:.*}", self._missing)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def left(self) -> int:
        """How many scripted answers nobody has asked for yet."""
        return len(self._script)

    def script(self, *answers: Answer) -> None:
        """Answer the next requests so, one answer each."""
        self._script.extend(answers)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds of `requests` or `abandoned`; ten seconds at most."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(holds)

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Let go of the streams that hang, and stop listening."""
        self._closing.set()
        await stop_serving(self._runner)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None and self.errors:
            raise AssertionError("the model server refused: " + "; ".join(self.errors))

    # --- the endpoints ----------------------------------------------------------------------------

    async def _models(self, request: web.Request) -> web.StreamResponse:
        if not self._authorized(request):
            return self._unauthorized()
        model = {"id": self.model, "object": "model", "created": 0, "owned_by": "tests"}
        return web.json_response({"object": "list", "data": [model]})

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        self.errors.append(f"{request.method} {request.path}: no such endpoint")
        return _failure(404, f"Invalid URL ({request.method} {request.path})")

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        if not self._authorized(request):
            return self._unauthorized()
        try:
            given = json.loads(await request.read())
            if lacking := sorted(given.keys() & self.lacks.keys()):
                self.turned_away += 1
                return _failure(400, self.lacks[lacking[0]])
            body = check_request(given, [self.model], self.lacks)
        except (Refused, UnicodeDecodeError, json.JSONDecodeError) as error:
            self.errors.append(f"{getattr(error, 'param', 'body')}: {error}")
            return _failure(400, str(error), param=getattr(error, "param", None))
        asked = ChatRequest(body, dict(request.headers))
        async with self._changed:
            self.requests.append(asked)
            self._changed.notify_all()
        answer = await self._think(asked)
        if answer is None:
            self.errors.append(f"no answer is scripted for request {len(self.requests)}")
            return _failure(500, "no answer is scripted for this request")
        return await self._send(request, answer)

    def _authorized(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {self.api_key}"

    def _unauthorized(self) -> web.Response:
        # The real API repeats the key, masked; here in full, so that a leak cannot be missed.
        message = f"Incorrect API key provided: {self.api_key}."
        return _failure(401, message, code="invalid_api_key")

    async def _think(self, asked: ChatRequest) -> Answer | None:
        if self._script:
            return self._script.popleft()
        if self.mind is None:
            return None
        answer = self.mind(asked)
        return answer if isinstance(answer, Answer) else await answer

    # --- the wire ---------------------------------------------------------------------------------

    async def _send(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        if not answer.headers_sent:
            await self._closing.wait()
            return _failure(503, "closing")
        if answer.status != 200:
            return web.json_response(answer.error, status=answer.status, headers=answer.headers)
        if not answer.streamed:
            return self._whole(answer)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self._stream(response, answer)
            if answer.ends in ("hangs", "lingers"):
                await self._closing.wait()
            elif answer.ends == "drops" and request.transport is not None:
                request.transport.close()
        except ConnectionResetError:
            async with self._changed:
                self.abandoned += 1
                self._changed.notify_all()
        return response

    def _whole(self, answer: Answer) -> web.Response:
        body: Json = {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.model,
            "choices": [{"index": 0, "message": message(answer), "finish_reason": answer.finish}],
        }
        if answer.usage is not None:
            body["usage"] = dict(zip(_USAGE, answer.usage, strict=True))
        return web.json_response(body)

    async def _stream(self, response: web.StreamResponse, answer: Answer) -> None:
        writes, said = 0, ""
        for event in self._events(answer):
            if answer.pause_s:
                await asyncio.sleep(answer.pause_s)
            if answer.held and answer.held[0] in said:
                await answer.held[1].wait()
            data = event.encode("utf-8", "surrogateescape")
            while data:
                size = CUTS[writes % len(CUTS)] if len(data) < 4_096 else 65_536
                await response.write(data[:size])
                data, writes = data[size:], writes + 1
                # Lets the client, on the same loop, read this piece before the next one.
                await asyncio.sleep(0)
            said += _content_of(event)
            self.written(said)

    def _events(self, answer: Answer) -> Iterator[str]:
        yield ": a comment, as gateways send to keep a connection alive\n\n"
        if answer.events is not None:
            yield from answer.events
            return
        pieces = [self._event(choice(delta), answer) for delta in deltas(answer)]
        if answer.ends in _LAST_WORDS:
            yield from pieces[: len(pieces) // 2]
            yield _LAST_WORDS[answer.ends]
            return
        yield from pieces
        if answer.finish is not None:
            yield self._event(choice({}, answer.finish), answer)
        if answer.ends == "lingers":
            return
        if answer.usage is not None:
            yield self._event([], answer, dict(zip(_USAGE, answer.usage, strict=True)))
        yield "data: [DONE]\n\n"

    def _event(self, choices: list[Json], answer: Answer, usage: Json | None = None) -> str:
        chunk: Json = {
            "id": "chatcmpl-fake",
            "object": "chat.completion.chunk",
            "created": int(time.time()),
            "model": self.model,
            "choices": choices,
            "usage": usage,
        }
        return f"data: {json.dumps(chunk, ensure_ascii=answer.escaped)}\n\n"


def _content_of(event: str) -> str:
    """What an event of our own making adds to the content."""
    try:
        choices = json.loads(event.removeprefix("data: "))["choices"]
    except (ValueError, KeyError):
        return ""
    return str(choices[0]["delta"].get("content") or "") if choices else ""


_USAGE = ("prompt_tokens", "completion_tokens")
_LAST_WORDS = {
    "hangs": 'data: {"id": "chatcmpl-fake", "choi',
    "drops": 'data: {"id": "chatcmpl-fake", "choi',
    "garbled": 'data: {"id": "chatcmpl-fake", "choi\n\ndata: [DONE]\n\n',
    "error": 'data: {"error": {"message": "overloaded: sk-secret", "type": "server_error"}}\n\n',
}


def choice(delta: Json, finish: str | None = None) -> list[Json]:
    """The one choice of a chunk."""
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]


def _failure(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return web.json_response({"error": error}, status=status)
