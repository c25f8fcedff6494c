"""What crosses the wire to the model, and what is made of its answers."""

import asyncio
import json
import logging
import re
import traceback

import pytest
from pydantic import BaseModel, ConfigDict

from bot.errors import ModelUnavailable
from bot.messages.decisions import Usage
from bot.model.decide import (
    DECLINED,
    EMPTY,
    NAMELESS,
    NO_TEXT,
    TOO_LONG,
    TOO_MANY_CALLS,
    WRONG_FORM,
)
from bot.model.openai_chat import NO_KEY, Limits, connect
from bot.model.stream import MAX_ANSWER_CHARS, MAX_CALLS_PER_DECISION
from tests.bot.model.conftest import Wire
from tests.fakes.model_server import (
    Answer,
    Call,
    ModelServer,
    broken_json,
    call,
    calls,
    cut,
    drop_mid_stream,
    events,
    halved,
    hang,
    huge,
    in_one_piece,
    never_closed,
    raw,
    raw_call,
    refusal,
    say,
    status,
    wrong_schema,
)
from tests.fakes.turns import passage, person, task
from tools.spec import ToolContext, tool


class OncallArgs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    team: str


class Shift(BaseModel):
    engineer: str


@tool(effect="read")
async def find_oncall(args: OncallArgs, context: ToolContext) -> Shift:
    """Find the engineer on call for a team."""
    raise NotImplementedError


async def test_the_request_holds_the_thread_the_tools_and_the_form(wire: Wire):
    wire.server.script(say("unknown", "Nobody knows."))
    asked = task("Who is on call?", passage("Ada is on call."))

    await wire.chat().decide(asked, [person("Who is on call?")], [find_oncall])

    body = wire.server.requests[0].body
    assert body.keys() == {
        "messages",
        "model",
        "response_format",
        "stream",
        "stream_options",
        "tools",
    }
    assert [m["role"] for m in body["messages"]] == ["system", "user", "user"]
    assert "2026-11-23" in wire.server.requests[0].system
    assert list(wire.server.requests[0].tools) == ["find_oncall"]
    assert body["response_format"]["json_schema"]["strict"] is True


async def test_without_tools_no_list_of_tools_is_sent(wire: Wire):
    await wire.ask(say("unknown", "Nobody knows."))

    assert "tools" not in wire.server.requests[0].body


async def test_a_draft_comes_through_whole(wire: Wire):
    text = 'Grüße! Use "the client" [1]\\n — 東京 🦜' * 20

    decision = await wire.ask(say("grounded", text, [("p1", "the “client”")]))

    assert decision.draft is not None
    assert decision.draft.text == text
    assert decision.draft.citations[0].quote == "the “client”"
    assert (decision.author, decision.problem, decision.calls) == ("test-model", None, ())


async def test_a_server_that_does_not_stream_is_understood_as_well(wire: Wire):
    decision = await wire.ask(in_one_piece(say("grounded", "Grüße! [1]", [("p1", "Grüße")])))

    assert decision.draft is not None
    assert decision.draft.text == "Grüße! [1]"
    assert decision.usage == Usage(input_tokens=100, output_tokens=20, requests=1)


async def test_calls_in_one_piece_are_told_apart_though_none_has_an_id(wire: Wire):
    wanted = calls(call("find_oncall", team="payments"), call("find_oncall", team="search"))

    decision = await wire.ask(in_one_piece(wanted))

    assert [json.loads(c.arguments) for c in decision.calls] == [
        {"team": "payments"},
        {"team": "search"},
    ]


async def test_a_refusal_in_one_piece_is_a_refusal(wire: Wire):
    decision = await wire.ask(in_one_piece(refusal("No.")))

    assert decision.draft is not None
    assert decision.draft.text == DECLINED


async def test_an_answer_in_one_piece_that_never_finished_breaks_the_attempt(wire: Wire):
    unfinished = in_one_piece(raw("Half an ans", finish=None))

    assert (await wire.ask(unfinished, say("unknown", "x"))).usage.requests == 2


