from dataclasses import replace

import pytest

from bot.messages.requester import Requester
from bot.messages.task import Evidence, Offer
from bot.messages.verdicts import Verdict
from bot.stages.route import OFFERED, ToolIndex, route
from tests.fakes.embedder import HashEmbedder
from tests.fakes.turns import message
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox
from tools.spec import AnyTool

ADA = Requester(user="U01ADA", name="Ada")
ALLOW = Verdict(origin="requester", action="allow")
RESTRICT = Verdict(origin="requester", action="restrict")


@pytest.fixture
def index() -> ToolIndex:
    toolbox = Toolbox()
    toolbox.add(api_client("http://127.0.0.1:9"), *COMPANY_TOOLS)
    return ToolIndex(toolbox, HashEmbedder())


def offered(index: ToolIndex, text: str, who: Requester = ADA, verdict: Verdict = ALLOW,
            query: str = "") -> tuple[Offer, ...]:  # fmt: skip
    return route(message(text), Evidence(query=query), who, verdict, index)


@pytest.mark.parametrize("tool", COMPANY_TOOLS, ids=lambda tool: tool.name)
def test_the_most_relevant_tool_comes_first(index: ToolIndex, tool: AnyTool) -> None:
    for example in tool.examples:
        best = offered(index, example)[0]
        assert (best.tool, best.title) == (tool.name, tool.title)
        assert best.score > 0.99


def test_a_follow_up_is_routed_in_its_context(index: ToolIndex) -> None:
    alone = offered(index, "payments")
    together = offered(index, "payments", query="Who is on call right now? payments")
    assert together[0].tool == "find_oncall"
    assert together[0].score > alone[0].score


def test_a_restricted_message_is_offered_tools_that_read_only(index: ToolIndex) -> None:
    effects = {offer.effect for offer in offered(index, "Open a ticket", verdict=RESTRICT)}
    assert effects == {"read"}


def test_a_guest_is_offered_nothing_that_is_for_employees(index: ToolIndex) -> None:
    guest = ADA.model_copy(update={"guest": True})
    assert offered(index, "Open a ticket", guest) == ()


def test_there_is_a_limit_to_what_is_offered(index: ToolIndex) -> None:
    assert len(offered(index, "anything")) <= OFFERED


def test_the_number_that_is_set_up_is_the_most_that_is_offered() -> None:
    toolbox = Toolbox()
    toolbox.add(api_client("http://127.0.0.1:9"), *COMPANY_TOOLS)
    assert len(offered(ToolIndex(toolbox, HashEmbedder(), 2), "Open a ticket")) == 2


def test_a_tool_for_another_channel_or_another_person_is_not_offered(index: ToolIndex) -> None:
    toolbox = Toolbox()
    tools = [
        replace(COMPANY_TOOLS[0], name="here", channels=("C01ASKIT",)),
        replace(COMPANY_TOOLS[0], name="there", channels=("C01OTHER",)),
        replace(COMPANY_TOOLS[0], name="theirs", users=("U01BEN",)),
        replace(COMPANY_TOOLS[0], name="group", groups=("S01OPS",)),
    ]
    toolbox.add(api_client("http://127.0.0.1:9"), *tools)
    index = ToolIndex(toolbox, HashEmbedder())
    assert {offer.tool for offer in offered(index, "anything")} == {"here"}
    member = ADA.model_copy(update={"groups": ("S01OPS",)})
    assert {offer.tool for offer in offered(index, "anything", member)} == {"here", "group"}


def test_a_word_that_only_one_of_two_equal_tools_knows_decides() -> None:
    toolbox = Toolbox()
    known = replace(COMPANY_TOOLS[0], description="Look it up.", examples=())
    tools = [replace(known, name=n, title=t) for n, t in (("a", "Ask Qorvex"), ("b", "Ask Zyplo"))]
    toolbox.add(api_client("http://127.0.0.1:9"), *tools)
    index = ToolIndex(toolbox, HashEmbedder())
    words = index.scores(["Please ask Zyplo"], by="words")
    assert (words["a"], words["b"]) == (0.0, 1.0)
    assert index.scores(["and on and on"], by="words") == {"a": 0.0, "b": 0.0}


def test_without_tools_nothing_is_offered() -> None:
    index = ToolIndex(Toolbox(), HashEmbedder())
    assert offered(index, "Open a ticket") == ()
    assert index.scores(["Open a ticket"]) == {}
