"""What is shown of a turn while it is under way: a status, then messages that are being written.

What is to be seen is set at once; one task brings Slack after it, as fast as Slack takes it. So
nothing that a turn does waits for a preview, and a rate limit delays what is shown and loses none
of it: what has come meanwhile goes with the next call.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bot import log
from bot.errors import SurfaceError
from bot.messages.events import Place, Posted
from bot.messages.replies import Step
from bot.slack.blocks import Block
from bot.slack.client import Refused
from bot.slack.drafting import CONTINUED, Draft, Wire
from bot.slack.markup import inert_markdown
from bot.slack.pages import pages
from bot.state.order import Order

AGAIN_S = (0.5, 2.0)
"""When a preview could not be deleted, it is tried again after so many seconds each."""

STATUS = "is searching the documents..."


@dataclass(frozen=True)
class Tempo:
    """How fast things are shown, in seconds.

    Attributes:
        patience: From the start of a turn until its message appears; a faster reply comes at once.
        stream: How soon a call that adds to a stream may be followed, once `streams` were made at
            once: Slack takes about 100 a minute, of all turns together.
        edit: The same for edits of a message, of which Slack takes about 50 a minute.
    """

    patience: float = 0.4
    stream: float = 0.75
    streams: int = 20
    edit: float = 1.5
    edits: int = 10


@dataclass
class SlackLive:
    """The preview of one turn.

    Attributes:
        key: What its messages are known by until they are finished.
        fresh: No earlier run of the turn can have left messages behind.
    """

    wire: Wire
    place: Place
    key: str
    fresh: bool
    tempo: Tempo
    order: Order
    _steps: dict[str, Step] = field(default_factory=dict[str, Step])
    _text: str = ""
    _drafts: list[Draft] = field(default_factory=list[Draft])
    _bell: asyncio.Event = field(default_factory=asyncio.Event)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _place: asyncio.Future[None] | None = None
    _spoke: bool = False
    _ended: bool = False

    def show(self, *steps: Step) -> None:
        """Show what is being done."""
        self._steps |= {step.id: step for step in steps}
        self._wake()

    def write(self, text: str) -> None:
        """Show the text so far, or another one in its place."""
        self._text = inert_markdown(text)
        self._wake()

    async def finish(
        self, key: str, text: str, tail: list[Block], fallback: str, *, waits: bool = False
    ) -> Posted | None:
        """Make the oldest of its messages the final one; None if it has none.

        Args:
            key: What the message is found by from now on.
            text: Its Markdown, inert.
            tail: The blocks below.
            fallback: The words for notifications.
            waits: The turn ends with a question to a person.

        Raises:
            SurfaceError: It could not be finished; another run may find it again.
        """
        await self._end()
        if not self._drafts:
            return None
        draft = self._drafts[0]
        await self.wire.finish(draft, key, text, tail, fallback, waits=waits)
        self._drafts.pop(0)
        return Posted(channel=self.place.channel, ts=draft.ts)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Take away what is left over; a turn that failed leaves its messages to its next run.

        Nobody knows whether there will be one, so that a status that says we are at work goes.
        """
        if kind is None:
            return await self.drop()
        self._over.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if issubclass(kind, Exception):
            await self._clear()

    async def _clear(self) -> None:
        """Take away a status that no post has cleared: it came after one that was found."""
        if self.wire.shows_status(self.place):
            await self.wire.status(self.place.channel, self.place.root, "")

    async def drop(self) -> None:
        """Delete the messages that nothing was said in the place of."""
        for wait_s in (*AGAIN_S, None):
            try:
                await self._end()
                while self._drafts:
                    await self.wire.delete(self._drafts[0])
                    self._drafts.pop(0)
                return await self._clear()
            except SurfaceError as error:
                if wait_s is None:
                    log.warning("live.left", reason=str(error))
                    return self._drafts.clear()
            await asyncio.sleep(wait_s)

    # --- bringing Slack after it ------------------------------------------------------------------

    def _wake(self) -> None:
        if self.place.private or self._over.is_set():
            return
        self._bell.set()
        if self._task is None:
            self._task = asyncio.create_task(self._follow())

    async def _end(self) -> None:
        """Stop following. A call under way is waited for: else nobody knew how it ended."""
        if self._ended:
            return
        self._over.set()
        self._bell.set()
        if self._place is not None and not self._place.done():
            self._place.set_result(None)
        if self._task is not None:
            await self._task
        if not self._drafts:
            self._drafts += await self._left()
        self._ended = True

    async def _left(self) -> list[Draft]:
        """What an earlier run of the turn has left."""
        if self.fresh or self.place.private:
            return []
        drafts, self._spoke = await self.wire.find(self.place, self.key)
        return drafts

    async def _follow(self) -> None:
        try:
            await self._in_order()
            if not self._over.is_set():
                await self.wire.status(self.place.channel, self.place.root, STATUS)
            await self._pause(self.tempo.patience)
            while not self._over.is_set():
                await self._bell.wait()
                self._bell.clear()
                await self._in_order()
                await self._catch_up()
                await self._pause(self._gap())
        except SurfaceError as error:  # what is said in the end is said all the same
            log.warning("live.failed", reason=str(error))
            self.fresh = self.fresh and isinstance(error, Refused)

    async def _in_order(self) -> None:
        """Wait until no turn waits to go on, or ours is over."""
        if not self._over.is_set():
            self._place = self.order.last()
            await self._place

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def _catch_up(self) -> None:
        """Bring the messages to what is to be seen now: one a page, of which the last one grows."""
        if self._over.is_set() or self._spoke:  # beside a reply there is nothing to preview
            return
        if not self._drafts:
            self._drafts += await self._left()
        if self._spoke:
            return
        if not self._drafts:
            steps = [*self._steps.values()]
            self._drafts.append(await self.wire.begin(self.place, self.key, steps))
        wanted = pages(self._text)[: self.wire.most_pages]
        for n, page in enumerate(wanted):
            if n == len(self._drafts):
                await self.wire.close(self._drafts[n - 1])
                key = f"{self.key}.{n}"
                self._drafts.append(await self.wire.begin(self.place, key, [CONTINUED]))
            steps = [*self._steps.values()] if n == 0 else []
            await self.wire.put(self._drafts[n], page, steps)
        for draft in self._drafts[len(wanted) :]:  # what stood there has been taken back
            await self.wire.put(draft, "", [])

    def _gap(self) -> float:
        """How long to wait after a call."""
        tempo = self.tempo
        if self._drafts and self._drafts[-1].streaming:
            return self.wire.streams.take(tempo.stream, tempo.streams)
        return self.wire.edits.take(tempo.edit, tempo.edits)
