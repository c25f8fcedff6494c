"""A server that does not know all of the protocol is asked without it, from then on."""

import pytest

from bot.errors import ModelUnavailable
from tests.bot.model.conftest import Wire
from tests.fakes.model_server import say, status
from tests.fakes.turns import person, task

FINE = say("unknown", "Nobody knows.")
SAID = {
    "stream_options": "Unrecognized request argument supplied: stream_options",
    "response_format": "Invalid parameter: 'response_format' of type json_schema is unsupported",
}


@pytest.mark.parametrize("part", list(SAID))
async def test_what_a_server_does_not_know_is_left_out_once_and_for_all(
    wire: Wire, part: str
) -> None:
    wire.server.lacks = {part: SAID[part]}
    chat = wire.chat()
    wire.server.script(FINE, FINE)
    for _ in range(2):
        decision = await chat.decide(task("How?"), [person("How?")], ())
        assert decision.draft
        assert decision.draft.text == "Nobody knows."
    assert wire.server.turned_away == 1
    assert [part in request.body for request in wire.server.requests] == [False, False]
    assert wire.waits == []


async def test_both_may_be_missing(wire: Wire) -> None:
    wire.server.lacks = SAID
    decision = await wire.ask(FINE)
    assert decision.draft
    assert wire.server.turned_away == 2
    assert decision.usage


async def test_what_comes_without_a_form_is_checked_all_the_same(wire: Wire) -> None:
    wire.server.lacks = {"response_format": SAID["response_format"]}
    decision = await wire.ask(say("unknown", ""))
    assert decision.problem


async def test_another_complaint_is_not_tried_again(wire: Wire) -> None:
    with pytest.raises(ModelUnavailable, match="requests: 1"):
        await wire.ask(status(400, message="This model's maximum context length is 8192 tokens"))


async def test_a_server_that_goes_on_complaining_is_not_asked_for_ever(wire: Wire) -> None:
    complaint = status(400, message=SAID["stream_options"])
    wire.server.lacks = {"stream_options": SAID["stream_options"]}
    with pytest.raises(ModelUnavailable):
        await wire.ask(complaint)
    assert len(wire.server.requests) == 1
