"""The edge: an event is on disk before Slack is told that we have it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from slack_bolt.response import BoltResponse

from bot import log
from bot.errors import StateError
from bot.messages.events import Aside, Choice, Click, Errand, Event, Rating, Recap, Stop
from bot.slack.buttons import Look
from bot.slack.dialogs import Dialogs
from bot.slack.feedback import THANKS, Answering, Rated, answer_view, reason_view
from bot.slack.home import Home
from bot.slack.incoming import HomeOpened, Incoming, read
from bot.slack.kb_forms import Errands, Form, Rejected
from bot.slack.keys import Body
from bot.slack.looks import Looks
from bot.slack.surface import SlackSurface
from bot.slack.written import Deletion, Edit, Heard
from bot.state.engine import Engine

NOT_YOURS_TO_STOP = "Only the person who asked, or an admin, can stop this."

MOST = 1_000
"""How many events we remember to have apologised for."""

_OURS = (
    "event_callback",
    "block_actions",
    "message_action",
    "view_submission",
    "view_closed",
    "shortcut",
)


class Edge:
    """Takes what Slack delivers. Installed before Bolt's authorization, as its only listener.

    Bolt acknowledges a listener's event before the listener has run, answers 404 to subtypes that
    nobody listens to and loses what a listener raises; so nothing is left to listeners.

    Attributes:
        missing: Set when something could not be saved, and Slack may not deliver it again.
    """

    def __init__(
        self, engine: Engine, surface: SlackSurface, home: Home, dialogs: Dialogs, looks: Looks
    ) -> None:
        self._engine, self._surface, self._home = engine, surface, home
        self._dialogs, self._looks = dialogs, looks
        self.missing = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._apologised: set[str] = set()

    async def take(self, body: Body, next: Callable[[], Awaitable[Any]]) -> BoltResponse | None:
        """Save an event and answer 200; on failure answer 500, and Slack delivers it again."""
        if body.get("type") == "url_verification" or body.get("ssl_check"):
            await next()  # those are Bolt's
            return None
        if body.get("type") not in _OURS and "command" not in body:
            log.warning("event.unknown")  # again and again would not make it known
            return BoltResponse(status=200, body="")
        incoming = read(body, self._surface.bot_user)
        if isinstance(incoming, Rejected):
            return _with_errors(incoming)
        try:
            with self._engine.order.delivery():
                await self._take(incoming)
        except StateError as error:
            log.error("event.not_saved", error)
            self.missing.set()
            if "command" in body:  # Slack does not deliver commands again: answer in the ack
                return BoltResponse(status=200, body=error.apology)
            self._apologise(incoming, error.apology)
            return BoltResponse(status=500, body="")
        return BoltResponse(status=200, body="")

    async def catch_up(self, body: Body) -> None:
        """Take a message that was missed; if it was not, it may have been edited meanwhile.

        Raises:
            StateError: It could not be saved.
        """
        incoming = read(body, self._surface.bot_user)
        if not isinstance(incoming, Heard):
            return
        await self._hear(incoming)
        if "edited" in body["event"]:
            message = incoming.message
            await self._engine.revise(message.id, message.thread, message.text)

    async def _take(self, incoming: Incoming | None) -> None:
        match incoming:
            case Heard():
                await self._hear(incoming)
            case Click() | Aside() | Choice() | Rating() | Recap():
                await self._submit(incoming)
            case Rated(rating, _):
                await self._submit(rating)
                self._later(self._answer(incoming))
            case Errands(errand, form):
                await self._run(errand, form)
            case Edit(turn, thread, text):
                await self._engine.revise(turn, thread, text)
            case Deletion():
                await self._withdraw(incoming)
            case Stop():
                await self._stop(incoming)
            case Form() | Look() | Answering() | HomeOpened():
                self._later(self._answer(incoming))
            case Rejected() | None:
                pass

    async def _run(self, errand: Errand, form: Form | None) -> None:
        await self._submit(errand)
        if form and self._dialogs.is_admin(form.user):  # others learn it from their turn
            self._later(self._dialogs.open(form))

    async def _answer(self, incoming: Form | Look | Rated | Answering | HomeOpened) -> None:
        """Do what nobody would miss after a crash: it is asked for again."""
        match incoming:
            case Form():
                await self._dialogs.open(incoming)
            case Look():
                await self._looks.open(incoming)
            case Rated(rating, trigger) if not rating.good:
                await self._looks.ask(rating.place, trigger, reason_view(rating))
            case Answering(question, place, trigger):
                if self._dialogs.is_admin(place.user):
                    await self._looks.ask(place, trigger, answer_view(question))
            case Rated(rating, _):
                await self._surface.notify(rating.place, THANKS)
            case HomeOpened():
                await self._home.greet(incoming)

    async def _hear(self, heard: Heard) -> None:
        """Files are what a message is about if it comes from an admin, or says nothing else."""
        message, dropped = heard.message, heard.dropped
        if dropped and (self._dialogs.is_admin(message.user) or not message.text):
            await self._submit(dropped.errand)
        elif heard.addressed or await self._engine.knows(message.thread):
            await self._submit(message)

    async def _withdraw(self, deletion: Deletion) -> None:
        """Drop a message that was deleted, and what was shown of our work on it."""
        if await self._engine.withdraw(deletion.turn, deletion.thread):
            place = deletion.place
            self._later(self._surface.clear_status(place.channel, place.root))
            self._later(self._surface.live(place, deletion.turn, fresh=False).drop())

    async def _stop(self, stop: Stop) -> None:
        """Stop what is under way, for the one who asked for it or an admin."""
        if not await self._engine.halt(stop, admin=self._dialogs.is_admin(stop.user)):
            self._later(self._surface.notify(stop.place, NOT_YOURS_TO_STOP))

    async def _submit(self, event: Event) -> None:
        new = await self._engine.submit(event)
        log.info("event.taken" if new else "event.duplicate", turn=event.id, kind=event.kind)

    def _apologise(self, incoming: Incoming | None, apology: str) -> None:
        """Say once that something could not be saved, where it was meant for us."""
        event: Event | None = None
        if isinstance(incoming, Click | Aside | Choice | Recap):
            event = incoming
        if isinstance(incoming, Errands):
            event = incoming.errand
        if isinstance(incoming, Heard) and incoming.addressed:
            event = incoming.message
        if event is None or event.id in self._apologised:
            return
        if len(self._apologised) >= MOST:
            self._apologised.clear()
        self._apologised.add(event.id)
        self._later(self._surface.notify(event.place, apology))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _with_errors(rejected: Rejected) -> BoltResponse:
    """Leave a form open, with what is wrong at its fields."""
    body = {"response_action": "errors", "errors": rejected.errors}
    headers: dict[str, str | Sequence[str]] = {"Content-Type": "application/json"}
    return BoltResponse(status=200, body=json.dumps(body), headers=headers)
