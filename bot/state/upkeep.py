"""Looking after the state file while the bot runs: old turns are forgotten, open ones seen."""

import asyncio
import sqlite3
import time
from contextlib import suppress
from functools import partial

from bot import log
from bot.errors import StateError
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
    """Look after the file for as long as the bot runs; at once where turns have been `reopened`."""
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
        log.info("state.forgotten", turns=forgotten)
    return forgotten


def forget(db: sqlite3.Connection, before: float, most: int = BATCH) -> int:
    """Forget a batch of turns that ended before a time, and the threads that are left with none."""
    sql = "select id, thread from inbox where state != 'open' and ended_at < ? limit ?"
    rows = db.execute(sql, (before, most)).fetchall()
    for turn, thread in rows:
        db.execute("delete from journal where turn = ?", (turn,))
        db.execute("delete from inbox where id = ?", (turn,))
        db.execute(
            "delete from threads where id = ? and saved_at < ? "
            "and not exists (select 1 from inbox where inbox.thread = threads.id)",
            (thread, before),
        )
    return len(rows)
