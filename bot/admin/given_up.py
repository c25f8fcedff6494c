"""Turns that were given up, in an admin's words: what it means, and what can be done."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

from bot.office.notices import Button, Done, Notice, Row
from bot.office.office import Office
from bot.state import parked
from bot.state.parked import Parked, Tried
from bot.state.store import Store
from bot.wording import counted

RETRY = "turns_retry"

ADVICE = {
    "InDoubt": "It was interrupted while it acted, and nobody can tell whether that happened. "
    "Look for yourself: it is never repeated by itself.",
    "FlowChanged": "It was begun by another version. If it had not acted yet, "
    "`sluice turns retry` begins it afresh.",
    "ModelUnavailable": "The model gave no usable answer. `sluice doctor` tries it; then retry.",
    "SurfaceError": "Slack could not be reached, or gave no sensible answer. Then retry.",
    "LookupFailed": "Slack could not be asked, for minutes, whether it was said. Then retry.",
    "Refused": "Slack refused the message: the log has its reason (`turn.parked`).",
    "BudgetSpent": "It took more steps than `[limits]` in sluice.toml allows.",
    "CutShort": "The process died under every attempt. If retrying kills it again, keep the "
    "trace and report it.",
}
"""What a failure means, and what an admin can do, by the error's name."""

ELSE = "The log has more (`turn.parked`). If the cause is mended, retry."

SHOWN = 3
"""How many turns are shown of those with the same error."""


class GivenUp:
    """Tells admins of turns that were given up, and tries them again.

    Attributes:
        reopened: Set when turns are open again, for the engine to take them up.
    """

    def __init__(self, store: Store, office: Office) -> None:
        self._store, self._office = store, office
        self.reopened = asyncio.Event()

    async def told(self, group: str) -> Done:
        """A group in a notice; `nothing` where all of them have been tried again meanwhile."""
        found = await self._store(partial(parked.of_group, group=group))
        names = await self._office.names({one.user for one in found})
        return Done(outcome="done" if found else "nothing", notice=notice(group, found, names))

    async def tried(self, group: str, error: str) -> Done:
        """Try those of a group again that ended in an error."""
        tried = await self._store(partial(parked.try_again, group=group, error=error))
        self.reopened.set()
        return Done(outcome="done" if tried.opened else "refused", notice=again(tried))


def notice(group: str, found: Sequence[Parked], names: dict[str, str]) -> Notice:
    """What was given up, by the reason, with a button where it can be tried again."""
    by_error = groupby(sorted(found, key=attrgetter("error")), attrgetter("error"))
    rows = [_row(group, error, [*those], names) for error, those in by_error]
    return Notice(
        text=f":warning: *I have given up on {counted(len(found), 'turn')}.* "
        "The people have my apology, or get it as soon as I can give it.",
        rows=tuple(rows),
        foot="`sluice turns list` shows them all, `sluice turns show TURN` tells why.",
    )


def again(tried: Tried) -> Notice:
    """What came of trying again."""
    if not tried.opened and not tried.refused:
        return Notice(text="None of these is given up any more: they have been tried again.")
    taken = f":repeat: *I am trying {counted(tried.opened, 'turn')} again.*"
    rest = (f"• {why}" for why in tried.refused[:SHOWN])
    more = _more(len(tried.refused))
    return Notice(text="\n".join([*([taken] if tried.opened else []), *rest, *more]))


def _row(group: str, error: str, those: Sequence[Parked], names: dict[str, str]) -> Row:
    lines = [ADVICE.get(error, ELSE), *(_line(one, names) for one in those[:SHOWN])]
    retry = Button(action=RETRY, label="Try again", value=f"{group}/{error}")
    return Row(
        title=f"{error}: {counted(len(those), 'turn')}",
        lines=(*lines, *_more(len(those))),
        buttons=() if error == "InDoubt" else (retry,),
    )


def _line(one: Parked, names: dict[str, str]) -> str:
    who = names.get(one.user, one.user)
    where = "in private" if one.place.private or one.place.kind == "im" else _channel(one)
    return f"• {one.kind} of {who} {where}, {one.received_at:%H:%M} UTC: `{one.turn_id}`"


def _channel(one: Parked) -> str:
    return f"in #{one.place.channel}"


def _more(count: int) -> Iterable[str]:
    return [f"and {count - SHOWN} more"] if count > SHOWN else []
