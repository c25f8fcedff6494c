"""Days and times as people write them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

Finder = Callable[[str, date], date | None]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = (
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b\.?"
)

_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)(?!\d)")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (\d{{4}}))?")
_MONTH_DAY = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{{4}}))?")
_NAMED = re.compile(rf"\b(?:(next|last) )?({'|'.join(_DAYS)}|mon|tues?|thu|thurs?|fri)\b")
_IN_DAYS = re.compile(r"\bin (?:(\d{1,3}|a|one|two|three) )(day|week)s?\b")
_RELATIVE = {
    "day after tomorrow": 2,
    "tomorrow": 1,
    "yesterday": -1,
    "today": 0,
    "tonight": 0,
    "next week": 7,
}
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3}

_INSTANT = re.compile(
    r"\b\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:z|[+-]\d\d:?\d\d)?(?![\d:])"
)
_CLOCK = re.compile(r"(?<![\d:.-])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?: ?([ap])\.?m\b)?")
_HOUR = re.compile(r"(?<![\d:.])(1[0-2]|0?[1-9]) ?([ap])\.?m\b")
_PARTS = {
    "noon": 12,
    "midnight": 0,
    "morning": 9,
    "afternoon": 15,
    "evening": 19,
    "tonight": 21,
    "night": 22,
}


def day_in(text: str, today: date) -> date | None:
    """The first kind of day that a text names: ISO, a date in words, a weekday, tomorrow."""
    lower = " ".join(text.lower().split())
    for find in (_iso, _in_words, _weekday, _relative):
        if (found := _safely(find, lower, today)) is not None:
            return found
    return None


def moment_in(text: str, today: date) -> datetime | None:
    """The moment that a text names, in UTC where it says nothing else; noon if only the day is."""
    lower = " ".join(text.lower().split())
    if match := _INSTANT.search(lower):
        try:
            moment = datetime.fromisoformat(match[0].upper())
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    day, clock = day_in(text, today), _clock(lower)
    if day is None and clock is None:
        return None
    return datetime.combine(day or today, clock or time(12), UTC)


def _safely(find: Finder, text: str, today: date) -> date | None:
    """A day of a calendar that has no 31 June, and no year 10000."""
    try:
        return find(text, today)
    except (ValueError, OverflowError):
        return None


def _iso(text: str, today: date) -> date | None:  # noqa: ARG001 - every finder takes both
    match = _ISO.search(text)
    return date(int(match[1]), int(match[2]), int(match[3])) if match else None


def _in_words(text: str, today: date) -> date | None:
    if match := _DAY_MONTH.search(text):
        day, month, year = match.groups()
    elif match := _MONTH_DAY.search(text):
        month, day, year = match.groups()
    else:
        return None
    number = _MONTHS.index(month) + 1
    if year:
        return date(int(year), number, int(day))
    this_year = date(today.year, number, int(day))
    return this_year if this_year >= today else date(today.year + 1, number, int(day))


def _weekday(text: str, today: date) -> date | None:
    if re.search(r"\bweekend\b", text):
        return today + timedelta(days=(5 - today.weekday()) % 7)
    if not (match := _NAMED.search(text)):
        return None
    ahead = ([day[:3] for day in _DAYS].index(match[2][:3]) - today.weekday()) % 7
    if match[1] == "last":
        return today + timedelta(days=ahead - 7)
    return today + timedelta(days=7 if match[1] == "next" and not ahead else ahead)


def _relative(text: str, today: date) -> date | None:
    if match := _IN_DAYS.search(text):
        number = _NUMBERS.get(match[1]) or int(match[1])
        return today + timedelta(days=number * (7 if match[2] == "week" else 1))
    for words, days in _RELATIVE.items():
        if re.search(rf"\b{words}\b", text):
            return today + timedelta(days=days)
    return None


def _clock(text: str) -> time | None:
    if match := _CLOCK.search(text):
        return _time(int(match[1]), int(match[2]), match[3])
    if match := _HOUR.search(text):
        return _time(int(match[1]), 0, match[2])
    part = next((hour for word, hour in _PARTS.items() if re.search(rf"\b{word}\b", text)), None)
    return None if part is None else time(part)


def _time(hour: int, minute: int, half: str | None) -> time:
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute)
