"""What a new version means for those who take the course: on both databases."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courses import catalog, progress, redo
from courses.authoring import drafts, editions, publishing, shelf
from courses.authoring.publishing import Choice, OtherNumbers
from courses.enrollment_models import Enrollment, LessonCompletion, LessonRedo
from courses.events import CourseCompleted, CoursePublished
from courses.models import (
    ChangedClause,
    Course,
    CourseVersion,
    Lesson,
    LessonClause,
    LessonText,
    Module,
    RedoLesson,
)
from lms.base import clock
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage
from lms.people.models import Person
from tests.make import Make, People

DAY = date(2030, 12, 3)


@pytest.fixture
def dana(make: Make) -> Person:
    return make.person("Dana", "Smit", roles=("author",))


@pytest.fixture
def course(make: Make) -> Course:
    make.course("noise", lessons=2)
    return make.course("principles", lessons=4)


@pytest.fixture
def told(session: Session) -> list[Any]:
    """The events announced, instead of what follows from them."""
    found: list[Any] = []
    session.info["consequences"] = {
        kind: [lambda session, event: found.append(event)] for kind in (CoursePublished, CourseCompleted)
    }
    return found


def change(session: Session, course: Course, by: Person, slug: str = "lesson-2", words: str = "New words.") -> int:
    """Change a lesson of the draft; returns the number of the draft's row."""
    draft = drafts.open_draft(session, course.id, by.id)
    opened = editions.text(session, draft.id, slug, "en")
    row = editions.lesson_id(session, draft.id, slug)
    drafts.save_lesson(session, row, "en", opened.title, f"<p>{words}</p>", opened.revision, by.id)
    return draft.id


def material(*lessons: str, who: str = "learners", by: date | None = DAY) -> Choice:
    return Choice("material", ("D2",), lessons, who, by)


def publish(session: Session, course: Course, by: Person, choice: Choice = publishing.MINOR) -> CourseVersion:
    return publishing.publish(session, course.id, by.id, "The rule is another.", choice)


def stands(session: Session, person: Person, slug: str = "principles") -> progress.Standing:
    session.expire_all()
    return progress.standing(session, person.id, slug)


@pytest.mark.parametrize(
    ("where", "choice", "version", "done", "again", "percent"),
    [
        ("not begun", "minor", 2, 0, 0, 0),
        ("not begun", "learners", 2, 0, 0, 0),
        ("not begun", "everyone", 2, 0, 0, 0),
        ("before it", "minor", 1, 1, 0, 25),
        ("before it", "learners", 2, 1, 0, 25),
        ("before it", "everyone", 2, 1, 0, 25),
        ("past it", "minor", 1, 3, 0, 75),
        ("past it", "learners", 2, 2, 1, 50),
        ("past it", "everyone", 2, 2, 1, 50),
        ("completed", "minor", 2, 4, 0, 100),
        ("completed", "learners", 2, 4, 0, 100),
        ("completed", "everyone", 2, 3, 1, 100),
    ],
)
def test_a_version_touches_only_those_it_asks(
    session: Session,
    make: Make,
    people: People,
    course: Course,
    dana: Person,
    told: list[Any],
    where: str,
    choice: str,
    version: int,
    done: int,
    again: int,
    percent: int,
) -> None:
    lessons = {"not begun": 0, "before it": 1, "past it": 3, "completed": 4}[where]
    make.enrollment(people.alice, course, done=lessons, completed=where == "completed")
    change(session, course, dana)
    publish(session, course, dana, publishing.MINOR if choice == "minor" else material("lesson-2", who=choice))
    found = stands(session, people.alice)
    assert (found.course.version_number, found.lessons_done, len(found.again), found.percent) == (
        *(version, done, again),
        percent,
    )
    assert [one.due_on for one in found.again] == [DAY] * again
    assert (found.completed_at is not None) == (where == "completed")
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == again


