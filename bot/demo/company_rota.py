"""Who is on call in the sample company, computed from the date so that there is always a "now"."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

Engineers = tuple[tuple[str, str], ...]
"""Names with phone numbers (of the range kept for fiction), in the order of the rota."""

ROTAS: dict[str, Engineers] = {
    "payments": (
        ("Ada Okafor", "+44 7700 900111"),
        ("Tiago Brandão", "+44 7700 900112"),
        ("Priya Raman", "+44 7700 900113"),
        ("Callum Reid", "+44 7700 900114"),
        ("Sofia Teixeira", "+44 7700 900115"),
    ),
    "identity": (
        ("Nadia Haddad", "+44 7700 900121"),
        ("Oliver Whitcombe", "+44 7700 900122"),
        ("Rui Calado", "+44 7700 900123"),
        ("Grace Mensah", "+44 7700 900124"),
        ("Henrik Dahl", "+44 7700 900125"),
    ),
    "platform": (
        ("Leonor Pinto", "+44 7700 900131"),
        ("Samir Nasser", "+44 7700 900132"),
        ("Beth Ackroyd", "+44 7700 900133"),
        ("Duarte Lobo", "+44 7700 900134"),
        ("Yuki Tanabe", "+44 7700 900135"),
    ),
    "routing": (
        ("Mateus Vaz", "+44 7700 900141"),
        ("Imogen Clarke", "+44 7700 900142"),
        ("Zofia Wrona", "+44 7700 900143"),
        ("Carlos Antunes", "+44 7700 900144"),
        ("Fatima Siddiqui", "+44 7700 900145"),
    ),
}

ROUTING_BY_NIGHT: Engineers = (
    ("Marc Tremblay", "+1 416 555 0151"),
    ("Aisha Grant", "+1 416 555 0152"),
    ("Daniel Kowalchuk", "+1 416 555 0153"),
    ("Mei-Lin Chow", "+1 416 555 0154"),
    ("Owen Fraser", "+1 416 555 0155"),
)
"""Toronto has the routing pager from 18:00 to 06:00 Porto time."""


@dataclass(frozen=True)
class Shift:
    """Who is on call, from `since` to just before `until`."""

    engineer: str
    phone: str
    secondary: str
    since: datetime
    until: datetime


def shift_at(team: str, moment: datetime) -> Shift:
    """Return the shift that covers a moment. Weeks change on Wednesday at 10:00 Porto time.

    Raises:
        KeyError: There is no such team.
    """
    engineers = ROTAS[team]
    porto = moment.astimezone(UTC) + _porto_offset(moment)
    week = _week_of(porto)
    since, until = week, week + timedelta(weeks=1)
    if team == "routing":
        by_day, begins, ends = _half_day_of(porto)
        engineers = engineers if by_day else ROUTING_BY_NIGHT
        since, until = max(since, begins), min(until, ends)
    number = (week.date() - datetime(2026, 1, 7, tzinfo=UTC).date()).days // 7
    engineer, phone = engineers[number % len(engineers)]
    secondary, _ = engineers[(number + 1) % len(engineers)]
    return Shift(engineer, phone, secondary, _from_porto(since), _from_porto(until))


def _week_of(porto: datetime) -> datetime:
    days_since_wednesday = (porto.weekday() - 2) % 7
    begin = _at(porto - timedelta(days=days_since_wednesday), 10)
    return begin if begin <= porto else begin - timedelta(weeks=1)


def _half_day_of(porto: datetime) -> tuple[bool, datetime, datetime]:
    if porto.hour < 6:
        return False, _at(porto - timedelta(days=1), 18), _at(porto, 6)
    if porto.hour < 18:
        return True, _at(porto, 6), _at(porto, 18)
    return False, _at(porto, 18), _at(porto + timedelta(days=1), 6)


def _at(day: datetime, hour: int) -> datetime:
    return datetime.combine(day.date(), time(hour), UTC)


def _from_porto(porto: datetime) -> datetime:
    return porto - _porto_offset(porto)


def _porto_offset(moment: datetime) -> timedelta:
    """One hour in summer, as the European Union has it: small machines carry no time zone data."""
    year = moment.astimezone(UTC).year
    summer = _last_sunday(year, 3) <= moment < _last_sunday(year, 10)
    return timedelta(hours=1) if summer else timedelta(0)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
