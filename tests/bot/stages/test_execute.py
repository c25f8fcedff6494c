from collections.abc import AsyncIterator

import pytest

from bot.demo.company_api import CompanyApi
from bot.errors import InDoubt
from bot.messages.approvals import INVALID, Judgement
from bot.stages.execute import decline, execute, perform, performed
from tests.fakes.turns import task
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox
from tools.spec import ToolCall

ONCALL = ToolCall(id="call_1", name="find_oncall", arguments='{"team":"payments"}')
TICKET = ToolCall(
    id="call_2", name="open_ticket", arguments='{"title":"Screen","description":"It flickers"}'
)
GONE = ToolCall(id="call_3", name="gone")
ASKED = task("hi")


@pytest.fixture
async def api() -> AsyncIterator[CompanyApi]:
    async with CompanyApi(None, "t") as running:
        yield running


@pytest.fixture
async def toolbox(api: CompanyApi) -> AsyncIterator[Toolbox]:
    box = Toolbox()
    box.add(api_client(api.base_url, headers={"Authorization": "Bearer t"}), *COMPANY_TOOLS)
    yield box
    await box.aclose()


def ruled(call: ToolCall, action: str, rule: str = "r") -> Judgement:
    return Judgement.model_validate(
        {"call": call, "action": action, "rule": rule, "reason": "it is so"}
    )


async def test_allowed_calls_run_denied_ones_do_not_and_asked_ones_wait(
    toolbox: Toolbox, api: CompanyApi
) -> None:
    judgements = [ruled(ONCALL, "allow"), ruled(TICKET, "ask"), ruled(TICKET, "deny")]
    results = await execute(judgements, ASKED, toolbox)
    assert [(r.call_id, r.outcome) for r in results] == [("call_1", "ok"), ("call_2", "denied")]
    assert "it is so" in results[1].content
    assert [r.method for r in api.requests] == ["GET"]
    assert api.requests[0].user == "U01ADA"


async def test_wrong_arguments_come_back_as_what_to_mend(toolbox: Toolbox) -> None:
    wrong = TICKET.model_copy(update={"arguments": "{}"})
    (result,) = await execute([ruled(wrong, "deny", INVALID)], ASKED, toolbox)
    assert result.outcome == "retry"
    assert "title" in result.content


async def test_a_tool_that_is_gone_cannot_run(toolbox: Toolbox) -> None:
    (result,) = await execute([ruled(GONE, "allow")], ASKED, toolbox)
    assert result.outcome == "denied"
    assert (await perform(GONE, ASKED, toolbox)).outcome == "denied"
    assert await performed(GONE, ASKED, toolbox) is None


async def test_an_approved_call_runs_under_its_own_key_and_is_found_again(
    toolbox: Toolbox, api: CompanyApi
) -> None:
    assert await performed(TICKET, ASKED, toolbox) is None
    done = await perform(TICKET, ASKED, toolbox)
    assert done.outcome == "ok"
    assert await performed(TICKET, ASKED, toolbox) == done
    assert [r.key for r in api.requests if r.method == "POST"] == ["call_2"]


async def test_where_nobody_can_tell_a_person_has_to(toolbox: Toolbox) -> None:
    with pytest.raises(InDoubt):
        await performed(ONCALL, ASKED, toolbox)


def test_what_did_not_run_is_told_to_the_model() -> None:
    assert decline(TICKET, "no").outcome == "denied"
