"""The result of any tool in plain words: its JSON read aloud, and nothing that is not in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic_core import from_json

from bot.messages.decisions import Draft, Quote
from bot.messages.task import Offer, Task
from bot.model.quoting.compose import cut, inert
from tools.spec import ToolResult

MAX_VALUE = 400
"""Characters of one value, and the most that a whole result is read aloud."""

MAX_TEXT = 2_500
MAX_ITEMS = 10
"""Of one list."""

LONGEST = 10**30
"""No number that people read is longer, and Python refuses to write very long ones."""

_DENIED_BY_A_PERSON = re.compile(r"the person said no", re.IGNORECASE)
_TO_LOOK = re.compile(
    r"^(?:find|show|list|look up|get|read|fetch|check|see)\s+(?=\S)", re.IGNORECASE
)
_SNAKE = re.compile(r"[a-z]+(?:_[a-z]+)+")
_NAMES = ("title", "name", "subject", "summary", "label")
_LAST = ("url", "link", "href")


def report(results: Sequence[ToolResult], task: Task) -> Draft:
    """Tell what the last calls gave; grounded if any of them gave something."""
    offers = {offer.tool: offer for offer in task.offers}
    quotes: list[Quote] = []
    told: list[str] = []
    for result in results:
        offer = offers.get(result.name)
        if result.outcome != "ok":
            told.append(_went_wrong(result, offer))
            continue
        quote = cut(result.content)
        marker = ""
        if quote:
            quotes.append(Quote(source_id=result.call_id, quote=quote))
            marker = f" [{len(quotes)}]"
        told.append(_went_well(result, offer, marker))
    text = "\n\n".join(told)
    status = "grounded" if quotes else "unknown"
    return Draft(status=status, text=text, citations=tuple(quotes))


def plain_report(results: Sequence[ToolResult], task: Task) -> Draft:
    """The same without a word that could be wrong: what was asked for, and how it ended."""
    offers = {offer.tool: offer for offer in task.offers}
    ends = {"ok": "done", "denied": "not done", "withheld": "held back"}
    told = [f"{_title(r, offers.get(r.name))}: {ends.get(r.outcome, 'failed')}." for r in results]
    return Draft(status="unknown", text="\n".join(told), citations=())


def _title(result: ToolResult, offer: Offer | None) -> str:
    return offer.title if offer else result.name.replace("_", " ").capitalize()


def _found(result: ToolResult, offer: Offer | None) -> str:
    """What a call gave, named by the title without its verb: "Find who is on call" found that."""
    thing = _TO_LOOK.sub("", _title(result, offer), count=1)
    return thing[:1].upper() + thing[1:]


# --- ends -----------------------------------------------------------------------------------------


def _went_well(result: ToolResult, offer: Offer | None, marker: str) -> str:
    read = offer is None or offer.effect == "read"
    head = f"{_found(result, offer) if read else f'{_title(result, offer)}: done'}{marker}"
    lines = list(_lines(_parsed(result.content)))
    if result.truncated:
        lines.append("- The result was longer; this is its beginning.")
    return "\n".join([f"{head}:", *_within(lines)]) if lines else f"{head}."


def _went_wrong(result: ToolResult, offer: Offer | None) -> str:
    title = _title(result, offer)
    reason = inert(" ".join(result.content.split()))[:MAX_VALUE]
    match result.outcome:
        case "denied" if _DENIED_BY_A_PERSON.search(reason):
            expired = "expired" in reason
            why = "the request expired before anybody approved it" if expired else "it was denied"
            return f"{title}: nothing was done, because {why}."
        case "denied":
            return f"{title}: I may not do that. {reason}".rstrip()
        case "withheld":
            return (
                f"{title}: the answer was held back, because it carries instructions to an "
                "assistant. Please tell an admin."
            )
        case "retry":
            return f"{title}: that did not work, because the details do not fit. {reason}".rstrip()
        case _:
            return f"{title}: that did not work. {reason}".rstrip()


def _within(lines: Sequence[str]) -> Iterator[str]:
    room = MAX_TEXT
    for line in lines:
        room -= len(line)
        if room < 0:
            yield "- There is more, which I leave out here."
            return
        yield line


# --- JSON -----------------------------------------------------------------------------------------


def _parsed(content: str) -> Any:
    """The JSON of a result, of a result that was cut as much as is there; else its text."""
    for partial in (False, "trailing-strings"):
        try:
            return from_json(content.split("\n[cut:", 1)[0], allow_partial=partial)
        except ValueError:
            continue
    return content


def _lines(value: Any) -> Iterator[str]:
    """A value as lines: an object's fields, each on a line; a list's items, each on a line."""
    match value:
        case Mapping():
            for key, inner in _in_order(value):
                yield from _field(str(key), inner)
        case list() | tuple():
            yield from _items(value)
        case _:
            if shown := _scalar(value):
                yield f"- {shown}"


def _field(key: str, value: Any) -> Iterator[str]:
    name = humanise(key)
    match value:
        case list() | tuple() if any(isinstance(item, Mapping) for item in value):
            yield from _items(value)
        case list() | tuple():
            shown = [text for item in value[:MAX_ITEMS] if (text := _scalar(item))]
            yield f"- {name}: {', '.join(shown) or 'none'}"
        case Mapping():
            if shown := ", ".join(_pairs(value)):
                yield f"- {name}: {shown}"
        case _:
            if shown := _scalar(value):
                yield f"- {name}: {shown}"


def _items(values: Sequence[Any]) -> Iterator[str]:
    for item in values[:MAX_ITEMS]:
        shown = _item(item) if isinstance(item, Mapping) else _scalar(item)
        if shown:
            yield f"- {shown}"
    if len(values) > MAX_ITEMS:
        yield "- ... and more"


def _item(fields: Mapping[str, Any]) -> str:
    """An object of a list on one line: what names it first, then the rest."""
    naming = [k for k in fields if k == "id" or k.endswith("_id")][:1]
    naming += [k for k in _NAMES if k in fields][:1]
    head = " ".join(shown for key in naming if (shown := _scalar(fields[key])))
    rest = ", ".join(_pairs({k: v for k, v in _in_order(fields) if k not in naming}))
    return f"{head}: {rest}" if head and rest else head or rest


def _pairs(fields: Mapping[str, Any]) -> Iterator[str]:
    """Fields as `name value`. What is nested deeper is left out: nobody reads it aloud."""
    for key, value in fields.items():
        if shown := _scalar(value):
            yield shown if key in _LAST else f"{humanise(key).lower()} {shown}"


def _in_order(fields: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(fields.items(), key=lambda item: item[0] in _LAST)


# --- words ----------------------------------------------------------------------------------------


def humanise(key: str) -> str:
    """A key as words: `opened_at` is "Opened", `ticketId` is "Ticket ID"."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key.replace("_", " ").replace("-", " "))
    names = [word.lower() for word in apart.split()]
    if len(names) > 1 and names[-1] == "at":
        names.pop()
    named = " ".join({"id": "ID", "url": "link"}.get(name, name) for name in names)
    return inert(named[:1].upper() + named[1:])[:60] or "Value"


def _scalar(value: Any) -> str:
    """A value on one line; nothing for what is empty or nested."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if abs(value) < LONGEST:
            return str(value)
        case float():
            return str(int(value)) if abs(value) < LONGEST and value.is_integer() else str(value)
        case str():
            return _string(" ".join(inert(value).split()))
        case _:
            return ""


def _string(text: str) -> str:
    if _SNAKE.fullmatch(text):
        return text.replace("_", " ")
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return _moment(text)
    return text if len(text) <= MAX_VALUE else f"{cut(text, MAX_VALUE)} ..."


def _moment(text: str) -> str:
    """A date, or a date with its time, as people write it; every number of it stays."""
    try:
        if len(text) == len("2026-11-23"):
            return _day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{_day(moment.date())}, {moment:%H:%M}{_zone(moment.utcoffset())}"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def _zone(offset: timedelta | None) -> str:
    if offset is None:
        return ""
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    return " UTC" if not minutes else f" (UTC {sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02})"
