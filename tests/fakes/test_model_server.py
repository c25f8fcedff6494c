"""The fake is only worth as much as what it refuses."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest

from tests.fakes.model_server import (
    ModelServer,
    call,
    calls,
    drop_mid_stream,
    halved,
    raw_call,
    say,
    status,
)

Json = dict[str, Any]

SCHEMA: Json = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {"text": {"type": "string"}},
}


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running
        running.errors.clear()


def request(**changes: object) -> Json:
    tool = {"name": "find", "description": "Find it.", "parameters": SCHEMA}
    named = {"name": "reply", "strict": True, "schema": SCHEMA}
    return {
        "model": "test-model",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "system", "content": "Be brief."}, user("Hi")],
        "tools": [{"type": "function", "function": tool}],
        "response_format": {"type": "json_schema", "json_schema": named},
        **changes,
    }


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def asks(*ids: str, name: str = "find", arguments: str = "{}") -> Json:
    function = {"name": name, "arguments": arguments}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": i, "type": "function", "function": function} for i in ids],
    }


def answers(call_id: str, content: str = "ok") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


async def post(server: ModelServer, body: Json, key: str | None = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {key or server.api_key}"}
    async with httpx2.AsyncClient() as client:
        url = f"{server.base_url}/chat/completions"
        # Escaped, because httpx2 itself cannot send half a surrogate pair.
        return await client.post(url, content=json.dumps(body), headers=headers)


def content_of(response: httpx2.Response) -> str:
    lines = [line[6:] for line in response.text.splitlines() if line.startswith("data: {")]
    choices = [choice for line in lines for choice in json.loads(line)["choices"]]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


CONVERSATIONS: dict[str, list[Json]] = {
    "nothing": [],
    "a role nobody has": [{"role": "robot", "content": "Hi"}],
    "blank content": [user(" \n")],
    "no content": [{"role": "user"}],
    "a null character": [user("a\0b")],
    "half a surrogate pair": [user("\ud83d")],
    "an unknown field": [{**user("Hi"), "priority": 1}],
    "a second system message": [user("Hi"), {"role": "system", "content": "And be kind."}],
    "a call without an answer": [user("Hi"), asks("a"), user("Well?")],
    "one of two calls without an answer": [user("Hi"), asks("a", "b"), answers("a"), user("So?")],
    "a call without an answer at the end": [user("Hi"), asks("a", "b"), answers("b")],
    "an answer to nothing": [user("Hi"), answers("a")],
    "two answers to one call": [user("Hi"), asks("a"), answers("a"), answers("a")],
    "a blank answer": [user("Hi"), asks("a"), answers("a", "")],
    "one id for two calls": [user("Hi"), asks("a", "a"), answers("a"), answers("a")],
    "an id used before": [user("Hi"), asks("a"), answers("a"), asks("a"), answers("a")],
    "a long id": [user("Hi"), asks("a" * 41), answers("a" * 41)],
    "no calls in the list of calls": [user("Hi"), asks(), user("Well?")],
    "a tool name with spaces": [user("Hi"), asks("a", name="rm -rf"), answers("a")],
    "arguments that are no object": [user("Hi"), asks("a", arguments="[1]"), answers("a")],
    "arguments that are no JSON": [user("Hi"), asks("a", arguments="{oops"), answers("a")],
    "the assistant speaking last": [user("Hi"), {"role": "assistant", "content": "Hello"}],
}


@pytest.mark.parametrize("name", list(CONVERSATIONS))
async def test_a_conversation_that_breaks_a_rule_is_refused(server: ModelServer, name: str):
    system = [{"role": "system", "content": "Be brief."}]
    messages = system + CONVERSATIONS[name] if CONVERSATIONS[name] else []

    response = await post(server, request(messages=messages))

    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert server.errors
    assert not server.requests


def changed(path: str, value: object) -> Callable[[], Json]:
    def change() -> Json:
        body = json.loads(json.dumps(request()))
        *parents, last = path.split(".")
        part = body
        for key in parents:
            part = part[int(key)] if key.isdigit() else part[key]
        if value is None:
            del part[last]
        else:
            part[last] = value
        return body

    return change


FORMAT = "response_format.json_schema"
REFERENCE: Json = {"$ref": "#/$defs/Text", "description": "the text"}
REQUESTS: dict[str, Callable[[], Json]] = {
    "no model": changed("model", None),
    "another model": changed("model", "gpt-none"),
    "no messages": changed("messages", None),
    "an unknown parameter": changed("creativity", 11),
    "no stream": changed("stream", None),
    "no usage": changed("stream_options", None),
    "an empty list of tools": changed("tools", []),
    "a tool choice without tools": lambda: {**changed("tools", None)(), "tool_choice": "auto"},
    "two tools of one name": lambda: request(tools=request()["tools"] * 2),
    "a tool without a description": changed("tools.0.function.description", None),
    "a tool with a long name": changed("tools.0.function.name", "a" * 65),
    "a tool with a field of its own": changed("tools.0.function.effect", "read"),
    "parameters that are no object": changed("tools.0.function.parameters", {"type": "string"}),
    "a reference to nowhere": changed(
        "tools.0.function.parameters.properties.text", {"$ref": "#/$defs/Text"}
    ),
    "a format that is not strict": changed(f"{FORMAT}.strict", False),
    "a format without a name": changed(f"{FORMAT}.name", None),
    "an open object": changed(f"{FORMAT}.schema.additionalProperties", None),
    "an optional property": changed(f"{FORMAT}.schema.required", []),
    "a default": changed(f"{FORMAT}.schema.properties.text.default", "x"),
    "a property without a type": changed(f"{FORMAT}.schema.properties.text", {"title": "Text"}),
    "a reference with company": lambda: changed(f"{FORMAT}.schema.properties.text", REFERENCE)(),
}


@pytest.mark.parametrize("name", list(REQUESTS))
async def test_a_request_that_breaks_a_rule_is_refused(server: ModelServer, name: str):
    response = await post(server, REQUESTS[name]())

    assert response.status_code == 400
    assert server.errors


async def test_a_wrong_key_is_refused(server: ModelServer):
    assert (await post(server, request(), key="sk-wrong")).status_code == 401


async def test_a_whole_conversation_with_calls_is_accepted(server: ModelServer):
    server.script(say("clarify", "Which one?"))
    messages = [
        {"role": "system", "content": "Be brief."},
        user("Hi"),
        asks("a", "b"),
        answers("b"),
        answers("a"),
        {"role": "assistant", "content": "Hello"},
        user("Again"),
    ]

    response = await post(server, request(messages=messages))

    assert response.status_code == 200
    assert json.loads(content_of(response))["text"] == "Which one?"
    assert server.requests[0].results == {"b": "ok", "a": "ok"}


async def test_a_request_without_an_answer_fails_the_test():
    with pytest.raises(AssertionError, match="no answer is scripted"):
        async with ModelServer() as server:
            assert (await post(server, request())).status_code == 500


async def test_content_survives_being_cut_inside_characters(server: ModelServer):
    server.script(say("unknown", "Grüße, 東京 🦜!" * 5), halved(say("unknown", "🦜")))

    whole = content_of(await post(server, request()))
    halves = content_of(await post(server, request()))

    assert json.loads(whole)["text"] == "Grüße, 東京 🦜!" * 5
    assert json.loads(halves)["text"] != "🦜"  # two halves, which the client has to join


async def test_parallel_calls_are_interleaved_and_end_with_the_usage(server: ModelServer):
    server.script(calls(call("a", team="payments"), raw_call("b", "not JSON", "same")))

    body = (await post(server, request())).text
    events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: {")]
    parts = [e["choices"][0]["delta"].get("tool_calls") for e in events if e["choices"]]
    order = [part[0]["index"] for part in parts if part]

    assert order[:4] == [0, 1, 0, 1]
    assert events[-1]["usage"] == {"prompt_tokens": 100, "completion_tokens": 20}
    assert body.endswith("data: [DONE]\n\n")


async def test_a_mind_reads_the_request_and_a_script_goes_first(server: ModelServer):
    server.mind = lambda asked: say("unknown", asked.last["content"])
    server.script(status(429, retry_after=7))

    first = await post(server, request())
    second = await post(server, request())

    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert json.loads(content_of(second))["text"] == "Hi"


async def test_a_dropped_stream_breaks_the_connection(server: ModelServer):
    server.script(drop_mid_stream())

    with pytest.raises(httpx2.RemoteProtocolError):
        await post(server, request())
