"""Figures of past days: kept once, compared, drawn."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.people.models import Person
from lms.reports import past
from lms.reports.counters import past as keeping
from lms.reports.counters.models import TeamPast
from lms.reports.counters.rebuilding import rebuild
from lms.reports.figures import Figures
from lms.reports.past import Day, Past
from tests.make import Make, People
from tests.reports import makers
from tests.support.client import Client

TODAY = date(2026, 11, 22)


def day(on_day: date, up_to_date: int = 71, speakers: int = 26, done: int = 5) -> Day:
    return Day(on_day, 100, up_to_date, speakers, 10, done)


@pytest.mark.parametrize(
    ("on_day", "kept"),
    [(TODAY, True), (TODAY - timedelta(1), False), (date(2026, 11, 30), True), (date(2028, 2, 29), True)],
)
def test_sundays_and_ends_of_months_are_kept(on_day: date, kept: bool) -> None:
    assert keeping.is_kept(on_day) is kept


def test_figures_are_kept_once_for_every_manager(session: Session, make: Make, people: People) -> None:
    course, sunday = make.course(), date(2026, 11, 22)
    with clock.frozen(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        make.enrollment(people.alice, course, due_in=-1)
        make.enrollment(people.bob, course, completed=True)
    makers.certificate(session, people.alice, sunday + timedelta(days=30))
    rebuild(session)
    assert (keeping.keep(session, sunday), keeping.keep(session, sunday)) == (2, 0)
    assert keeping.keep(session, sunday + timedelta(1)) == 0
    kept = {row.manager_id: row for row in session.scalars(select(TeamPast))}
    diana, bob = kept[people.diana.id], kept[people.bob.id]
    assert (diana.people, diana.up_to_date, diana.speakers, diana.overdue, diana.assigned, diana.done) == (
        2,
        1,
        1,
        1,
        2,
        1,
    )
    assert (bob.people, bob.up_to_date, bob.assigned) == (1, 0, 1)


def test_a_month_ago_is_the_last_day_kept_at_least_four_weeks_ago() -> None:
    days = [day(TODAY - timedelta(number)) for number in (60, 35, 28, 27, 7)]
    found = Past(TODAY, days).month_ago
    assert found
    assert found.on_day == TODAY - timedelta(28)
    assert Past(TODAY, [day(TODAY - timedelta(60)), day(TODAY - timedelta(7))]).month_ago is None


def test_speakers_are_compared_with_the_end_of_the_month_before_the_last() -> None:
    days = [
        day(date(2026, 8, 31), speakers=1),
        day(date(2026, 9, 30), speakers=26),
        day(date(2026, 10, 31), speakers=9),
    ]
    since = Past(TODAY, days).since(Figures(may_speak=31))
    assert since
    assert (since.more, since.on_day) == (5, date(2026, 9, 30))
    assert Past(TODAY, [day(TODAY)]).since(Figures()) is None


def test_the_line_ends_today_and_fits_its_drawing() -> None:
    line = Past(TODAY, [day(date(2026, 9, 30)), day(date(2026, 8, 3)), day(TODAY - timedelta(7), done=8)]).points(
        10, 10
    )
    assert line == [(date(2026, 9, 30), 50), (TODAY - timedelta(7), 80), (TODAY, 100)]
    assert past.drawn(line) == "0.0,70.0 520.8,28.0 600.0,0.0"
    assert Past(TODAY).points(10, 10) == []


@pytest.mark.sqlite_only
def test_the_page_compares_and_draws(
    client_for: Callable[[Person], Client], session: Session, make: Make, people: People
) -> None:
    with clock.frozen(datetime(2026, 11, 22, 12, tzinfo=UTC)):
        make.enrollment(people.alice, make.course(), completed=True)
        figures = {"people": 100, "up_to_date": 71, "speakers": 3, "overdue": 1, "assigned": 10, "done": 5}
        for on_day in (date(2026, 9, 30), date(2026, 10, 25)):
            session.add(TeamPast(manager_id=people.bob.id, on_day=on_day, **figures))
        page = client_for(people.bob).get("/team").text
    assert "71% a month ago" in page
    assert "3 fewer since the end of Sep" in page
    assert "<polyline" in page
    assert '<th scope="row">25 October 2026</th><td>50%</td>' in page
