import httpx2
import pytest

from tests.tools.samples import a_tool
from tools.registry import Toolbox
from tools.spec import Caller


def a_toolbox() -> Toolbox:
    toolbox = Toolbox()
    toolbox.add(
        httpx2.AsyncClient(base_url="http://tickets.test"),
        a_tool("status", may="everyone"),
        a_tool("open_ticket", effect="write"),
    )
    toolbox.add(httpx2.AsyncClient(base_url="http://hr.test"), a_tool("payroll", may="admins"))
    return toolbox


async def test_tools_are_listed_in_the_order_in_which_they_were_added() -> None:
    toolbox = a_toolbox()
    assert [tool.name for tool in toolbox] == ["status", "open_ticket", "payroll"]
    assert len(toolbox) == 3
    assert toolbox.get("payroll") is list(toolbox)[2]
    assert toolbox.get("absent") is None
    await toolbox.aclose()


async def test_two_tools_of_one_name_are_refused() -> None:
    toolbox = a_toolbox()
    async with httpx2.AsyncClient() as api:
        with pytest.raises(ValueError, match="two tools are named payroll"):
            toolbox.add(api, a_tool("payroll"))
    await toolbox.aclose()


@pytest.mark.parametrize(
    ("admin", "guest", "names"),
    [
        (False, True, ["status"]),
        (False, False, ["status", "open_ticket"]),
        (True, False, ["status", "open_ticket", "payroll"]),
        (True, True, ["status"]),
    ],
)
async def test_a_person_is_given_what_they_may_call(
    admin: bool, guest: bool, names: list[str]
) -> None:
    toolbox = a_toolbox()
    permitted = toolbox.permitted(Caller(user="U01ADA", admin=admin, guest=guest))
    assert [tool.name for tool in permitted] == names
    await toolbox.aclose()


async def test_each_tool_speaks_through_its_own_client() -> None:
    toolbox = a_toolbox()
    hosts = [
        toolbox.context_for(tool, "U01ADA", "Ada Okafor", "key").api.base_url.host
        for tool in toolbox
    ]
    assert hosts == ["tickets.test", "tickets.test", "hr.test"]
    contexts = [toolbox.context_for(tool, "U01ADA", "Ada Okafor", "key") for tool in toolbox]
    assert {(c.user_id, c.user_name, c.idempotency_key) for c in contexts} == {
        ("U01ADA", "Ada Okafor", "key")
    }
    await toolbox.aclose()
    assert all(context.api.is_closed for context in contexts)