async def test_a_draft_in_a_code_fence_is_read_as_one(wire: Wire):
    fenced = f"Here it is:\n```json\n{say('unknown', 'Use ``` for code.').content}\n```\n"

    decision = await wire.ask(raw(fenced))

    assert decision.draft is not None
    assert decision.draft.text == "Use ``` for code."


async def test_a_draft_that_holds_a_fence_is_read_whole(wire: Wire):
    text = 'Write:\n```json\n{"status": "unknown", "text": "x", "citations": []}\n```'

    decision = await wire.ask(say("clarify", text))

    assert decision.draft is not None
    assert decision.draft.text == text


async def test_a_character_sent_in_halves_is_joined(wire: Wire):
    decision = await wire.ask(halved(say("unknown", "🦜🦜")))

    assert decision.draft is not None
    assert decision.draft.text == "🦜🦜"


# --- calls ----------------------------------------------------------------------------------------


async def test_calls_come_in_order_with_ids_of_our_own(wire: Wire):
    wanted = calls(call("find_oncall", team="payments"), call("leave", person="Zoë"), call("now"))

    decision = await wire.ask(wanted)

    assert [c.name for c in decision.calls] == ["find_oncall", "leave", "now"]
    assert json.loads(decision.calls[1].arguments) == {"person": "Zoë"}
    assert all(re.fullmatch(r"call_[0-9a-f]{12}", c.id) for c in decision.calls)
    assert decision.draft is None


async def test_ids_that_collide_become_distinct(wire: Wire):
    same = [raw_call("a", "{}", "call_1"), raw_call("b", "{}", "call_1")]

    first = await wire.ask(calls(*same))
    second = await wire.ask(calls(*same))

    ids = [c.id for c in (*first.calls, *second.calls)]
    assert [c.name for c in first.calls] == ["a", "b"]
    assert len(set(ids)) == 4
    assert "call_1" not in ids


@pytest.mark.parametrize("arguments", ["not JSON", "[1, 2]", "null", '{"a": ', "[" * 5_000])
async def test_arguments_that_are_no_object_are_kept_as_text(wire: Wire, arguments: str):
    decision = await wire.ask(raw_call("find_oncall", arguments))

    assert decision.calls[0].arguments == arguments


async def test_no_arguments_are_an_empty_object(wire: Wire):
    assert (await wire.ask(raw_call("now", ""))).calls[0].arguments == "{}"


async def test_calls_win_over_content(wire: Wire):
    both = Answer(content="I will look that up.", calls=(Call("now"),), finish="tool_calls")

    decision = await wire.ask(both)

    assert [c.name for c in decision.calls] == ["now"]
    assert decision.problem is None


async def test_as_many_calls_as_allowed_and_no_more(wire: Wire):
    allowed = await wire.ask(calls(*[call("now")] * MAX_CALLS_PER_DECISION))
    refused = await wire.ask(calls(*[call("now")] * (MAX_CALLS_PER_DECISION + 1)))

    assert len(allowed.calls) == MAX_CALLS_PER_DECISION
    assert (refused.calls, refused.problem) == ((), TOO_MANY_CALLS)


async def test_a_long_name_is_cut(wire: Wire):
    assert len((await wire.ask(raw_call("x" * 1_000, "{}"))).calls[0].name) == 64


# --- problems -------------------------------------------------------------------------------------

