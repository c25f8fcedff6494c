"""How old something is, in words."""

from datetime import datetime

_UNITS = ((365, "year"), (30, "month"), (7, "week"), (1, "day"))


def age(then: datetime, now: datetime) -> str:
    """Say when something was updated: `updated 3 months ago`."""
    days = (now - then).days
    for length, unit in _UNITS:
        if days >= length:
            count = days // length
            return f"updated {count} {unit}{'s' * (count > 1)} ago"
    return "updated today"
