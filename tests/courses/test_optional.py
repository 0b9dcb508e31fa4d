"""Optional lessons: there for who wants more, and in no number that says how far somebody is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from courses import catalog, progress, redo
from courses.authoring import comparison, drafts, editions, nature, publishing, reshaping
from courses.authoring.publishing import Choice
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.files import stored, writing
from courses.models import Course, CourseVersion, Lesson
from courses.search import index
from courses.search.models import SearchEntry
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.people.models import Person
from lms.reports import clauses
from lms.reports import standing as reported
from lms.reports.counters import rebuilding
from quizzes import definitions, gates
from tests.make import Make, People

EXTRA = "lesson-2"


def with_extra(make: Make, course: Course, number: int = 2, lessons: int = 4) -> CourseVersion:
    """A live version of a course with an optional lesson in it, the second."""
    version = make.course_version(course, number=number, lessons=lessons)
    row = make.session.scalars(select(Lesson).where(Lesson.version_id == version.id, Lesson.slug == EXTRA)).one()
    row.optional = True
    make.session.flush()
    make.publish(version)
    return version


@pytest.fixture
def course(make: Make) -> Course:
    course = make.course(lessons=4)
    with_extra(make, course)
    return course


def do(session: Any, person: Person, course: Course, *lessons: str) -> progress.Standing:
    """The person does lessons; where she stands then."""
    for slug in lessons:
        progress.complete_lesson(session, person.id, catalog.get(session, course.slug), slug)
    session.expire_all()
    return progress.standing(session, person.id, course.slug)


def test_a_course_counts_what_finishing_it_asks_for(session, course):
    view = catalog.get(session, course.slug)
    assert [one.slug for one in view.needed] == ["lesson-1", "lesson-3", "lesson-4"]
    assert (view.minutes, view.modules[0].minutes) == (15, 15)
    assert [view.number(one.slug) for one in view.needed] == [1, 2, 3]
    assert [one.slug for one in view.modules[0].extras] == [EXTRA]


def test_doing_an_optional_lesson_moves_no_number(session, course, people):
    before = do(session, people.alice, course, "lesson-1")
    after = do(session, people.alice, course, EXTRA)
    assert EXTRA in after.done
    for name in ("lessons_done", "percent", "minutes_left", "may_finish"):
        assert getattr(before, name) == getattr(after, name), name
    assert (after.lessons_done, after.percent, after.minutes_left) == (1, 33, 10)


def test_the_last_lesson_asked_for_completes_the_course_and_an_optional_one_does_not(session, course, people):
    assert do(session, people.alice, course, EXTRA).completed_at is None
    done = do(session, people.bob, course, "lesson-1", "lesson-3", "lesson-4")
    assert done.completed_at is not None
    assert done.percent == 100
    assert done.next_lesson is None
    assert done.minutes_left == 0
    assert do(session, people.bob, course, EXTRA).completed_at == done.completed_at


def test_where_only_her_word_is_missing_an_optional_lesson_does_not_say_it_for_her(session, make, people):
    course = make.course(lessons=2)
    do(session, people.alice, course, "lesson-1")
    with_extra(make, course, lessons=2)
    found = session.scalars(select(Enrollment)).one()
    found.version_id = catalog.get(session, course.slug).version_id
    session.flush()
    where = do(session, people.alice, course, EXTRA)
    assert where.may_finish
    assert where.completed_at is None


def test_going_on_leads_past_it_unless_she_opened_it_herself(session, course, people):
    where = do(session, people.alice, course, "lesson-1")
    assert where.next_lesson and where.next_lesson.slug == "lesson-3"
    progress.remember_place(session, people.alice.id, course.id, EXTRA)
    where = progress.standing(session, people.alice.id, course.slug)
    assert where.next_lesson and where.next_lesson.slug == EXTRA
    where = do(session, people.alice, course, EXTRA)
    assert where.next_lesson and where.next_lesson.slug == "lesson-3"


def test_the_quiz_waits_for_what_is_asked_for_and_for_nothing_else(session, make, people):
    course = make.course(lessons=3, quiz=True)
    with_extra(make, course, lessons=3)
    quiz = definitions.live(session, "principles")

    def locked() -> str:
        standing = progress.standing(session, people.alice.id, course.slug)
        return gates.gate(standing, quiz, gates.of_person(session, people.alice.id, quiz)).reason

    do(session, people.alice, course, "lesson-1")
    assert "One lesson is left before the quiz: Lesson 3." in locked()
    do(session, people.alice, course, "lesson-3")
    assert locked() == ""


def test_managers_and_lists_count_without_it(session, course, people):
    do(session, people.alice, course, "lesson-1", EXTRA)
    row = session.execute(
        select(
            reported.lessons_done(Enrollment.id, Enrollment.course_id),
            reported.lessons_of(Enrollment.course_id),
        ).select_from(Enrollment)
    ).one()
    assert tuple(row) == (1, 3)


def test_a_clause_is_not_taught_by_what_nobody_has_to_read(session, make):
    make.guideline()
    with_extra(make, make.course(lessons=4))
    taught = {line.code: [one.lesson for one in line.lessons] for line in clauses.read(session).lines}
    assert taught["D2"] == ["lesson-1", "lesson-3", "lesson-4"]


def test_the_search_says_how_long_the_course_itself_takes(session, course):
    index.keep_course(session, course.id)
    entry = session.scalars(select(SearchEntry).where(SearchEntry.kind == "course", SearchEntry.language == "en"))
    assert [one.minutes for one in entry] == [15]


@pytest.mark.sqlite_only
def test_a_learner_sees_it_apart_and_may_do_it(
    session: Any, course: Course, people: People, client_for: Callable[[Person], Any]
) -> None:
    alice = client_for(people.alice)
    page = alice.get("/courses/principles").text
    assert "0 of 3 lessons." in page
    assert page.index("To go further") > page.index("Lesson 4")
    assert "Optional, 5 min" in page
    own = alice.get(f"/courses/principles/{EXTRA}").text
    assert "Optional, 5 minutes" in own
    assert "finishing the course does not ask for it" in own
    assert "data-print" in own
    assert "Lesson 2 of 3" in alice.get("/courses/principles/lesson-3").text
    answer = alice.submit(f"/courses/principles/{EXTRA}/done")
    assert answer.location == "/courses/principles"
    page = alice.get("/courses/principles").text
    assert "0 of 3 lessons." in page
    assert page.count("(done)") == 1
    assert alice.submit("/courses/principles/lesson-1/done").location == "/courses/principles/lesson-3"


@pytest.mark.sqlite_only
def test_her_manager_sees_the_same_percent(session, make, course, people, client_for):
    make.enrollment(people.alice, course, done=0, due_in=3)
    do(session, people.alice, course, "lesson-1", EXTRA, "lesson-3")
    rebuilding.rebuild(session)
    session.commit()
    assert "66%" in client_for(people.alice).get("/courses/principles").text
    assert "66%" in client_for(people.bob).get("/team").text


def test_nobody_is_asked_to_do_it_again(session, make, course, people):
    do(session, people.alice, course, "lesson-1", EXTRA)
    version = with_extra(make, course, number=3)
    assert redo.reach(session, course.id, version.id, [EXTRA, "lesson-1"], "everyone").again == {"lesson-1": 1}
    assert redo.reach(session, course.id, version.id, [EXTRA], "everyone").asked == 0


def test_it_cannot_be_chosen_to_be_done_again(session, make, course, people):
    author = make.person("Dana", roles=["author"])
    draft = drafts.open_draft(session, course.id, author.id)
    text = session.scalars(select(Lesson).where(Lesson.version_id == draft.id, Lesson.slug == "lesson-1")).one()
    text.minutes = 9
    session.flush()
    choice = Choice("material", (), (EXTRA,), "learners", None)
    with pytest.raises(Invalid):
        publishing.publish(session, course.id, author.id, "Newer.", choice)


def test_a_new_draft_keeps_it_and_a_change_of_it_is_said(session, make, course):
    author = make.person("Dana", roles=["author"])
    draft = drafts.open_draft(session, course.id, author.id)
    own = nature.get(session, draft.id, EXTRA)
    assert own.optional
    assert not nature.get(session, draft.id, "lesson-1").optional
    node = editions.outline(session, draft.id, None)[0].lessons
    assert [one.optional for one in node] == [False, True, False, False]
    live = catalog.get(session, course.slug).version_id
    before = reshaping.read(comparison.shapes(session, live)[live])
    nature.save(session, course.id, EXTRA, replace(own, optional=False), own.fingerprint, author.id)
    after = reshaping.read(comparison.shapes(session, draft.id)[draft.id])
    assert reshaping.sentences(before, after, {EXTRA: "Two"}) == [gettext("Finishing the course asks for “Two” now.")]
    assert "optional now" in reshaping.sentences(after, before, {EXTRA: "Two"})[0]


def test_a_course_of_optional_lessons_alone_is_not_published(session, make):
    course = make.course(lessons=1)
    version = make.course_version(course, number=2, lessons=2)
    for row in session.scalars(select(Lesson).where(Lesson.version_id == version.id)):
        row.optional = True
    session.flush()
    assert [fault.sentence for fault in nature.faults(session, version.id)] == [
        "Every lesson is optional. A course needs one that finishing it asks for."
    ]


def test_files_say_it(session, course):
    version = session.get_one(CourseVersion, catalog.get(session, course.slug).version_id)
    facts = writing.texts(stored.course(session, version), {})["course.toml"]
    assert facts.count("optional = true") == 1
    assert 'key = "lesson-2"\nminutes = 5\noptional = true\n' in facts


@pytest.mark.sqlite_only
def test_an_author_ticks_it(session, make, course, client_for):
    dana = make.person("Dana", roles=["author"])
    client = client_for(dana)
    address = "/studio/principles/lesson-3/settings"
    assert "finishing the course does not ask for it" in client.get(address).text
    now = nature.get(session, catalog.get(session, "principles").version_id, "lesson-3")
    fields = {"kind": now.kind, "minutes": "5", "address": now.slug, "clauses": ["D2"], "opened": now.fingerprint}
    assert client.submit(address, {**fields, "optional": "y"}).status_code == 303
    session.expire_all()
    draft = drafts.edition(session, course.id, "draft")
    assert draft is not None
    assert nature.get(session, draft.id, "lesson-3").optional
    assert 'name="optional" value="y" checked' in client.get(address).text


def test_completions_of_it_are_kept(session, course, people):
    do(session, people.alice, course, EXTRA)
    assert session.scalars(select(LessonCompletion.lesson)).all() == [EXTRA]