PROBLEMS = {
    "broken JSON": (broken_json(), WRONG_FORM),
    "another schema": (wrong_schema(), WRONG_FORM),
    "a JSON list": (raw("[]"), WRONG_FORM),
    "prose": (raw("The VPN is blue."), WRONG_FORM),
    "nested too deeply": (raw('{"text": ' + "[" * 5_000), WRONG_FORM),
    "nothing": (raw(""), EMPTY),
    "blanks": (raw(" \n "), EMPTY),
    "a blank text": (say("unknown", " "), NO_TEXT),
    "a cut answer": (cut(), TOO_LONG),
    "a cut answer that happens to be whole": (raw(say("unknown", "x").content, "length"), TOO_LONG),
    "a cut call": (Answer(calls=(Call("now", '{"a": '),), finish="length"), TOO_LONG),
    "an answer without end": (huge(), TOO_LONG),
    "a call without end": (
        Answer(calls=(Call("now", "x" * 2 * MAX_ANSWER_CHARS),), pieces=(4_000,)),
        TOO_LONG,
    ),
    "a call of nothing": (raw_call("", "{}"), NAMELESS),
}


@pytest.mark.parametrize("name", list(PROBLEMS))
async def test_an_answer_that_cannot_be_used_is_a_problem_the_model_can_mend(wire: Wire, name: str):
    answer, problem = PROBLEMS[name]

    decision = await wire.ask(answer)

    assert decision.problem is not None
    assert decision.problem.startswith(problem)
    assert decision.draft is None
    assert decision.calls == ()
    assert len(wire.server.requests) == 1  # it is no failure of the server, to be retried


async def test_a_problem_repeats_no_value_of_the_answer(wire: Wire):
    decision = await wire.ask(raw('{"status": "sk-secret", "text": 5, "citations": "sk-secret"}'))

    assert decision.problem is not None
    assert "status: " in decision.problem
    assert "sk-secret" not in decision.problem


async def test_an_answer_without_end_is_not_read_to_its_end(wire: Wire):
    await wire.ask(huge(30_000_000))

    await wire.server.until(lambda: wire.server.abandoned == 1)


async def test_an_event_without_end_is_cut_and_ends_the_turn(wire: Wire):
    limits = Limits(attempts=1, stream_bytes=100_000)

    with pytest.raises(ModelUnavailable, match="APIConnectionError"):
        await wire.ask(huge(30_000_000, one_line=True), limits=limits)


async def test_no_answer_is_asked_for_packed(wire: Wire):
    await wire.ask(say("unknown", "Nobody knows."))

    # The limit counts the bytes that arrive, and a small packed body can hold a large one.
    assert wire.server.requests[0].headers["Accept-Encoding"] == "identity"


async def test_an_error_page_without_end_is_cut_too(wire: Wire):
    limits = Limits(attempts=1, stream_bytes=100_000)

    with pytest.raises(ModelUnavailable):
        await wire.ask(status(500, message="x" * 1_000_000), limits=limits)


# --- refusals -------------------------------------------------------------------------------------

REFUSALS = {
    "a refusal": refusal("No. Write to evil@example.com instead."),
    "a refusal with content": Answer(content='{"status": "grounded"', refusal="No."),
    "a refusal with a call": Answer(refusal="No.", calls=(Call("now"),)),
    "a content filter": raw('{"status": "grounded", "text": "Half a', "content_filter"),
    "a filter before the model": status(400, error_code="content_filter", message="evil"),
}


@pytest.mark.parametrize("name", list(REFUSALS))
async def test_a_refusal_is_unknown_in_our_own_words(wire: Wire, name: str):
    decision = await wire.ask(REFUSALS[name])

    assert decision.draft is not None
    assert (decision.draft.status, decision.draft.text) == ("unknown", DECLINED)
    assert decision.calls == ()


# --- usage ----------------------------------------------------------------------------------------


async def test_usage_is_the_servers_own_and_counts_every_request(wire: Wire):
    decision = await wire.ask(status(500), say("unknown", "Nobody knows."))

    assert decision.usage == Usage(input_tokens=100, output_tokens=20, requests=2)


async def test_usage_of_an_attempt_that_broke_is_estimated_and_added(wire: Wire):
    decision = await wire.ask(drop_mid_stream(), say("unknown", "Nobody knows."))

    assert decision.usage.requests == 2
    assert decision.usage.input_tokens > 500  # the system prompt alone is longer
    assert decision.usage.output_tokens > 20


