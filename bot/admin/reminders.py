"""What the clock tells, once: which documents have expired, how the week was, what was given up."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from functools import partial

from bot import log
from bot.config import DAYS, Weekly
from bot.errors import StateError
from bot.messages.acts import Act, Digest, Remind, TellParked
from bot.messages.events import Errand, Place
from bot.reports.figures import asked_before
from bot.state.engine import Engine
from bot.state.parked import gather
from knowledge import Document, KnowledgeError, Store

EVERY_S = 15 * 60.0
LATE = timedelta(days=6)
"""A digest that is later than this gives way to the next one."""

GATHER_S = 3.0
"""How long more of them are waited for when a turn was given up, in seconds."""

_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")


async def keep_reminding(
    engine: Engine,
    store: Store,
    team: str,
    admins: tuple[str, ...],
    weekly: Weekly,
    every_s: float = EVERY_S,
) -> None:
    """Look for documents that have expired, for as long as the bot runs."""
    while True:
        try:
            await remind(engine, store, team, admins)
            await send_digests(engine, team, admins, weekly, datetime.now(UTC))
        except (KnowledgeError, StateError) as error:
            log.error("reminders.failed", error)
        await asyncio.sleep(every_s)


async def remind(engine: Engine, store: Store, team: str, admins: tuple[str, ...]) -> None:
    """Submit an errand for each document that has expired.

    Its id is the document with its day, so that the inbox takes it once and for all; a document
    that is renewed and expires again is another errand.

    Raises:
        KnowledgeError: The knowledge base cannot be read.
        StateError: The errand could not be saved.
    """
    now = datetime.now(UTC)
    for document in await asyncio.to_thread(store.expired, now):
        if told := _whom(document, admins):
            day = document.expires_at.isoformat() if document.expires_at else ""
            act = Remind(document_id=document.document_id)
            root = f"kb-expired-{document.document_id}"
            await engine.submit(_errand(team, told, root, act, now, day))


async def send_digests(
    engine: Engine, team: str, admins: tuple[str, ...], weekly: Weekly, now: datetime
) -> None:
    """Submit a digest for each admin, once a week, from the day and hour of the settings on (UTC).

    A bot that nobody asked anything before that has nothing to tell yet.

    Raises:
        StateError: The errand could not be saved.
    """
    due = last_due(weekly, now)
    if now - due > LATE or not await engine.store(partial(asked_before, at=due.timestamp())):
        return
    year, week, _ = due.isocalendar()
    for admin in admins:
        await engine.submit(_errand(team, admin, f"digest-{year}-{week}", Digest(), now))


async def keep_telling(
    engine: Engine, team: str, admins: tuple[str, ...], gather_s: float = GATHER_S
) -> None:
    """Tell admins of turns that were given up, for as long as the bot runs."""
    while admins:
        wait_s = None
        try:
            if (wait_s := await tell(engine, team, admins)) == 0:
                await engine.look()
                continue
        except StateError as error:
            log.error("reminders.failed", error)
            wait_s = GATHER_S
        if wait_s is None:
            await engine.gave_up.wait()
            wait_s = gather_s  # what failed for the same reason fails now
        engine.gave_up.clear()
        await asyncio.sleep(wait_s)


async def tell(engine: Engine, team: str, admins: tuple[str, ...]) -> float | None:
    """Tell of what was given up, or say how long to wait, in seconds; None: there is nothing.

    Raises:
        StateError: It could not be saved.
    """
    now = datetime.now(UTC)

    def errands(group: str) -> list[Errand]:
        act = TellParked(group=group)
        return [_errand(team, admin, f"parked-{group}", act, now) for admin in admins]

    return await engine.store(partial(gather, errands=errands))


def last_due(weekly: Weekly, now: datetime) -> datetime:
    """The last time at which a digest was due."""
    days = (now.weekday() - DAYS.index(weekly.day)) % 7
    due = (now - timedelta(days=days)).replace(hour=weekly.hour, minute=0, second=0, microsecond=0)
    return due if due <= now else due - timedelta(days=7)


def _whom(document: Document, admins: tuple[str, ...]) -> str:
    """The owner; who added it where there is none; else the first admin."""
    people = (one for one in (document.owner, document.added_by) if _PERSON.fullmatch(one))
    return next(people, admins[0] if admins else "")


def _errand(team: str, user: str, root: str, act: Act, now: datetime, of: str = "") -> Errand:
    """What is told to a person in a thread of its own; `of` tells one telling from the next."""
    thread = f"{team}:{user}:{root}"
    return Errand(
        id=f"{thread}:{of}" if of else thread,
        thread=thread,
        place=Place(team=team, channel=user, root=root, user=user, kind="im", private=True),
        user=user,
        act=act,
        received_at=now,
    )
