"""Turns over OTLP, to a receiver on loopback that reads the real protocol."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot import log
from bot.serving import stop_serving
from tests.fakes.model_answers import call
from tests.fakes.model_server import ModelServer
from tests.harness import company

QUESTION = "How many days of annual leave do employees get?"
TOKEN = 'admins = ["U01MIRA"]\n'


class Receiver:
    """Takes spans at /v1/traces; a span is its name, its parent's and its attributes."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.bodies: list[bytes] = []
        self.endpoint = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        self.bodies.append(body)
        sent = ExportTraceServiceRequest.FromString(body)
        self.spans += [s for r in sent.resource_spans for c in r.scope_spans for s in c.spans]
        return web.Response(content_type="application/x-protobuf")

    def named(self, start: str) -> list[dict[str, Any]]:
        """The attributes of spans whose name begins so."""
        return [attributes(span) for span in self.spans if span.name.startswith(start)]


def attributes(span: Any) -> dict[str, Any]:
    def value(v: Any) -> Any:
        kind = v.WhichOneof("value")
        if kind == "array_value":
            return [value(one) for one in v.array_value.values]
        return getattr(v, kind)

    return {a.key: value(a.value) for a in span.attributes}


@asynccontextmanager
async def receiving() -> AsyncGenerator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.add_routes([web.post("/v1/traces", receiver.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/traces"
    try:
        yield receiver
    finally:
        await stop_serving(runner)


def config(receiver: Receiver, more: str = "") -> str:
    return f'[access]\n{TOKEN}[telemetry]\nendpoint = "{receiver.endpoint}"\n{more}'


async def test_a_turn_is_a_span_with_what_it_did_below_it(tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with company(tmp_path, config=config(receiver)) as bot:
            await bot.ask("Who is on call for payments?")
            await bot.idle()
            turn = (await bot.trace()).turn_id
        (root,) = receiver.named("invoke_agent")
        assert root[log.OPERATION] == "invoke_agent"
        assert root["sluice.turn.id"] == turn
        assert root[log.CONVERSATION_ID] == turn.rpartition(":")[0] + ":" + turn.split(":")[-1]
        (tool,) = receiver.named("execute_tool find_oncall")
        assert tool[log.TOOL_NAME] == "find_oncall"
        assert len(receiver.named("chat extractive")) == 2
        assert len(receiver.named("retrieval")) == 1
        (top,) = [span for span in receiver.spans if not span.parent_span_id]
        assert {s.parent_span_id for s in receiver.spans if s is not top} == {top.span_id}
        assert all(s.start_time_unix_nano <= s.end_time_unix_nano for s in receiver.spans)


async def test_content_stays_here_unless_it_is_asked_for(tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with company(tmp_path, config=config(receiver)) as bot:
            await bot.ask(QUESTION)
            await bot.idle()
        sent = b"".join(receiver.bodies)
        assert b"annual leave" not in sent
        assert b"25 days" not in sent


async def test_content_goes_along_where_it_is(tmp_path: Path) -> None:
    async with receiving() as receiver:
        async with company(tmp_path, config=config(receiver, "content = true\n")) as bot:
            await bot.ask(QUESTION)
            await bot.idle()
        assert QUESTION in receiver.named("invoke_agent")[0][log.INPUT_MESSAGES]
        assert "25 days" in receiver.named("chat")[0][log.OUTPUT_MESSAGES]
        assert "annual leave" in receiver.named("retrieval")[0][log.QUERY_TEXT]


async def test_a_turn_that_fails_says_why_and_its_model_is_named(tmp_path: Path) -> None:
    async with receiving() as receiver, ModelServer() as model:
        model.mind = lambda _: call("find_oncall", team="payments")
        env = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": model.api_key}
        env["SLUICE_MODEL"] = model.model
        async with company(tmp_path, config=config(receiver), env=env) as bot:
            await bot.ask("Who is on call for payments?")
            await bot.idle()
        (root,) = receiver.named("invoke_agent")
        assert root[log.ERROR_TYPE] == "BudgetSpent"
        chat = receiver.named(f"chat {model.model}")[0]
        assert chat[log.PROVIDER] == "openai"
        assert chat[log.INPUT_TOKENS] == 100
        assert chat[log.FINISH_REASONS] == ["tool_call"]


async def test_a_receiver_that_is_not_there_stops_nothing(tmp_path: Path) -> None:
    async with receiving() as receiver:
        endpoint = receiver.endpoint
    async with company(tmp_path, config=f'[telemetry]\nendpoint = "{endpoint}"\n') as bot:
        assert "25 days" in (await bot.ask(QUESTION)).text
        await asyncio.wait_for(bot.idle(), 60)
