"""Looking after the state file while the bot runs: old turns are forgotten, open ones seen."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from pydantic import ValidationError

from bot import log
from bot.errors import StateError
from bot.messages.history import Entry, Said, ThreadState
from bot.messages.memory import Condensed, Overheard
from bot.state.engine import Engine

EVERY_S = 20.0
"""How soon a turn is taken up that another process has opened (`sluice turns retry`)."""

FORGET_EVERY_S = 6 * 3600.0
BATCH = 200
"""Turns forgotten in one transaction: whoever writes meanwhile waits for one."""

DAY_S = 86_400.0


async def keep_up(
    engine: Engine, keep_days: int, reopened: asyncio.Event, every_s: float = EVERY_S
) -> None:
    """Look after the file for as long as the bot runs; at once where turns have been `reopened`.

    Apologies that are owed are said then too: whoever has lived so long has time for them.
    """
    next_forgetting = 0.0
    while True:
        try:
            if time.monotonic() >= next_forgetting:
                await forget_old(engine, keep_days)
                next_forgetting = time.monotonic() + FORGET_EVERY_S
            with suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await reopened.wait()
            reopened.clear()
            await engine.look()
            await engine.make_up()
        except StateError as error:
            log.error("upkeep.failed", error)
            await asyncio.sleep(every_s)


async def forget_old(engine: Engine, keep_days: int) -> int:
    """Forget turns that ended, and threads that fell silent, more than `keep_days` days ago.

    What is open is kept, and the audit, which holds no text.

    Returns:
        How many turns were forgotten.
    """
    before, forgotten = time.time() - keep_days * DAY_S, 0
    while done := await engine.store(partial(forget, before=before)):
        forgotten += done
    if forgotten:
        await engine.store.scrub()
        log.info("state.forgotten", turns=forgotten)
    return forgotten


def forget(db: sqlite3.Connection, before: float, most: int = BATCH) -> int:
    """Forget a batch of turns that ended before a time, and what their threads remember of them.

    A thread in which something is not answered yet waits for the next time.
    """
    sql = """
        select id, thread from inbox where state != 'open' and ended_at < ? and not exists
            (select 1 from inbox other where other.thread = inbox.thread and other.state = 'open')
        limit ?
    """
    rows = db.execute(sql, (before, most)).fetchall()
    for turn, _ in rows:
        db.execute("delete from journal where turn = ?", (turn,))
        db.execute("delete from inbox where id = ?", (turn,))
    for thread in {thread for _, thread in rows}:
        _prune(db, thread, before)
    return len(rows)


def _prune(db: sqlite3.Connection, thread: str, before: float) -> None:
    """Take out of what a thread remembers what is older than a time."""
    saved = db.execute("select state, saved_at from threads where id = ?", (thread,)).fetchone()
    left = db.execute("select 1 from inbox where thread = ? limit 1", (thread,)).fetchone()
    if saved and not left and saved[1] < before:
        db.execute("delete from threads where id = ?", (thread,))
    elif saved:
        try:
            state = ThreadState.model_validate_json(saved[0])
        except ValidationError:  # another version wrote it: its next turn will be told so
            return
        state.history = remembered(state.history, before)
        row = (state.model_dump_json(), thread)
        db.execute("update threads set state = ? where id = ?", row)


def remembered(history: Sequence[Entry], before: float) -> list[Entry]:
    """What a thread may remember that is no older than a time; what has no date is older."""
    heads = [_younger(e, before) for e in history if isinstance(e, Condensed | Overheard)]
    starts = (i for i, e in enumerate(history) if isinstance(e, Said) and _is_younger(e.at, before))
    return [*heads, *_said(history[next(starts, len(history)) :])]


def _said(history: Sequence[Entry]) -> list[Entry]:
    return [e for e in history if not isinstance(e, Condensed | Overheard)]


def _younger(entry: Condensed | Overheard, before: float) -> Condensed | Overheard:
    if isinstance(entry, Overheard):
        posts = tuple(post for post in entry.posts if float(post.ts) >= before)
        return entry.model_copy(update={"posts": posts})
    turns = tuple(turn for turn in entry.turns if _is_younger(turn.at, before))
    return entry.model_copy(update={"turns": turns})


def _is_younger(at: datetime | None, before: float) -> bool:
    return at is not None and at.timestamp() >= before
