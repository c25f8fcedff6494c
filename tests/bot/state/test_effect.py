"""Effects: at most once, whatever is cut short. A crash is a turn that nobody goes on with."""

import asyncio
from pathlib import Path

import pytest

from bot.errors import FlowChanged, InDoubt
from bot.messages.events import Event, Posted
from bot.state.engine import Engine
from bot.state.journal import Superseded
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import Apologies, message, rows, running, status, turn_of


class World:
    """A channel one can post to; `breaks` cuts the line before or after a post stands."""

    def __init__(self, breaks: str = "") -> None:
        self.posts: list[str] = []
        self.lookups = 0
        self._breaks = breaks

    async def post(self, text: str) -> Posted:
        if self._breaks == "before":
            raise ConnectionError
        self.posts.append(text)
        if self._breaks == "after":
            raise ConnectionError
        return Posted(channel="C01ASKIT", ts=str(len(self.posts)))

    async def find(self, text: str) -> Posted | None:
        self.lookups += 1
        if text in self.posts:
            return Posted(channel="C01ASKIT", ts="found")
        return None

    def mend(self) -> None:
        self._breaks = ""


async def test_the_intent_is_on_disk_before_the_world_is_touched(tmp_path: Path) -> None:
    seen: list[list[tuple[str, str]]] = []

    async def post() -> int:
        seen.append(rows(tmp_path, "select name, kind from journal"))
        return 1

    with Store(tmp_path / "state.db") as store:
        await (await turn_of(store)).effect(post)
    assert seen == [[("post?", "intent")]]


async def test_an_effect_that_is_done_is_never_done_again(tmp_path: Path) -> None:
    world = World()
    with Store(tmp_path / "state.db") as store:
        first = await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
        again = await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
    assert first == again == Posted(channel="C01ASKIT", ts="1")
    assert (world.posts, world.lookups) == (["a"], 0)


async def test_after_a_crash_what_the_lookup_finds_stands(tmp_path: Path) -> None:
    world = World(breaks="after")
    with Store(tmp_path / "state.db") as store:
        with pytest.raises(ConnectionError):
            await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
        world.mend()
        for _ in range(2):
            posted = await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
            assert posted == Posted(channel="C01ASKIT", ts="found")
    assert (world.posts, world.lookups) == (["a"], 1)


async def test_after_a_crash_what_the_lookup_does_not_find_is_done(tmp_path: Path) -> None:
    world = World(breaks="before")
    with Store(tmp_path / "state.db") as store:
        with pytest.raises(ConnectionError):
            await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
        world.mend()
        posted = await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
    assert posted == Posted(channel="C01ASKIT", ts="1")
    assert (world.posts, world.lookups) == (["a"], 1)


async def test_without_a_lookup_nobody_can_tell_and_nothing_is_repeated(tmp_path: Path) -> None:
    world = World(breaks="before")
    with Store(tmp_path / "state.db") as store:
        with pytest.raises(ConnectionError):
            await (await turn_of(store)).effect(world.post, "a")
        world.mend()
        for _ in range(2):
            with pytest.raises(InDoubt, match="post"):
                await (await turn_of(store)).effect(world.post, "a")
    assert world.posts == []


async def test_an_effect_cut_short_by_a_cancel_is_looked_up(tmp_path: Path) -> None:
    world, posted = World(), asyncio.Event()

    async def post(text: str) -> Posted:
        await world.post(text)
        posted.set()
        return await asyncio.Future()

    with Store(tmp_path / "state.db") as store:
        running = asyncio.ensure_future((await turn_of(store)).effect(post, "a", lookup=world.find))
        await posted.wait()
        running.cancel()
        await asyncio.wait([running])
        await (await turn_of(store)).effect(post, "a", lookup=world.find)
    assert (world.posts, world.lookups) == (["a"], 1)


async def test_a_lookup_that_fails_leaves_all_as_it_is(tmp_path: Path) -> None:
    world = World(breaks="after")

    async def down(text: str) -> Posted | None:
        raise TimeoutError

    with Store(tmp_path / "state.db") as store:
        with pytest.raises(ConnectionError):
            await (await turn_of(store)).effect(world.post, "a", lookup=down)
        with pytest.raises(TimeoutError):
            await (await turn_of(store)).effect(world.post, "a", lookup=down)
    assert world.posts == ["a"]


async def test_a_superseded_run_does_not_act(tmp_path: Path) -> None:
    world = World()
    with Store(tmp_path / "state.db") as store:
        old, _ = await turn_of(store), await turn_of(store)
        with pytest.raises(Superseded):
            await old.effect(world.post, "a", lookup=world.find)
    assert world.posts == []


async def test_an_effect_in_the_place_of_a_step_is_a_changed_flow(tmp_path: Path) -> None:
    world = World()
    with Store(tmp_path / "state.db") as store:
        await (await turn_of(store)).step(world.post, "a")
        with pytest.raises(FlowChanged):
            await (await turn_of(store)).effect(world.post, "a", lookup=world.find)
    assert world.posts == ["a"]


async def test_an_effect_that_leaves_nothing_to_find_can_not_be_looked_up(tmp_path: Path) -> None:
    async def ring() -> None:
        return None

    with Store(tmp_path / "state.db") as store:
        with pytest.raises(TypeError, match=r"ring: .* returns what there is to find"):
            await (await turn_of(store)).effect(ring, lookup=ring)
        assert await (await turn_of(store)).effect(ring) is None


async def test_a_request_that_outlives_its_process_is_waited_for(tmp_path: Path) -> None:
    """The one who sent it is dead, but the world may still be at it: None is not believed yet."""
    done: list[str] = []
    sent = asyncio.Event()

    async def act() -> str:
        sent.set()
        return await asyncio.Future()

    async def find() -> str | None:
        return done[0] if done else None

    async def flow(turn: Turn, event: Event) -> None:
        await turn.effect(act, lookup=find)

    async with running(tmp_path, flow) as engine:
        await engine.submit(message())
        await sent.wait()
    with Store(tmp_path / "state.db") as store:
        engine = Engine(store, flow, Apologies(), settle_s=0.5)
        await engine.start()
        asyncio.get_running_loop().call_later(0.2, done.append, "done")
        async with asyncio.timeout(30):
            await engine.idle()
    assert status(tmp_path, message())[0] == "done"