def test_who_is_on_an_older_version_is_asked_too(
    session: Session, make: Make, people: People, course: Course, dana: Person
) -> None:
    make.enrollment(people.alice, course, done=3)
    change(session, course, dana, words="A better word.")
    publish(session, course, dana)
    assert stands(session, people.alice).course.version_number == 1
    change(session, course, dana, "lesson-3")
    publish(session, course, dana, material("lesson-3"))
    found = stands(session, people.alice)
    assert (found.course.version_number, sorted(found.done)) == (3, ["lesson-1", "lesson-2"])


def test_doing_it_again_is_all_that_is_asked(
    session: Session, make: Make, people: People, course: Course, dana: Person, told: list[Any]
) -> None:
    make.enrollment(people.alice, course, completed=True)
    completed_at = stands(session, people.alice).completed_at
    change(session, course, dana)
    publish(session, course, dana, material("lesson-2", who="everyone"))
    found = stands(session, people.alice)
    assert found.next_lesson and found.next_lesson.slug == "lesson-2"
    progress.complete_lesson(session, people.alice.id, found.course, "lesson-2")
    after = stands(session, people.alice)
    assert (after.again, after.percent, after.next_lesson, after.completed_at) == ([], 100, None, completed_at)
    assert [event for event in told if isinstance(event, CourseCompleted)] == []


def test_a_learner_is_done_when_the_changed_lesson_is_done_again(
    session: Session, make: Make, people: People, course: Course, dana: Person, told: list[Any]
) -> None:
    make.enrollment(people.alice, course, done=3)
    change(session, course, dana)
    publish(session, course, dana, material("lesson-2"))
    for slug in ("lesson-4", "lesson-2"):
        assert stands(session, people.alice).completed_at is None
        progress.complete_lesson(session, people.alice.id, catalog.get(session, "principles"), slug)
    assert stands(session, people.alice).completed_at is not None
    kept = session.scalars(select(LessonCompletion.lesson).order_by(LessonCompletion.id)).all()
    assert kept == ["lesson-1", "lesson-2", "lesson-3", "lesson-4", "lesson-2"]


def test_a_lesson_that_changed_while_it_was_open_is_read_again_first(
    session: Session, make: Make, people: People, course: Course, dana: Person
) -> None:
    make.enrollment(people.alice, course, done=1)
    read = stands(session, people.alice).course
    change(session, course, dana)
    publish(session, course, dana, material("lesson-2"))
    now = stands(session, people.alice).course
    with pytest.raises(Conflict, match="changed while you had it open"):
        progress.complete_lesson(session, people.alice.id, now, "lesson-2", read_id=read.version_id)
    progress.complete_lesson(session, people.alice.id, now, "lesson-3", read_id=read.version_id)
    progress.complete_lesson(session, people.alice.id, now, "lesson-2", read_id=now.version_id)
    assert stands(session, people.alice).lessons_done == 3


def test_when_the_last_open_lesson_leaves_the_learner_says_that_she_is_through(
    session: Session, make: Make, people: People, told: list[Any]
) -> None:
    course = make.course("short", lessons=3)
    enrollment = make.enrollment(people.alice, course, done=2)
    with pytest.raises(Conflict, match="something left"):
        progress.finish(session, people.alice.id, "short")
    make.publish(make.course_version(course, number=2, lessons=2))
    enrollment.version_id = make.live(course).id
    session.flush()
    found = stands(session, people.alice, "short")
    assert (found.percent, found.completed_at, found.may_finish, told) == (99, None, True, [])
    progress.finish(session, people.alice.id, "short")
    progress.finish(session, people.alice.id, "short")
    assert stands(session, people.alice, "short").percent == 100
    assert [type(event) for event in told] == [CourseCompleted]


def test_nobody_finishes_what_she_did_not_begin_or_what_ends_with_a_quiz(
    session: Session, make: Make, people: People
) -> None:
    course = make.course("short", lessons=1, quiz=True)
    with pytest.raises(Conflict):
        progress.finish(session, people.alice.id, "short")
    make.enrollment(people.alice, course, done=1)
    with pytest.raises(Conflict):
        progress.finish(session, people.alice.id, "short")
    with pytest.raises(NotFound):
        progress.finish(session, people.alice.id, "nothing")


