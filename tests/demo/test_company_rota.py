from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.company_rota import ROTAS, ROUTING_BY_NIGHT, shift_at

MOMENTS = st.integers(0, 40_000_000).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
TEAMS = st.sampled_from(list(ROTAS))


@given(TEAMS, MOMENTS)
def test_somebody_is_always_on_call(team: str, moment: datetime) -> None:
    shift = shift_at(team, moment)
    assert shift.since <= moment < shift.until
    assert shift.engineer != shift.secondary


@given(TEAMS, MOMENTS)
def test_shifts_follow_one_another_without_gap_or_overlap(team: str, moment: datetime) -> None:
    shift = shift_at(team, moment)
    assert shift_at(team, shift.since) == shift
    assert shift_at(team, shift.until - timedelta(microseconds=1)) == shift
    assert shift_at(team, shift.until).since == shift.until


@pytest.mark.parametrize(
    ("before", "change"),
    [
        ("2026-11-25T09:59:59+00:00", "2026-11-25T10:00:00+00:00"),
        ("2026-07-15T08:59:59+00:00", "2026-07-15T09:00:00+00:00"),
    ],
)
def test_weeks_change_on_wednesday_at_ten_in_porto(before: str, change: str) -> None:
    old = shift_at("payments", datetime.fromisoformat(before))
    new = shift_at("payments", datetime.fromisoformat(change))
    assert new.engineer == old.secondary
    assert new.since == old.until == datetime.fromisoformat(change)


def test_everyone_has_their_week_once_in_a_round() -> None:
    start = datetime(2026, 11, 25, 12, tzinfo=UTC)
    names = [shift_at("identity", start + timedelta(weeks=n)).engineer for n in range(5)]
    assert sorted(names) == sorted(name for name, _ in ROTAS["identity"])


def test_toronto_has_the_routing_pager_at_night() -> None:
    night = shift_at("routing", datetime(2026, 11, 22, 22, tzinfo=UTC))
    day = shift_at("routing", datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert night.engineer in dict(ROUTING_BY_NIGHT)
    assert day.engineer in dict(ROTAS["routing"])
    assert (day.until, night.since) == (datetime(2026, 11, 22, 18, tzinfo=UTC),) * 2


def test_the_handbook_rules_hold() -> None:
    """Each rota has at least five people, and nobody is on two."""
    everyone = [e for rota in (*ROTAS.values(), ROUTING_BY_NIGHT) for e in rota]
    assert all(len(rota) >= 5 for rota in (*ROTAS.values(), ROUTING_BY_NIGHT))
    assert len({name for name, _ in everyone}) == len({phone for _, phone in everyone}) == 25
