"""Working days: Monday to Friday, in UTC. Holidays count as well: a company in several countries shares none."""

from datetime import datetime, timedelta

_SATURDAY = 5


def working_days_after(moment: datetime, days: int) -> datetime:
    """The same time of day so many working days later; 1 day after a Friday, Saturday or Sunday is the Monday."""
    while days > 0:
        moment += timedelta(days=1)
        days -= moment.weekday() < _SATURDAY
    return moment