def test_a_quiz_that_was_open_counts_and_what_was_asked_stays_to_be_done(
    session: Session, make: Make, people: People, course: Course, dana: Person, told: list[Any]
) -> None:
    catalog.set_quiz(session, course.id, "principles", 20)
    enrollment = make.enrollment(people.alice, course, done=4)
    change(session, course, dana)
    publish(session, course, dana, material("lesson-2"))
    assert [lesson.slug for lesson in stands(session, people.alice).lessons_left] == ["lesson-2"]
    progress.record_pass(session, enrollment.id)
    found = stands(session, people.alice)
    assert (found.percent, [one.lesson for one in found.again]) == (100, ["lesson-2"])


def test_the_numbers_shown_are_those_of_the_people_asked(
    session: Session, make: Make, people: People, course: Course, dana: Person
) -> None:
    make.enrollment(people.alice, course, done=3)
    make.enrollment(people.bob, course, done=1)
    make.enrollment(people.charlie, course, completed=True)
    make.enrollment(people.diana, course)
    make.enrollment(make.person("Gone", status="left"), course, done=3)
    twice = make.person("Twice")
    make.enrollment(twice, course, completed=True)
    make.enrollment(twice, course, done=2, cycle=2)
    draft_id = change(session, course, dana)
    expected = {"": (0, 0, 5), "learners": (2, 1, 2), "everyone": (3, 1, 1)}
    found = redo.reaches(session, course.id, draft_id, ["lesson-2"])
    assert {who: (one.asked, one.moved, one.undisturbed) for who, one in found.items()} == expected
    assert (found[""].inside, found[""].completed, found[""].not_begun) == ({1: 3}, 1, 1)
    version = publish(session, course, dana, material("lesson-2", who="everyone"))
    asked = select(LessonRedo.lesson, func.count()).where(LessonRedo.version_id == version.id)
    assert dict(session.execute(asked.group_by(LessonRedo.lesson)).all()) == found["everyone"].again == {"lesson-2": 3}
    on_it = select(func.count()).where(Enrollment.version_id == version.id)
    assert session.scalar(on_it) == 3
    letters = session.scalars(select(OutboxMessage.recipient)).all()
    assert sorted(letters) == sorted([people.alice.email, people.charlie.email, twice.email])


def test_other_numbers_than_were_shown_stop_it(
    session: Session, make: Make, people: People, course: Course, dana: Person
) -> None:
    draft_id = change(session, course, dana)
    choice = material("lesson-2")
    seen = redo.reach(session, course.id, draft_id, choice.lessons, choice.who)
    make.enrollment(people.alice, course, done=2)
    with pytest.raises(OtherNumbers, match="numbers have changed"):
        publishing.publish(session, course.id, dana.id, "Other rule.", choice, seen=seen)
    assert catalog.get(session, "principles").version_number == 1


def test_the_mail_says_what_changed_which_lessons_and_until_when_in_the_readers_language(
    app: Flask, session: Session, make: Make, people: People, course: Course, dana: Person
) -> None:
    people.alice.language = "nl"
    make.enrollment(people.alice, course, done=3)
    change(session, course, dana)
    with app.app_context():
        publish(session, course, dana, material("lesson-1", "lesson-2", "lesson-4"))
    letter = session.scalars(select(OutboxMessage)).one()
    assert letter.recipient == people.alice.email
    assert "The rule is another." in letter.body
    assert "- Les 1\n- Les 2\n" in letter.body
    assert "Les 4" not in letter.body
    assert "3 december 2030" in letter.body
    assert "/courses/principles" in letter.body


@pytest.mark.parametrize(
    ("choice", "note", "sentence"),
    [
        (material("lesson-2"), " ", "Say in a sentence"),
        (material("lesson-2", by=None), "x", "Choose the day"),
        (material("lesson-2", by=date(2020, 1, 1)), "x", "in the past"),
        (material("lesson-2", who="all"), "x", "Choose who"),
        (material("lesson-99"), "x", "not in the draft any more"),
    ],
)
def test_half_a_choice_is_refused(
    session: Session, course: Course, dana: Person, choice: Choice, note: str, sentence: str
) -> None:
    change(session, course, dana)
    with pytest.raises(Invalid, match=sentence):
        publishing.publish(session, course.id, dana.id, note, choice)


