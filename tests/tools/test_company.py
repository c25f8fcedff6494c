"""The sample tools against the sample API, over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.demo.company_api import CompanyApi
from tests.tools.hostile import HostileServer, http
from tools.client import api_client
from tools.company import COMPANY_TOOLS, list_tickets, open_ticket
from tools.registry import Toolbox
from tools.run import check, run
from tools.spec import AnyTool, ToolCall, ToolContext, ToolResult

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
HEADERS = {"Authorization": "Bearer t"}
TICKET = {"title": "Broken screen", "description": "It is black.", "priority": "high"}


async def no_wait(seconds: float) -> None:
    return


class Company:
    """Calls the tools as one person does, turn after turn."""

    def __init__(self, api: CompanyApi, toolbox: Toolbox) -> None:
        self.api = api
        self.toolbox = toolbox

    async def call(
        self, name: str, asker: str = "U01ADA", key: str = "turn-1:c1", **arguments: Any
    ) -> ToolResult:
        tool = self.toolbox.get(name)
        assert tool
        context = self.toolbox.context_for(tool, asker, "Somebody", key)
        call = ToolCall(id="c1", name=name, arguments=json.dumps(arguments))
        return await run(call, tool, context)

    async def ok(self, name: str, asker: str = "U01ADA", **arguments: Any) -> Any:
        result = await self.call(name, asker, **arguments)
        assert result.outcome == "ok", result.content
        return json.loads(result.content)


@pytest.fixture
async def company() -> AsyncIterator[Company]:
    async with CompanyApi(None, "t", lambda: NOW) as api:
        toolbox = Toolbox()
        client = api_client(api.base_url, headers=HEADERS, sleep=no_wait)
        toolbox.add(client, *COMPANY_TOOLS)
        yield Company(api, toolbox)
        await toolbox.aclose()


async def test_who_is_on_call(company: Company) -> None:
    shift = await company.ok("find_oncall", team="payments")
    assert (shift["engineer"], shift["phone"]) == ("Ada Okafor", "+44 7700 900111")
    assert shift["until"] == "2026-11-25T10:00:00Z"
    later = await company.ok("find_oncall", team="payments", at="2026-11-26T09:00:00+01:00")
    assert later["engineer"] == "Tiago Brandão"
    assert [r.path for r in company.api.requests] == [
        "/oncall/payments",
        "/oncall/payments?at=2026-11-26T09%3A00%3A00%2B01%3A00",
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"team": "catering"},
        {"team": "../tickets"},
        {"team": "payments", "at": "2026-11-26T09:00:00"},
        {"team": "payments", "user": "U01MIRA"},
    ],
)
async def test_wrong_arguments_never_reach_the_api(
    company: Company, arguments: dict[str, Any]
) -> None:
    assert (await company.call("find_oncall", **arguments)).outcome == "retry"
    assert not company.api.requests


async def test_a_time_that_the_api_refuses_goes_back_to_the_model(company: Company) -> None:
    result = await company.call("find_oncall", team="payments", at="1999-01-01T00:00:00Z")
    assert result.outcome == "retry"
    assert "at: Input should be greater than or equal to 2020" in result.content


async def test_tickets_are_listed_without_their_free_text(company: Company) -> None:
    found = await company.ok("list_tickets", status="open", query="printer")
    assert found == {
        "tickets": [
            {
                "ticket_id": "INC-1038",
                "title": "Label printer in Leeds prints blank labels",
                "status": "new",
                "priority": "normal",
                "requester": "External form",
                "opened_at": "2026-11-20T21:00:00Z",
                "url": "https://tickets.larkspur.example/INC-1038",
            }
        ],
        "total": 1,
    }
    assert (await company.ok("list_tickets"))["total"] == 12


async def test_one_ticket_in_full(company: Company) -> None:
    ticket = await company.ok("get_ticket", ticket_id=" inc-1036 ")
    assert ticket["assignee"] == "Paulo Freitas"
    assert ticket["note"].startswith("Please stop using")


async def test_a_ticket_that_is_not_there(company: Company) -> None:
    result = await company.call("get_ticket", ticket_id="INC-9999")
    assert (result.outcome, result.content) == ("failed", "There is no ticket INC-9999.")


@pytest.mark.parametrize("ticket_id", ["1042", "INC-1042/../../leave/U01BEN", "INC-", 1042, "٣"])
async def test_what_is_no_ticket_number_goes_back(company: Company, ticket_id: Any) -> None:
    assert (await company.call("get_ticket", ticket_id=ticket_id)).outcome == "retry"
    assert not company.api.requests


async def test_a_balance_is_of_the_person_who_asks(company: Company) -> None:
    ada, ben = await company.ok("leave_balance"), await company.ok("leave_balance", "U01BEN")
    assert (ada["person"], ada["days_left"]) == ("Ada Okafor", 10.5)
    assert (ben["person"], ben["days_left"]) == ("Ben Castillo", 6)


async def test_nobody_can_be_named_for_a_balance(company: Company) -> None:
    result = await company.call("leave_balance", user="U01BEN")
    assert result.outcome == "retry"
    assert not company.api.requests


async def test_a_person_without_a_record(company: Company) -> None:
    result = await company.call("leave_balance", "U01GUEST")
    assert (result.outcome, "People team" in result.content) == ("failed", True)


async def test_a_ticket_is_opened_once_for_a_key(company: Company) -> None:
    opened = await company.ok("open_ticket", **TICKET)
    assert opened == {
        "ticket_id": "INC-1043",
        "title": "Broken screen",
        "priority": "high",
        "status": "new",
        "url": "https://tickets.larkspur.example/INC-1043",
    }
    assert await company.ok("open_ticket", **TICKET) == opened
    assert (await company.ok("get_ticket", ticket_id="INC-1043"))["requester"] == "Ada Okafor"
    assert (await company.ok("list_tickets"))["total"] == 13


async def test_the_lookup_tells_whether_a_ticket_was_opened(company: Company) -> None:
    context = company.toolbox.context_for(open_ticket, "U01ADA", "Ada", "turn-1:c1")
    assert open_ticket.lookup
    assert await open_ticket.lookup(context) is None
    opened = await company.ok("open_ticket", **TICKET)
    found = await open_ticket.lookup(context)
    assert found
    assert found.model_dump() == opened


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "  x  "},
        {"title": "two\nlines"},
        {"title": "bell\a!"},
        {"title": "right-to-left \N{RIGHT-TO-LEFT OVERRIDE}"},
        {"description": "null \0"},
        {"description": "x" * 4_001},
        {"priority": "HIGH"},
        {"requester": "U01MIRA"},
    ],
)
async def test_a_ticket_that_is_not_valid_goes_back(
    company: Company, changes: dict[str, str]
) -> None:
    result = await company.call("open_ticket", **TICKET | changes)
    assert result.outcome == "retry"
    assert next(iter(changes)) in result.content
    assert not company.api.requests


async def test_a_write_whose_answer_is_lost_is_found_again() -> None:
    """The API opens the ticket, and each answer about it is lost; then the lookup finds it."""
    shown = TICKET | {
        "ticket_id": "INC-1043",
        "status": "new",
        "requester": "Ada Okafor",
        "opened_at": "2026-11-22T14:00:00Z",
        "url": "https://tickets.larkspur.example/INC-1043",
    }
    found = http(200, json.dumps({"tickets": [shown], "total": 1}).encode())
    call = ToolCall(id="c1", name="open_ticket", arguments=json.dumps(TICKET))
    async with (
        HostileServer("drop", "drop", "drop", found) as server,
        api_client(server.base_url, sleep=no_wait) as api,
    ):
        context = ToolContext("U01ADA", "Ada Okafor", "turn-1:c1", api)
        result = await run(call, open_ticket, context)
    assert (result.outcome, json.loads(result.content)["ticket_id"]) == ("ok", "INC-1043")
    assert [seen.target for seen in server.requests] == ["/tickets"] * 3 + [
        "/tickets?idempotency_key=turn-1%3Ac1"
    ]


async def test_an_answer_of_another_shape_is_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        HostileServer(http(200, b'{"tickets": "none"}')) as server,
        api_client(server.base_url) as api,
    ):
        context = ToolContext("U01ADA", "Ada Okafor", "turn-1:c1", api)
        result = await run(ToolCall(id="c1", name="list_tickets"), list_tickets, context)
    assert (result.outcome, result.content) == ("failed", "the tool failed")
    assert [record.message for record in caplog.records] == ["tool.crashed"]


@pytest.mark.parametrize("tool", COMPANY_TOOLS, ids=lambda tool: tool.name)
def test_every_tool_can_be_routed_to_and_refuses_what_it_does_not_know(tool: AnyTool) -> None:
    assert 4 <= len(tool.examples) <= 8
    assert "\n" not in tool.description
    assert tool.args.model_json_schema()["additionalProperties"] is False
    unknown = ToolCall(id="c1", name=tool.name, arguments='{"unknown": 1}')
    refusal = check(unknown, tool)
    assert refusal
    assert "unknown" in refusal.content
