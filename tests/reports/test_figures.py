"""What is made of numbers and days, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from courses.catalog import CourseView, LessonView
from lms.base.csv_cells import neutral
from lms.reports.figures import Cell, Figures, Held, Progress, held, share

TODAY = date(2026, 11, 22)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def course(lessons: int, quiz: str | None) -> CourseView:
    views = tuple(LessonView(f"lesson-{n}", n, 5, {"en": "Lesson"}, ()) for n in range(lessons))
    return CourseView(1, "principles", "S1", "staff", 1, 1, {"en": "Principles"}, {}, (), views, 5, quiz_slug=quiz)


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, None), (0, 3, 0), (1, 3, 33), (2, 3, 66), (199, 200, 99), (3, 3, 100)]
)
def test_a_share_is_rounded_down(part: int, whole: int, percent: int | None) -> None:
    assert share(part, whole) == percent


@pytest.mark.parametrize(
    ("enrolled", "done", "shade"),
    [
        (0, 0, 0),
        (5, 0, 1),
        (100, 39, 1),
        (100, 40, 2),
        (100, 59, 2),
        (100, 60, 3),
        (100, 75, 4),
        (100, 90, 5),
        (4, 4, 5),
    ],
)
def test_a_cell_has_the_shade_of_its_share(enrolled: int, done: int, shade: int) -> None:
    assert Cell(enrolled, done).shade == shade


@pytest.mark.parametrize(
    ("until", "status", "ends", "wanted"),
    [
        (None, None, None, Held()),
        (in_days(61), "active", in_days(61), Held("valid", in_days(61))),
        (in_days(60), "active", in_days(60), Held("ending", in_days(60))),
        (in_days(0), "active", in_days(0), Held("ending", in_days(0))),
        (in_days(-1), "active", in_days(-1), Held("ended", in_days(-1))),
        (in_days(90), None, None, Held("valid", in_days(90))),
        (in_days(90), "requested", in_days(90), Held("valid", in_days(90))),
        (in_days(90), "ended", in_days(-5), Held("ended", in_days(-5))),
        (in_days(90), "suspended", in_days(90), Held("paused", in_days(90))),
        (in_days(90), "revoked", in_days(90), Held("withdrawn")),
        (in_days(-90), "revoked", in_days(-90), Held("withdrawn")),
    ],
)
def test_a_certificate_is_what_it_is_on_the_day(
    until: date | None, status: str | None, ends: date | None, wanted: Held
) -> None:
    assert held(until, status, ends, TODAY) == wanted


@pytest.mark.parametrize(
    ("lessons", "quiz", "done", "percent"),
    [(3, None, 0, 0), (3, None, 1, 33), (3, None, 3, 99), (3, "q", 3, 75), (3, "q", 9, 99), (0, None, 0, 0)],
)
def test_an_open_course_never_shows_a_hundred_percent(lessons: int, quiz: str | None, done: int, percent: int) -> None:
    assert Progress(course(lessons, quiz), done, True, None, None).percent == percent


def test_a_completed_course_is_done_whatever_was_added_since() -> None:
    progress = Progress(course(8, "q"), 3, True, in_days(-9), datetime(2026, 1, 1, tzinfo=UTC))
    assert (progress.percent, progress.status, progress.overdue(TODAY)) == (100, "done", False)


@pytest.mark.parametrize(("days", "late"), [(None, False), (-1, True), (0, False), (1, False)])
def test_a_course_is_overdue_the_day_after_it_was_due(days: int | None, late: bool) -> None:
    due_on = None if days is None else in_days(days)
    assert Progress(course(3, None), 0, False, due_on, None).overdue(TODAY) is late


def test_figures_add_up() -> None:
    one = Figures(3, 1, 2, 1, 1, 4, in_days(-9), 0, None, 1)
    two = Figures(5, 0, 5, 2, 3, 0, None, 2, in_days(3), 0)
    assert one + two == Figures(8, 1, 7, 3, 4, 4, in_days(-9), 2, in_days(3), 1)
    assert (one + two).percent == 87
    assert Figures().percent is None


@pytest.mark.parametrize("name", ["=1+1", "+31 6", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_formula_becomes_text(name: str) -> None:
    assert neutral(name) == f"'{name}"


@pytest.mark.parametrize("name", ["O'Neill", "Anna-Maria", "a=b", "李雷", "", "'t Hooft", "J. @home"])
def test_a_name_stays_as_it_is(name: str) -> None:
    assert neutral(name) == name
