"""Forgetting a person's texts: out of the inbox, the journal and what threads remember.

A turn's row stays in the inbox without a word of what was said: its id keeps a second delivery from
being answered again, and its tokens count. The audit holds no text, so its chain stays whole.
"""

import asyncio
import json
import sqlite3
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from bot import log
from bot.messages.acts import Scope
from bot.messages.approvals import Pending
from bot.messages.frozen import Frozen
from bot.messages.history import Said, ThreadState
from bot.messages.memory import Overheard
from bot.state import ledger
from bot.state.store import Store

FORGOTTEN = "Forgotten"
"""Stands for the error of a failed turn whose journal is gone: it cannot be tried again."""

_OPEN = "select 1 from inbox where thread = ? and state = 'open' and id != ? limit 1"
_THREADS = """
    select distinct thread from inbox where user = :user and thread like :prefix escape '\\'
    union select id from threads where instr(state, :quoted) and id like :prefix escape '\\'
    union select thread from inbox join journal on journal.turn = inbox.id
        where instr(result, :quoted) and thread like :prefix escape '\\'
"""
_EMPTIED = """
    update inbox set body = json_set(json_remove(body, '$.place.response_url'),
        '$.text', '', '$.reason', '') where id = ?
"""
_OF_AN_ACT = """
    update inbox set body = json_set(json_remove(body, '$.place.response_url'),
        '$.act', json('{"kind": "help"}')) where id = ?
"""


class Forgotten(Frozen):
    """What was deleted, in numbers.

    Attributes:
        outcome: `forgotten`, or `counted` where nothing was to be deleted yet.
        messages: What the person wrote to the bot.
        overheard: Their posts that the bot had read in threads.
        waiting: Requests of theirs that waited for an approval.
        open: Threads that were left as they are, for something in them is not answered yet.
    """

    outcome: Literal["forgotten", "counted"]
    messages: int = 0
    overheard: int = 0
    waiting: int = 0
    threads: int = 0
    open: int = 0

    def and_also(self, other: "Forgotten") -> "Forgotten":
        """Both together."""
        names = ("messages", "overheard", "waiting", "threads", "open")
        return self.model_copy(update={n: getattr(self, n) + getattr(other, n) for n in names})


class _Whose(NamedTuple):
    user: str
    prefix: str
    turn: str

    @property
    def values(self) -> dict[str, str]:
        return {"user": self.user, "prefix": self.prefix, "quoted": f'"{self.user}"'}


class Memories:
    """Deletes what a person has said, where the bot remembers it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def forget(self, turn: str, user: str, place: str, scope: Scope) -> Forgotten:
        """Delete a person's turns and texts in a place (`team:channel`), or everywhere.

        Replies to others in the same threads lose their record as well, for they may repeat the
        person's words. A thread is left as it is while something in it is not answered: what is
        under way would write it back. Doing it again deletes what is left.

        Raises:
            StateError: The file cannot be used; what was deleted until then stays deleted.
        """
        whose = _Whose(user, "%" if scope == "everywhere" else f"{_literal(place)}:%", turn)
        threads = await asyncio.to_thread(_threads, self._store.path, whose)
        change = scope != "count"
        told = Forgotten(outcome="forgotten" if change else "counted")
        for thread in threads:
            work = partial(_in_thread, thread=thread, whose=whose, change=change)
            told = told.and_also(await self._store(work))
        if change and not await self._store.scrub():
            log.warning("state.not_scrubbed")
        return told


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _threads(path: Path, whose: _Whose) -> list[str]:
    """The threads that hold something of a person's; read beside the writer: it may take long."""
    db = sqlite3.connect(path)
    try:
        found = [thread for (thread,) in db.execute(_THREADS, whose.values)]
    finally:
        db.close()
    own = whose.turn  # the thread of the wish to be forgotten
    return [thread for thread in found if thread != own]


def _in_thread(db: sqlite3.Connection, thread: str, whose: _Whose, *, change: bool) -> Forgotten:
    if db.execute(_OPEN, (thread, whose.turn)).fetchone():
        return Forgotten(outcome="forgotten", open=1)
    rows = list(db.execute("select id, user, body, state from inbox where thread = ?", (thread,)))
    own = [(turn, json.loads(body)) for turn, user, body, _ in rows if user == whose.user]
    texts = [body["text"] for _, body in own if body.get("text")]
    saved = db.execute("select state from threads where id = ?", (thread,)).fetchone()
    state = _state(saved[0]) if saved else ThreadState()
    kept = _without(state, whose.user, texts)
    if change:
        _clear_turns(db, [(turn, failed == "failed") for turn, _, _, failed in rows])
        _clear_texts(db, own)
        if saved:
            db.execute(
                "update threads set state = ? where id = ?", (kept.model_dump_json(), thread)
            )
    return Forgotten(
        outcome="forgotten",
        messages=len(texts),
        overheard=_overheard(state, whose.user),
        waiting=len(state.pending) - len(kept.pending),
        threads=1,
    )


def _clear_turns(db: sqlite3.Connection, turns: Sequence[tuple[str, bool]]) -> None:
    """Delete the journals of turns; what they cost stays, and a failed one cannot go on."""
    for turn, failed in turns:
        tokens = ledger.tokens_of(db, turn)
        db.execute("update inbox set tokens = tokens + ? where id = ?", (tokens, turn))
        db.execute("delete from journal where turn = ?", (turn,))
        if failed:
            db.execute("update inbox set error = ? where id = ?", (FORGOTTEN, turn))


def _clear_texts(db: sqlite3.Connection, own: Sequence[tuple[str, dict[str, object]]]) -> None:
    for turn, body in own:
        if body.get("kind") == "errand":
            db.execute(_OF_AN_ACT, (turn,))
        elif "text" in body or "reason" in body:
            db.execute(_EMPTIED, (turn,))


def _state(saved: str) -> ThreadState:
    """What a thread remembers; nothing of what another version wrote, so that none of it stays."""
    try:
        return ThreadState.model_validate_json(saved)
    except ValidationError:
        return ThreadState()


def _without(state: ThreadState, user: str, texts: Collection[str]) -> ThreadState:
    """Only what others wrote; an empty record of the thread stays, so that it is not read again."""
    heard = (e for e in state.history if isinstance(e, Overheard))
    before = next(heard, Overheard())
    posts = tuple(p for p in before.posts if p.author != "bot" and p.user != user)
    said = [e for e in state.history if isinstance(e, Said) and e.by == "person" and e.user != user]
    return ThreadState(
        history=[before.model_copy(update={"posts": posts}), *said],
        pending={
            key: one for key, one in state.pending.items() if not _speaks_of(one, user, texts)
        },
        proposals={key: one for key, one in state.proposals.items() if one.by != user},
    )


def _speaks_of(pending: Pending, user: str, texts: Collection[str]) -> bool:
    """Whether a request that waits is a person's own, or repeats their words."""
    whole = pending.model_dump_json()
    return pending.card.requester == user or any(_quoted(text) in whole for text in texts)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _overheard(state: ThreadState, user: str) -> int:
    heard = [entry for entry in state.history if isinstance(entry, Overheard)]
    return sum(post.user == user for entry in heard for post in entry.posts)