def test_a_version_keeps_what_was_said_of_it(session: Session, course: Course, dana: Person, told: list[Any]) -> None:
    change(session, course, dana)
    version = publish(session, course, dana, material("lesson-2", "lesson-3", who="everyone"))
    assert (version.change, version.redo_who, version.redo_by) == ("material", "everyone", DAY)
    assert session.scalars(select(ChangedClause.code)).all() == ["D2"]
    assert sorted(session.scalars(select(RedoLesson.lesson))) == ["lesson-2", "lesson-3"]
    assert told == [CoursePublished(course_id=course.id, version_id=version.id, change="material")]


def test_a_first_version_asks_nobody_whatever_was_chosen(
    session: Session, make: Make, course: Course, dana: Person
) -> None:
    fresh = Course(
        slug="fresh",
        code="F1",
        tier="staff",
        owner="Hub",
        business_reason="Because.",
        review_on=clock.today() + timedelta(days=90),
    )
    session.add(fresh)
    session.flush()
    make.course_version(fresh)
    version = publish(session, fresh, dana, material("lesson-1"))
    assert (version.change, version.redo_who) == ("first", None)


def test_what_follows_a_publication_can_forbid_it(session: Session, course: Course, dana: Person) -> None:
    def veto(session: Session, event: CoursePublished) -> None:
        raise Invalid("The quiz is not ready.")

    session.info["consequences"] = {CoursePublished: [veto]}
    change(session, course, dana)
    with pytest.raises(Invalid, match="not ready"):
        publish(session, course, dana)


@pytest.mark.parametrize("learners", [1, 40])
def test_asking_many_takes_as_many_statements_as_asking_one(
    session: Session, make: Make, course: Course, dana: Person, statements: list[str], learners: int
) -> None:
    for number in range(learners):
        make.enrollment(make.person(f"Learner {number}"), course, done=3)
    change(session, course, dana)
    session.flush()
    statements.clear()
    publish(session, course, dana, material("lesson-2"))
    assert len(statements) <= 75
    assert len([statement for statement in statements if "INSERT INTO lesson_redo" in statement]) == 1
    assert len([statement for statement in statements if "INSERT INTO outbox_message" in statement]) == 1


