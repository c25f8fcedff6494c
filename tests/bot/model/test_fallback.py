"""When the model is away, the backup answers."""

from collections.abc import Sequence

import pytest

from bot.errors import ModelUnavailable
from bot.messages.decisions import Decision, Draft
from bot.messages.history import Entry
from bot.messages.task import Task
from bot.model.chat import Hear, unheard
from bot.model.fallback import UNREACHED, Fallback
from tests.bot.model.conftest import Wire
from tests.fakes.model_server import say, status
from tests.fakes.turns import person, task
from tools.spec import AnyTool

HISTORY = [person("How?")]


class Scripted:
    """A chat without a server: one draft, or no answer at all."""

    def __init__(self, text: str | None) -> None:
        self.text = text
        self.asked: list[tuple[Task, Sequence[Entry], Sequence[AnyTool]]] = []

    async def decide(
        self, task: Task, history: Sequence[Entry], tools: Sequence[AnyTool], hear: Hear = unheard
    ) -> Decision:
        self.asked.append((task, history, tools))
        if self.text is None:
            raise ModelUnavailable("nobody home")
        draft = Draft(status="unknown", text=self.text, citations=())
        return Decision(author="extractive", draft=draft)


async def test_the_backup_rests_while_the_model_answers(wire: Wire):
    wire.server.script(say("unknown", "Nobody knows."))
    backup = Scripted("From the backup.")

    decision = await Fallback(wire.chat(), backup).decide(task("How?"), HISTORY, [])

    assert (decision.author, decision.degraded) == ("test-model", None)
    assert backup.asked == []


async def test_the_backup_decides_and_the_decision_says_so(
    wire: Wire, caplog: pytest.LogCaptureFixture
):
    wire.server.script(status(401))
    backup = Scripted("From the backup.")
    asked = task("How?")

    decision = await Fallback(wire.chat(), backup).decide(asked, HISTORY, [])

    assert decision.draft is not None
    assert decision.draft.text == "From the backup."
    assert (decision.author, decision.degraded) == ("extractive", UNREACHED)
    assert backup.asked == [(asked, HISTORY, [])]
    (record,) = [vars(r) for r in caplog.records if r.name == "sluice"]
    assert (record["msg"], record["levelname"]) == ("model.unavailable", "WARNING")
    assert record["type"] == "ModelUnavailable"
    assert record["reason"] == "AuthenticationError (status 401), requests: 1"


async def test_without_any_answer_the_turn_fails():
    with pytest.raises(ModelUnavailable):
        await Fallback(Scripted(None), Scripted(None)).decide(task("How?"), HISTORY, [])


async def test_a_bug_is_not_covered_up():
    class Broken(Scripted):
        async def decide(
            self,
            task: Task,
            history: Sequence[Entry],
            tools: Sequence[AnyTool],
            hear: Hear = unheard,
        ) -> Decision:
            raise KeyError

    with pytest.raises(KeyError):
        await Fallback(Broken(None), Scripted("x")).decide(task("How?"), HISTORY, [])
