"""Places are shared: nobody takes all, and who has least comes next."""

import asyncio
from collections import Counter

import pytest

from bot.state.room import CHANNEL, PERSON, Room


class Guests:
    """People who come for a place, stay until they are let go, and are counted."""

    def __init__(self, places: int) -> None:
        self.room, self.inside = Room(places), list[tuple[str, str]]()
        self.entered: list[tuple[str, str]] = []
        self._gates: dict[tuple[str, str], list[asyncio.Event]] = {}
        self.tasks: list[asyncio.Task[None]] = []

    def come(self, person: str, channel: str, times: int = 1) -> None:
        for _ in range(times):
            self.tasks.append(asyncio.create_task(self._stay((person, channel))))

    async def _stay(self, lane: tuple[str, str]) -> None:
        async with self.room.place(*lane):
            gate = asyncio.Event()
            self._gates.setdefault(lane, []).append(gate)
            self.inside.append(lane)
            self.entered.append(lane)
            await gate.wait()
            self.inside.remove(lane)

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def let_go(self, person: str, channel: str) -> None:
        self._gates[person, channel].pop(0).set()
        await self.settle()

    async def empty(self) -> None:
        while self.inside:
            await self.let_go(*self.inside[0])
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_one_person_never_takes_all_the_room() -> None:
    guests = Guests(16)
    guests.come("ada", "D1", 100)
    await guests.settle()
    assert len(guests.inside) == 16 // PERSON
    guests.come("ben", "D2")
    await guests.settle()
    assert ("ben", "D2") in guests.inside
    await guests.empty()
    assert len(guests.entered) == 101


async def test_one_channel_never_takes_all_the_room() -> None:
    guests = Guests(16)
    for i in range(100):
        guests.come(f"u{i}", "C1")
    await guests.settle()
    assert len(guests.inside) == 16 // CHANNEL
    guests.come("ben", "C2")
    await guests.settle()
    assert ("ben", "C2") in guests.inside
    await guests.empty()


async def test_a_place_goes_to_the_person_with_the_fewest_however_late_they_come() -> None:
    guests = Guests(8)
    for i in range(8):
        guests.come(f"u{i}", f"C{i}")
    await guests.settle()
    guests.come("u0", "C8", 50)  # has a place already
    guests.come("new", "C9")
    await guests.settle()
    await guests.let_go("u7", "C7")
    assert guests.entered[-1] == ("new", "C9")
    await guests.empty()
    assert Counter(guests.entered)["u0", "C8"] == 50


async def test_equals_take_turns() -> None:
    guests = Guests(1)
    guests.come("first", "C0")
    guests.come("ada", "C1", 3)
    guests.come("ben", "C2", 3)
    await guests.settle()
    await guests.empty()
    assert [person for person, _ in guests.entered[1:]] == ["ada", "ben"] * 3


@pytest.mark.parametrize("at_once", [False, True])
async def test_who_gives_up_waiting_keeps_nobody_out(at_once: bool) -> None:
    guests = Guests(1)
    guests.come("ada", "C1")
    await guests.settle()
    guests.come("ben", "C2")
    guests.come("eve", "C3")
    await guests.settle()
    if not at_once:
        guests.tasks[1].cancel()
        await guests.settle()
    guests._gates["ada", "C1"][0].set()  # pyright: ignore[reportPrivateUsage]
    await asyncio.sleep(0)
    if at_once:  # the place is on its way as ben gives up
        guests.tasks[1].cancel()
    await guests.settle()
    assert ("eve", "C3") in guests.inside
    await guests.empty()
    async with guests.room.place("ada", "C1"):
        pass