def test_a_lesson_done_while_a_version_is_published_is_never_passed_over(
    database: Database, session: Session, make: Make, people: People, course: Course, dana: Person
) -> None:
    """Either the lesson was done first, and is asked for again, or it was done in the new version."""
    enrollment = make.enrollment(people.alice, course, done=1)
    change(session, course, dana)
    session.commit()
    view, course_id, dana_id, alice_id = catalog.by_id(session, course.id), course.id, dana.id, people.alice.id
    session.rollback()
    start = threading.Barrier(2)

    def do(deed: Callable[[Session], object]) -> None:
        start.wait()
        with database.transaction() as own:
            deed(own)

    publication = material("lesson-2")
    deeds = [
        lambda own: publishing.publish(own, course_id, dana_id, "Other.", publication),
        lambda own: progress.complete_lesson(own, alice_id, view, "lesson-2"),
    ]
    threads = [threading.Thread(target=do, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    completion = session.scalars(select(LessonCompletion).where(LessonCompletion.lesson == "lesson-2")).one()
    asked = session.scalar(
        select(func.count()).select_from(LessonRedo).where(LessonRedo.enrollment_id == enrollment.id)
    )
    assert asked == (completion.version_id == view.version_id)
    assert stands(session, people.alice).course.version_number == 2


STEPS = st.lists(
    st.sampled_from(
        ["do first", "do last", "do any", "finish", "minor", "learners", "everyone", "remove", "add", "open"]
    ),
    max_size=14,
)


@pytest.mark.sqlite_only
@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_progress_is_never_lost_and_never_completed_by_itself(session: Session, steps: list[str]) -> None:
    with session.begin_nested() as world:
        make = Make(session)
        session.info["consequences"] = {}
        number = make._next(Course)
        course, alice, dana = make.course(f"course-{number}", lessons=3), make.person(), make.person()
        done, completed, added = 0, False, 3
        for step in steps:
            added += step == "add"
            own = _step(session, make, course, alice, dana, step, added)
            found = stands(session, alice, course.slug)
            assert 0 <= found.percent <= 100
            assert (found.percent == 100) == (found.completed_at is not None)
            assert own or (found.completed_at is not None) == completed, "completed without a deed of the learner"
            assert not completed or found.completed_at, "no longer completed"
            count = session.scalar(select(func.count()).select_from(LessonCompletion)) or 0
            assert count >= done, "a completion disappeared"
            done, completed = count, found.completed_at is not None
        world.rollback()


def _step(session: Session, make: Make, course: Course, alice: Person, dana: Person, step: str, added: int) -> bool:
    """Do a step; whether it is a deed of the learner."""
    found = stands(session, alice, course.slug)
    deeds: dict[str, Callable[[], object]] = {
        "open": lambda: progress.remember_place(session, alice.id, course.id, found.course.lessons[0].slug),
        "finish": lambda: progress.finish(session, alice.id, course.slug),
        "do any": lambda: progress.complete_lesson(session, alice.id, found.course, found.course.lessons[-1].slug),
        "do first": lambda: _do(session, alice, found, 0),
        "do last": lambda: _do(session, alice, found, -1),
    }
    if step in deeds:
        with suppress(Conflict):
            deeds[step]()
        return True
    _publish_something(session, make, course, dana, step, added)
    return False


def _do(session: Session, alice: Person, found: progress.Standing, which: int) -> None:
    if left := [one.slug for one in found.course.lessons if one.slug not in found.done]:
        progress.complete_lesson(session, alice.id, found.course, left[which])


def _publish_something(session: Session, make: Make, course: Course, dana: Person, step: str, added: int) -> None:
    draft = drafts.open_draft(session, course.id, dana.id)
    lessons = list(session.scalars(select(Lesson).where(Lesson.version_id == draft.id).order_by(Lesson.position)))
    if step == "remove" and len(lessons) > 1:
        _remove(session, lessons[0])
    elif step == "add":
        module = session.scalars(select(Module).where(Module.version_id == draft.id)).one()
        make.lesson(module, lessons[-1].position + 1, slug=f"lesson-new-{added}")
    else:
        change(session, course, dana, lessons[0].slug, words=f"Words {draft.number}.")
    who = {"learners": "learners", "everyone": "everyone", "remove": "learners"}.get(step)
    named = tuple(lesson.slug for lesson in lessons[1:2] if step == "remove") or (lessons[0].slug,)
    publish(session, course, dana, material(*named, who=who) if who and len(lessons) > 1 else publishing.MINOR)


def _remove(session: Session, lesson: Lesson) -> None:
    for table in (LessonClause, LessonText):
        session.execute(delete(table).where(table.lesson_id == lesson.id))
    session.delete(lesson)
    session.flush()


def test_who_is_halfway_in_a_course_that_is_retired_goes_on_and_finishes(session, course, dana, people, told):
    view = catalog.get(session, "principles")
    for lesson in ("lesson-1", "lesson-2"):
        progress.complete_lesson(session, people.alice.id, view, lesson)
    shelf.retire(session, course.id, dana.id)
    assert stands(session, people.alice).percent == 50
    assert "principles" in {one.course.slug for one in progress.overview(session, people.alice.id)}
    assert "principles" not in {one.course.slug for one in progress.overview(session, people.charlie.id)}
    with pytest.raises(NotFound):
        stands(session, people.charlie)
    for lesson in ("lesson-3", "lesson-4"):
        progress.complete_lesson(session, people.alice.id, stands(session, people.alice).course, lesson)
    assert stands(session, people.alice).percent == 100
    assert "principles" not in {one.course.slug for one in progress.overview(session, people.alice.id)}


def test_a_retired_course_is_not_published(session, course, dana):
    change(session, course, dana)
    shelf.retire(session, course.id, dana.id)
    with pytest.raises(Conflict, match="retired"):
        publish(session, course, dana)
