"""What a person sees on pressing "Why this answer?": the turn, as `sluice trace` tells it."""

from collections.abc import Mapping, Sequence
from functools import partial

from bot.messages import Place
from bot.settings import Price
from bot.slack.blocks import Block
from bot.slack.markup import escape, shorten
from bot.state import turns
from bot.state.account import Account, Line, account
from bot.state.store import Store
from bot.state.turns import Known

GONE = "I no longer have a record of this answer."
NOT_YOURS = "This answer was for one person. Only they can look into it."
PART = "You see what everyone in this conversation may see; more is for the person who asked."
LINES = 60
"""Steps that are shown; Slack takes 100 blocks in a dialog."""

DETAIL = 1_400
_MARKS = {
    "good": ":large_green_circle:",
    "careful": ":large_yellow_circle:",
    "bad": ":red_circle:",
    "plain": ":white_circle:",
}


class Why:
    """Tells a turn to those who may read its thread; what is private to the asker and to admins."""

    def __init__(
        self, store: Store, admins: Sequence[str], prices: Mapping[str, Price], currency: str
    ) -> None:
        self._store, self._admins = store, frozenset(admins)
        self._prices, self._currency = prices, currency

    async def blocks(self, turn: str, place: Place) -> list[Block]:
        """What the person of a place may see of a turn; `turn` is client data."""
        known = await self._store(partial(turns.find, turn=turn))
        if known is None or not _same_conversation(known, place):
            return [_section(GONE)]
        whole = place.user == known.event.user or place.user in self._admins
        if known.is_private and not whole:
            return [_section(NOT_YOURS)]
        return told(account(known.trace, self._prices, self._currency), whole=whole)


def told(found: Account, *, whole: bool) -> list[Block]:
    """A turn as blocks; `whole`: with what is for the asker and for admins."""
    lines = [_context(_line(line, whole=whole)) for line in found.lines[:LINES]]
    if (more := len(found.lines) - LINES) > 0:
        lines.append(_context(f"… and {more} more steps: `sluice trace` has them all"))
    foot = [] if whole else [_context(PART)]
    return [_section(_head(found)), *lines, *foot, _context(f"Turn `{escape(found.turn_id)}`")]


def _head(found: Account) -> str:
    by = f" by {', '.join(found.models)}" if found.models else ""
    facts = [f"{found.seconds:.1f} s", found.spent, _times(found.repairs, "repair")]
    told = " · ".join(escape(fact) for fact in facts if fact)
    error = f"\nIt ended with `{escape(found.error)}`." if found.error else ""
    return f"{_MARKS[found.mood]} *{escape(found.status.capitalize() + by)}*\n{told}{error}"


def _times(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}" if number else ""


def _line(line: Line, *, whole: bool) -> str:
    details = (line.detail, line.private if whole else "")
    detail = " · ".join(escape(shorten(one, DETAIL)) for one in details if one)
    name = escape(line.step.replace("_", " "))
    label = f" *{escape(line.label)}*" if line.label else ""
    return f"{_MARKS[line.mood]} {name}{label} · {_duration(line.seconds)}" + (
        f"\n{detail}" if detail else ""
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _same_conversation(known: Known, place: Place) -> bool:
    """Who presses a button in a conversation may read it; elsewhere the button is forged."""
    asked = known.event.place
    return (asked.team, asked.channel) == (place.team, place.channel)


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:2_900]}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:2_900]}]}
