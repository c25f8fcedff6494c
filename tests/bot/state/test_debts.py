"""An apology that a person has not got is still owed, and given in a calm moment, once."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from bot.errors import SurfaceError
from bot.messages.events import Event, Message
from bot.state import debts, inbox
from bot.state.debts import CALM
from bot.state.inbox import ATTEMPTS
from bot.state.runs import APOLOGIES, Flow
from bot.state.store import Store
from bot.state.turn import Turn
from bot.state.turns import retry
from bot.state.upkeep import keep_up
from tests.bot.state.helpers import (
    Apologies,
    Failing,
    answered,
    message,
    rows,
    running,
    status,
    turn_of,
)

TOO_OFTEN = ATTEMPTS + APOLOGIES


async def die(home: Path, times: int, *events: Message) -> None:
    """Begin events, or go on with them, and be killed, so many times."""
    with Store(home / "state.db") as store:
        for event in events or (message(),):
            await store(partial(inbox.add, event=event, surface="slack"))
            for _ in range(times):
                await store(partial(inbox.start_next, thread=event.thread, surface="slack"))


async def made_up(home: Path, apologies: Apologies, flow: Flow | None = None) -> None:
    """A calm moment."""
    async with running(home, flow or Failing(), apologies) as engine:
        await engine.idle()
        await engine.make_up()


async def test_who_got_no_apology_gets_it_in_a_calm_moment_and_once(tmp_path: Path) -> None:
    events = message("1.0"), message("2.0")
    await die(tmp_path, TOO_OFTEN, *events)
    flow, apologies = Failing(), Apologies()
    await answered(tmp_path, flow, apologies=apologies)
    assert apologies.said == []
    for _ in range(2):
        await made_up(tmp_path, apologies, flow)
        assert apologies.said == [(event.id, "CutShort") for event in events]
    assert {status(tmp_path, event)[0] for event in events} == {"failed"}
    assert rows(tmp_path, "select distinct owed from inbox") == [(None,)]
    assert flow.times == []


async def test_upkeep_gives_the_apologies_that_are_owed(tmp_path: Path) -> None:
    await die(tmp_path, TOO_OFTEN)

    class Heard(Apologies):
        first = asyncio.Event()

        async def say(self, turn_id: str, error: str) -> str:
            self.first.set()
            return await super().say(turn_id, error)

    apologies = Heard()
    async with running(tmp_path, Failing(), apologies) as engine:
        await engine.idle()
        upkeep = asyncio.create_task(keep_up(engine, 30, asyncio.Event(), every_s=0.01))
        async with asyncio.timeout(30):
            await apologies.first.wait()
        upkeep.cancel()
        await asyncio.gather(upkeep, return_exceptions=True)


async def test_an_apology_that_kills_in_calm_moments_too_is_given_up_for_good(
    tmp_path: Path,
) -> None:
    await die(tmp_path, TOO_OFTEN)
    apologies = Apologies()
    await answered(tmp_path, Failing(), apologies=apologies)
    for _ in range(CALM):
        with Store(tmp_path / "state.db") as store:
            due = partial(debts.take, surface="slack", after=0, begun=TOO_OFTEN - 1)
            assert await store(due)
        await die(tmp_path, 1)
        await answered(tmp_path, Failing(), apologies=apologies)
    await made_up(tmp_path, apologies)
    assert apologies.said == []
    assert status(tmp_path, message())[0] == "failed"


async def test_an_apology_that_slack_refused_is_owed_and_holds_up_no_other(tmp_path: Path) -> None:
    events = message("1.0"), message("2.0")

    class Deaf(Apologies):
        down = True

        async def say(self, turn_id: str, error: str) -> str:
            if self.down and turn_id == events[0].id:
                raise ConnectionError
            return await super().say(turn_id, error)

    await die(tmp_path, ATTEMPTS, *events)
    apologies = Deaf()
    for _ in range(2):
        await made_up(tmp_path, apologies)
        assert apologies.said == [(events[1].id, "CutShort")]
    apologies.down = False
    await made_up(tmp_path, apologies)
    assert apologies.said == [(event.id, "CutShort") for event in reversed(events)]


class Spoken:
    """A flow that says something; `said` is what the world has heard."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def __call__(self, turn: Turn, event: Event) -> None:
        await turn.effect(self.say, event.id, lookup=self.find)

    async def say(self, turn_id: str) -> str:
        self.said.append(turn_id)
        return turn_id

    async def find(self, turn_id: str) -> str | None:
        return turn_id if turn_id in self.said else None


@pytest.mark.parametrize("heard", [True, False])
async def test_after_an_effect_whose_answers_were_lost_it_is_looked_for_before_any_apology(
    tmp_path: Path, heard: bool
) -> None:
    """Slack took the last attempt, and its answer did not arrive; or it took none."""

    class Cut(Spoken):
        tries = 0

        async def say(self, turn_id: str) -> str:
            self.tries += 1
            if heard and self.tries == ATTEMPTS:
                await super().say(turn_id)
            raise SurfaceError("chat.update: ServerDisconnectedError")

    flow, apologies = Cut(), Apologies()
    await answered(tmp_path, flow, message(), apologies=apologies)
    assert flow.tries == ATTEMPTS
    assert apologies.errors == ([] if heard else ["SurfaceError"])
    assert status(tmp_path, message())[0] == ("done" if heard else "failed")


@pytest.mark.parametrize("deaths", [ATTEMPTS, TOO_OFTEN])
async def test_there_is_no_apology_beside_an_answer_that_stands(
    tmp_path: Path, deaths: int
) -> None:
    """The answer is remembered, and each time the process died before the turn had ended."""
    flow, apologies = Spoken(), Apologies()
    with Store(tmp_path / "state.db") as store:
        await flow(await turn_of(store), message())
    await die(tmp_path, deaths)
    await made_up(tmp_path, apologies, flow)
    assert (flow.said, apologies.said) == ([message().id], [])
    assert status(tmp_path, message())[0] == "done"


async def test_what_was_not_said_is_not_said_in_a_calm_moment(tmp_path: Path) -> None:
    """Only looked for: whatever killed the process is not done again."""

    async def dies(_: str) -> str:
        raise SystemExit

    dies.__name__ = "say"
    flow, apologies = Spoken(), Apologies()
    with Store(tmp_path / "state.db") as store, pytest.raises(SystemExit):
        await (await turn_of(store)).effect(dies, message().id, lookup=flow.find)
    await die(tmp_path, TOO_OFTEN)
    await made_up(tmp_path, apologies, flow)
    assert (flow.said, apologies.errors) == ([], ["CutShort"])


async def test_nothing_is_owed_any_more_of_what_an_admin_has_tried_again(tmp_path: Path) -> None:
    await die(tmp_path, TOO_OFTEN)
    apologies = Apologies()
    await answered(tmp_path, Failing(), apologies=apologies)
    with Store(tmp_path / "state.db") as store:
        await store(partial(retry, turn=message().id))
    await made_up(tmp_path, apologies)
    assert status(tmp_path, message())[0] == "done"
    assert rows(tmp_path, "select owed from inbox") == [(None,)]
    assert apologies.said == []