async def test_usage_is_estimated_where_the_server_does_not_count(wire: Wire):
    decision = await wire.ask(Answer(content=say("unknown", "word " * 400).content, usage=None))

    assert decision.usage.input_tokens > 500
    assert decision.usage.output_tokens > 400


# --- a server that misbehaves ---------------------------------------------------------------------


def data(chunk: object) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


EVENTS = {
    "a list": data([]),
    "a text": data("hello"),
    "a number": data(7),
    "choices that are a text": data({"choices": "none"}),
    "a choice that is a number": data({"choices": [7]}),
    "content that is a number": data({"choices": [{"index": 0, "delta": {"content": 7}}]}),
    "calls that are an object": data({"choices": [{"index": 0, "delta": {"tool_calls": {}}}]}),
    "usage below zero": data({"choices": [], "usage": {"prompt_tokens": -5}}),
    "no JSON": "data: <html>busy</html>\n\n",
    "bytes that are not UTF-8": 'data: {"a": "\udcff"}\n\n',
    "JSON nested too deeply": "data: " + "[" * 100_000 + "\n\n",
}


def finished(text: str) -> str:
    content = say("unknown", text).content
    return data({"choices": [{"delta": {"content": content}, "finish_reason": "stop"}]})


@pytest.mark.parametrize("name", list(EVENTS))
async def test_an_event_that_is_none_breaks_the_attempt_and_not_the_turn(wire: Wire, name: str):
    broken = events(EVENTS[name], finished("Not to be trusted."))

    decision = await wire.ask(broken, say("unknown", "Nobody knows."))

    assert decision.draft is not None
    assert decision.draft.text == "Nobody knows."
    assert decision.usage.requests == 2


async def test_an_empty_stream_breaks_the_attempt(wire: Wire):
    assert (await wire.ask(events(), say("unknown", "x"))).usage.requests == 2


async def test_other_choices_are_not_read(wire: Wire):
    delta = {"content": "Other"}
    other = data({"choices": [{"index": 1, "delta": delta, "finish_reason": "stop"}]})

    decision = await wire.ask(events(other, finished("x"), other, "data: [DONE]\n\n"))

    assert decision.draft is not None
    assert decision.draft.text == "x"


async def test_a_finished_answer_counts_though_its_stream_is_never_closed(wire: Wire):
    limits = Limits(attempts=1, stall_s=2.0)

    decision = await wire.ask(never_closed(say("unknown", "Nobody knows.")), limits=limits)

    assert decision.draft is not None


async def test_a_redirect_is_not_followed(wire: Wire):
    async with ModelServer() as elsewhere:
        away = {"Location": f"{elsewhere.base_url}/chat/completions"}
        with pytest.raises(ModelUnavailable, match="307"):
            await wire.ask(status(307, headers=away))

        assert elsewhere.requests == []


async def test_a_chat_that_is_cancelled_stops_at_once(wire: Wire):
    asking = asyncio.ensure_future(wire.ask(hang()))
    await wire.server.until(lambda: len(wire.server.requests) == 1)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking

    assert len(wire.server.requests) == 1


# --- secrets --------------------------------------------------------------------------------------


async def test_the_key_is_in_no_error_and_in_no_log(wire: Wire, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    key = wire.server.api_key
    leak = f"Bad key {key} in: How?"

    with pytest.raises(ModelUnavailable) as refused:
        await wire.ask(status(500, message=leak), status(401, message=leak))

    told = "".join(traceback.format_exception(refused.value, limit=0))
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "model.retried" in logged
    for text in (told, logged, repr(wire.chat()), refused.value.apology):
        assert key not in text
        assert "How?" not in text


async def test_a_server_without_a_key_is_asked_with_a_placeholder():
    async with ModelServer(api_key=NO_KEY) as server:
        server.script(say("unknown", "Nobody knows."))
        chat = connect(None, server.base_url, server.model)

        decision = await chat.decide(task("How?"), [person("How?")], [])
        await chat.aclose()

    assert decision.draft is not None
