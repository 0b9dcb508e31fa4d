"""How far each person has come."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from courses import catalog, enrollment, progress
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.events import CourseCompleted
from courses.models import Module
from lms.base.db import Database
from lms.base.errors import Conflict, NotFound


@pytest.fixture
def announced(session):
    """The events that were announced instead of what follows from them."""
    told = []
    session.info["consequences"] = {CourseCompleted: [lambda session, event: told.append(event)]}
    return told


def test_a_lesson_is_done_once_however_often_one_says_so(session, make, people):
    course = catalog.by_id(session, make.course(lessons=3).id)
    for _ in range(3):
        progress.complete_lesson(session, people.alice.id, course, "lesson-1")
    assert session.scalar(select(func.count()).select_from(LessonCompletion)) == 1
    assert progress.standing(session, people.alice.id, course.slug).lessons_done == 1


def test_a_course_without_a_quiz_is_completed_with_its_last_lesson(session, make, people, announced):
    course = catalog.by_id(session, make.course(lessons=2).id)
    progress.complete_lesson(session, people.alice.id, course, "lesson-1")
    assert not announced
    progress.complete_lesson(session, people.alice.id, course, "lesson-2")
    assert [event.course_id for event in announced] == [course.id]
    assert progress.standing(session, people.alice.id, course.slug).percent == 100


def test_a_course_with_a_quiz_waits_for_the_quiz(session, make, people, announced):
    row = make.course(lessons=2)
    catalog.set_quiz(session, row.id, "principles", 20)
    course = catalog.by_id(session, row.id)
    for lesson in course.lessons:
        progress.complete_lesson(session, people.alice.id, course, lesson.slug)
    standing = progress.standing(session, people.alice.id, course.slug)
    assert not announced
    assert standing.percent == 66
    assert standing.next_lesson is None
    progress.record_pass(session, standing.enrollment.id)
    progress.record_pass(session, standing.enrollment.id)
    assert len(announced) == 1


def test_one_goes_on_with_the_lesson_that_was_opened_last(session, make, people):
    course = catalog.by_id(session, make.course(lessons=3).id)
    progress.remember_place(session, people.alice.id, course.id, "lesson-2")
    assert progress.standing(session, people.alice.id, course.slug).next_lesson.slug == "lesson-2"
    progress.complete_lesson(session, people.alice.id, course, "lesson-2")
    assert progress.standing(session, people.alice.id, course.slug).next_lesson.slug == "lesson-1"


def test_a_new_lesson_never_makes_more_than_all_or_takes_back_what_is_done(session, make, people):
    course = make.course(lessons=2)
    make.enrollment(people.alice, course, completed=True)
    make.publish(make.course_version(course, number=2, lessons=4))
    standing = progress.standing(session, people.alice.id, course.slug)
    assert standing.percent == 100
    assert standing.completed_at is not None
    make.publish(make.course_version(course, number=3, lessons=1))
    assert progress.standing(session, people.alice.id, course.slug).percent == 100


def test_nearly_done_is_never_shown_as_done(session, make, people):
    course = make.course(lessons=2)
    make.enrollment(people.alice, course, done=2)
    make.publish(make.course_version(course, number=2, lessons=3))
    standing = progress.standing(session, people.alice.id, course.slug)
    assert (standing.percent, standing.may_finish) == (99, True)
    progress.finish(session, people.alice.id, course.slug)
    assert progress.standing(session, people.alice.id, course.slug).percent == 100


def test_a_course_that_comes_first_has_to_be_completed(session, make, people):
    first = make.course("first")
    second = catalog.by_id(session, make.course("second", prerequisites=[first]).id)
    with pytest.raises(Conflict, match="First complete: First"):
        progress.complete_lesson(session, people.alice.id, second, "lesson-1")
    assert enrollment.still_required(session, people.alice.id, second.id) == ["first"]
    make.enrollment(people.alice, first, completed=True)
    progress.complete_lesson(session, people.alice.id, second, "lesson-1")


def test_a_lesson_of_another_course_is_not_found(session, make, people):
    course = catalog.by_id(session, make.course().id)
    with pytest.raises(NotFound):
        progress.complete_lesson(session, people.alice.id, course, "lesson-99")


def test_nobody_sees_the_progress_of_another(session, make, people):
    course = make.course()
    make.enrollment(people.alice, course, done=2)
    assert progress.overview(session, people.charlie.id)[0].enrollment is None


def test_a_completion_can_neither_be_changed_nor_removed(session, make, people):
    make.enrollment(people.alice, make.course(), done=1)
    done = session.scalars(select(LessonCompletion)).one()
    done.lesson = "lesson-2"
    with pytest.raises(DBAPIError, match="append-only"):
        session.flush()


def test_a_lesson_cannot_be_slipped_into_a_published_version(session, make):
    course = make.course()
    version = make.live(course)
    with pytest.raises(DBAPIError, match="never changes"):
        make.lesson(_module_of(session, version), 9)


def _module_of(session, version):
    return session.scalars(select(Module).where(Module.version_id == version.id)).one()


def test_two_clicks_at_once_complete_a_course_once(session, make, people, database: Database):
    course = catalog.by_id(session, make.course(lessons=1).id)
    session.commit()

    def click(_: int) -> str:
        try:
            with database.transaction() as own:
                progress.complete_lesson(own, people.alice.id, course, "lesson-1")
        except DBAPIError:
            return "refused"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(click, range(4)))
    assert "done" in outcomes
    with database.reading() as own:
        assert own.scalar(select(func.count()).select_from(Enrollment)) == 1
        assert own.scalar(select(func.count()).select_from(LessonCompletion)) == 1
