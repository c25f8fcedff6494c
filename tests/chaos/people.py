"""People who ask, follow up and approve, and never stop."""

import asyncio
import random
import time
from contextlib import suppress

from bot.local_slack import LocalSlackError, Message
from tests.chaos.said import Said
from tests.chaos.world import CHANNELS, PEOPLE, World, token_of
from tests.harness import has_buttons

WAITING = 40
"""People who wait for so many answers ask no more: else a slow machine only piles up questions."""

PATIENCE_S = 30.0
"""After so many seconds they wait no longer, and ask something else."""


class People:
    """Ask questions at a rate, often several in one thread, and approve what they are asked.

    A ticket has a thread of its own.
    """

    def __init__(self, world: World, rate: float, seed: int) -> None:
        self._world, self._rate, self._random = world, rate, random.Random(seed)
        self._threads: list[tuple[str, str, str]] = []
        self.approved: set[str] = set()
        self._heard, self._looked_at = set[str](), 0.0

    async def ask(self) -> None:
        """Ask for as long as nobody stops it, and not while too many wait for their answers."""
        while True:
            if self._unanswered() < WAITING:
                await self.ask_one()
            await asyncio.sleep(self._random.expovariate(self._rate))

    def _unanswered(self) -> int:
        """How many questions wait for a first word of the bot's."""
        if time.monotonic() > self._looked_at + 1.0:
            self._looked_at = time.monotonic()
            self._heard |= set(Said(self._world).posts)
        since, asked = time.time() - PATIENCE_S, self._world.asked
        return sum(float(asked[t][2]) > since for t in asked if t not in self._heard)

    async def ask_one(self) -> str:
        """Begin a thread, or go on with one that somebody began."""
        world, ticket = self._world, self._random.random() < 0.15
        if self._threads and not ticket and self._random.random() < 0.6:
            person, channel, root = self._random.choice(self._threads[-20:])
            if not self._waits(channel, root):
                return await world.ask(person, channel, root, ticket=False)
        person = self._random.choice(PEOPLE)
        channel = self._random.choice((*CHANNELS, f"D{person[1:]}"))
        token = await world.ask(person, channel, None, ticket=ticket)
        if not ticket:
            self._threads.append((person, channel, world.asked[token][1]))
        return token

    def _waits(self, channel: str, root: str) -> bool:
        """Whether Slack still tries to deliver something of a thread: order is by arrival."""
        for delivery in reversed(self._world.slack.deliveries[-400:]):
            event = delivery.payload.get("event", {})
            here = root in (event.get("ts"), event.get("thread_ts"))
            if here and event.get("channel") == channel and not delivery.acked:
                return True
        return False

    async def approve(self) -> None:
        """Press Approve on every card, again where nothing came of it."""
        while True:
            for channel in (*CHANNELS, *(f"D{p[1:]}" for p in PEOPLE)):
                for card in filter(has_buttons, self._world.said(channel)[-200:]):
                    await self.approve_one(card)
            await asyncio.sleep(1.0)

    async def approve_one(self, card: Message) -> None:
        """Press Approve as the person who asked."""
        root = self._world.slack.messages(card.channel)
        person = next(m.user for m in root if m.ts == card.root)
        with suppress(LocalSlackError, TimeoutError):
            outcome = await self._world.slack.click(person, card.channel, card.ts, "approve")
            if outcome.ack_status == 200:
                self.approved.add(token_of(str(card.blocks)))
