"""What a person sees on pressing "Why this answer?": the turn, as `sluice trace` tells it."""

from collections.abc import Mapping
from functools import partial

from bot.config import Price
from bot.messages.events import Place
from bot.slack.blocks import Block, context, section
from bot.slack.buttons import Look
from bot.slack.markup import escape, shorten
from bot.state import known as record
from bot.state.account import Account, Line, account
from bot.state.known import Known
from bot.state.store import Store
from bot.surface import Surface

GONE = "I no longer have a record of this answer."
NOT_YOURS = "Only the person whom this answer was for can look into it."
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
        self, store: Store, surface: Surface, prices: Mapping[str, Price], currency: str
    ) -> None:
        self._store, self._surface = store, surface
        self._prices, self._currency = prices, currency

    async def __call__(self, look: Look) -> list[Block]:
        """What the one who pressed may see of a turn; the button's value is client data.

        Raises:
            SurfaceError: Slack could not be asked who the person is.
        """
        place = look.place
        known = await self._store(partial(record.find, turn=look.turn))
        if known is None or not _same_conversation(known, place):
            return [section(GONE)]
        who = await self._surface.identify(place.user, place)
        whole = place.user == known.event.user or (who.admin and not who.guest)
        if who.barred or (known.is_private and not whole):
            return [section(NOT_YOURS)]
        return told(account(known.trace, self._prices, self._currency), whole=whole)


def told(found: Account, *, whole: bool) -> list[Block]:
    """A turn as blocks; `whole`: with what is for the asker and for admins."""
    lines = [context(_line(line, whole=whole)) for line in found.lines[:LINES]]
    if (more := len(found.lines) - LINES) > 0:
        lines.append(context(f"… and {more} more steps: `sluice trace` has them all"))
    foot = [] if whole else [context(PART)]
    return [section(_head(found)), *lines, *foot, context(f"Turn `{escape(found.turn_id)}`")]


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
    detail = " · ".join(_escaped(one) for one in details if one)
    name = escape(line.step.replace("_", " "))
    label = f" *{escape(line.label)}*" if line.label else ""
    return f"{_MARKS[line.mood]} {name}{label} · {_duration(line.seconds)}" + (
        f"\n{detail}" if detail else ""
    )


def _escaped(text: str) -> str:
    """A text made harmless, and short enough when it is: an escaped `&` has five characters."""
    escaped = escape(shorten(text, DETAIL))
    return escaped if len(escaped) <= DETAIL else escape(shorten(text, DETAIL // 5))


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _same_conversation(known: Known, place: Place) -> bool:
    """Who presses a button in a conversation may read it; elsewhere the button is forged."""
    asked = known.event.place
    return (asked.team, asked.channel) == (place.team, place.channel)
