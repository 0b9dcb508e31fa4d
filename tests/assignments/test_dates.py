"""Due days as tables: leave, leap days, months, years, zones and what comes next."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assignments import dates

D = date.fromisoformat
TODAY = D("2026-11-22")


@pytest.mark.parametrize(
    ("base", "days", "absences", "due_on", "leave"),
    [
        ("2026-01-01", 30, [], "2026-01-31", 0),
        ("2026-01-01", 0, [], "2026-01-01", 0),
        ("2024-02-01", 29, [], "2024-03-01", 0),  # a leap year
        ("2026-02-01", 29, [], "2026-03-02", 0),
        ("2026-12-20", 20, [("2026-12-24", "2027-01-03")], "2027-01-20", 11),  # leave across the end of a year
        ("2026-01-01", 10, [("2026-01-05", "2026-01-06"), ("2026-01-12", "2026-01-20")], "2026-01-22", 11),
        (
            "2026-01-01",
            10,
            [("2026-01-03", "2026-01-06"), ("2026-01-05", "2026-01-08")],
            "2026-01-17",
            6,
        ),  # overlapping
        ("2026-01-01", 10, [("2026-01-03", "2026-01-04"), ("2026-01-03", "2026-01-04")], "2026-01-13", 2),  # twice
        ("2026-01-10", 10, [("2025-12-01", "2026-01-09")], "2026-01-20", 0),  # over before it counted
        ("2026-01-10", 10, [("2025-12-01", "2026-01-15")], "2026-01-25", 5),  # from the day after the base
        ("2026-01-01", 10, [("2026-01-12", "2026-02-12")], "2026-01-11", 0),  # after the due day
        ("2026-01-01", 10, [("2026-01-11", "2026-01-11")], "2026-01-12", 1),  # on the due day itself
        ("2026-11-10", 10, [("2026-11-15", None)], "2026-11-28", 8),  # until further notice: until today
        ("2026-11-10", 10, [("2026-12-15", None)], "2026-11-20", 0),
        ("2026-01-05", 0, [("2026-01-01", "2026-01-31")], "2026-02-01", 27),
        ("2024-02-20", 10, [("2024-02-25", "2024-03-01")], "2024-03-07", 6),  # six days in a leap year
    ],
)
def test_a_due_day_is_counted_in_days_at_work(
    base: str, days: int, absences: list[tuple[str, str | None]], due_on: str, leave: int
) -> None:
    spans = [(D(start), D(end) if end else None) for start, end in absences]
    assert dates.due(D(base), days, spans, today=TODAY) == dates.Due(D(due_on), leave)


def test_leave_and_pause_that_overlap_push_the_day_once_and_are_told_apart() -> None:
    leave, pause = [(D("2026-01-05"), D("2026-01-10"))], [(D("2026-01-09"), D("2026-01-12"))]
    found = dates.due(D("2026-01-01"), 20, leave, today=TODAY, pauses=pause)
    assert found == dates.Due(D("2026-01-29"), leave_days=4, paused_days=4)


spans = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 30)).map(
        lambda pair: (TODAY + timedelta(days=pair[0]), TODAY + timedelta(days=sum(pair)))
    ),
    max_size=6,
)


@given(spans, st.integers(1, 60))
def test_as_many_days_at_work_lie_between_whatever_leave_there_is(away: list[dates.Span], days: int) -> None:
    found = dates.due(TODAY, days, away, today=TODAY).due_on
    off = {start + timedelta(days=n) for start, end in away if end for n in range((end - start).days + 1)}
    between = [TODAY + timedelta(days=n) for n in range(1, (found - TODAY).days + 1)]
    assert len([one for one in between if one not in off]) == days
    assert found not in off


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_end_where_the_month_ends(day: str, months: int, after: str) -> None:
    assert dates.months_after(D(day), months) == D(after)


@pytest.mark.parametrize(
    ("previous", "completed", "months", "recurs_from", "due_on", "missed"),
    [
        ("2026-01-01", "2025-12-10", 12, "due", "2027-01-01", []),  # early: the day stays
        ("2026-01-01", "2026-01-01", 12, "due", "2027-01-01", []),
        ("2026-01-01", "2026-03-01", 12, "due", "2027-01-01", []),  # late: the next period is not swallowed
        ("2026-01-01", "2026-12-31", 12, "due", "2027-01-01", []),
        ("2024-01-01", "2026-03-01", 12, "due", "2027-01-01", ["2025-01-01", "2026-01-01"]),  # whole periods missed
        ("2026-01-01", "2026-03-01", 12, "completed", "2027-03-01", []),
        (None, "2026-03-01", 12, "due", "2027-03-01", []),
        ("2026-01-31", "2026-02-01", 1, "due", "2026-02-28", []),
    ],
)
def test_the_next_due_day(
    previous: str | None, completed: str, months: int, recurs_from: str, due_on: str, missed: list[str]
) -> None:
    found = dates.next_due(D(previous) if previous else None, D(completed), months, recurs_from)
    assert found == dates.Next(D(due_on), tuple(D(one) for one in missed))


@pytest.mark.parametrize(
    ("zone", "now", "is_over"),
    [
        ("Europe/Brussels", "2026-11-22T22:59:59+00:00", False),  # a second before her midnight
        ("Europe/Brussels", "2026-11-22T23:00:00+00:00", True),
        ("Australia/Sydney", "2026-11-22T13:00:00+00:00", True),
        ("America/Los_Angeles", "2026-11-23T07:59:00+00:00", False),
        ("Europe/Brussels", "2026-10-25T22:59:00+00:00", False),
    ],
)
def test_a_due_day_ends_at_midnight_where_the_person_is(zone: str, now: str, is_over: bool) -> None:
    moment = datetime.fromisoformat(now)
    due_on = D("2026-10-25") if "-10-" in now else D("2026-11-22")
    assert dates.overdue(due_on, zone, moment) is is_over


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_due_day_on_which_the_clock_changes_is_a_whole_day(day: str, hours: int) -> None:
    start = datetime.combine(D(day), datetime.min.time(), ZoneInfo("Europe/Brussels")).astimezone(UTC)
    last = start + timedelta(hours=hours) - timedelta(seconds=1)
    assert not dates.overdue(D(day), "Europe/Brussels", last)
    assert dates.overdue(D(day), "Europe/Brussels", last + timedelta(seconds=1))
