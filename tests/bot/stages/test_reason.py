import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.messages.decisions import Decision, Draft
from bot.messages.history import Corrected, Entry
from bot.messages.task import Offer, Task
from bot.model.chat import Hear, unheard
from bot.stages.reason import GAVE_UP, TOO_SLOW, Minds, reason
from tests.fakes.turns import person, task
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox
from tools.spec import AnyTool

SAID = Decision(author="m", draft=Draft(status="unknown", text="no", citations=()))
CORRECTED = Corrected(draft="{}", problems=("wrong",))


@dataclass
class Mind:
    """Answers at once, or never; keeps what it was asked."""

    answers: bool = True
    asked: list[tuple[list[Entry], list[str]]] = field(
        default_factory=list[tuple[list[Entry], list[str]]]
    )

    async def decide(
        self, task: Task, history: Sequence[Entry], tools: Sequence[AnyTool], hear: Hear = unheard
    ) -> Decision:
        self.asked.append(([*history], [tool.name for tool in tools]))
        if not self.answers:
            await asyncio.Event().wait()
        return SAID


def toolbox() -> Toolbox:
    box = Toolbox()
    box.add(api_client("http://127.0.0.1:9"), *COMPANY_TOOLS)
    return box


async def decided(minds: Minds, history: list[Entry], seconds: float = 60.0) -> Decision:
    offers = tuple(
        Offer(tool=name, title=name, effect="read", score=0.5) for name in ("find_oncall", "gone")
    )
    asked = task("hi").model_copy(update={"offers": offers})
    deadline = asyncio.get_running_loop().time() + seconds
    return await reason(asked, history, toolbox(), minds, deadline)


async def test_the_model_decides_and_sees_the_tools_that_are_there() -> None:
    model, backup = Mind(), Mind()
    decision = await decided(Minds(model, backup), [person("hi")])
    assert decision.degraded is None
    assert model.asked[0][1] == ["find_oncall"]
    assert backup.asked == []


async def test_two_repairs_are_allowed_and_then_the_backup_decides_afresh() -> None:
    model, backup = Mind(), Mind()
    minds = Minds(model, backup)
    assert (await decided(minds, [person("hi"), CORRECTED, CORRECTED])).degraded is None
    decision = await decided(minds, [person("hi"), CORRECTED, CORRECTED, CORRECTED])
    assert decision.degraded == GAVE_UP
    assert backup.asked[0][0] == [person("hi")]


async def test_repairs_of_an_earlier_message_do_not_count() -> None:
    earlier: list[Entry] = [person("hi"), CORRECTED, CORRECTED, CORRECTED]
    decision = await decided(Minds(Mind(), Mind()), [*earlier, person("and now?")])
    assert decision.degraded is None


async def test_when_the_time_is_up_the_backup_decides() -> None:
    decision = await decided(Minds(Mind(answers=False), Mind()), [person("hi")], seconds=0.01)
    assert decision.degraded == TOO_SLOW


async def test_a_thread_without_a_message_counts_no_repairs() -> None:
    assert (await decided(Minds(Mind(), Mind()), [])).degraded is None
