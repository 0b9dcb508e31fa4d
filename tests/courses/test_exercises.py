"""Exercises: what finishing one takes, who may read and sign a reflection, and that nothing handed in is lost."""

import pytest
from sqlalchemy import func, select

from courses import catalog, progress
from courses.enrollment_models import Enrollment, LessonCompletion, LessonRedo
from courses.exercises import coaching, entries
from courses.exercises.models import ExerciseEntry
from courses.models import Lesson, LessonItem
from lms.base import clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.outbox import OutboxMessage

WORDS = "I would listen first and say who I am because people deserve to know it before they answer me at all."


@pytest.fixture
def exercise(session, make):
    """A course whose only lesson is an exercise; returns what makes it for a kind of exercise."""

    def made(kind: str, items: int = 2, wanted: int = 0):
        course = make.course("practice", lessons=0)
        version = make.course_version(course, number=2, lessons=1)
        lesson = session.scalars(select(Lesson).where(Lesson.version_id == version.id)).one()
        lesson.kind, lesson.exercise, lesson.entries_wanted = "exercise", kind, wanted
        session.add_all(
            LessonItem(
                lesson_id=lesson.id, version_id=version.id, language=language, position=place, words=f"Line {place}"
            )
            for place in range(1, items + 1)
            for language in ("en", "nl")
        )
        session.flush()
        make.publish(version)
        return catalog.get(session, "practice")

    make.guideline()
    return made


@pytest.fixture
def alice(people):
    return people.alice


def begin(session, person, course) -> Enrollment:
    progress.remember_place(session, person.id, course.id, "lesson-1")
    return session.scalars(select(Enrollment).where(Enrollment.person_id == person.id)).one()


def finish(session, person, course) -> None:
    progress.complete_lesson(session, person.id, course, "lesson-1")


def test_a_checklist_is_done_when_every_line_is_ticked(session, exercise, alice):
    course = exercise("checklist")
    enrolled, lesson = begin(session, alice, course), course.lesson("lesson-1")
    with pytest.raises(Conflict, match="Tick the 2 lines"):
        finish(session, alice, course)
    entries.tick(session, enrolled, lesson, {1})
    entries.tick(session, enrolled, lesson, {1})
    assert session.scalar(select(func.count()).select_from(ExerciseEntry)) == 1
    with pytest.raises(Conflict, match="the line that is left"):
        finish(session, alice, course)
    entries.tick(session, enrolled, lesson, {1, 2})
    finish(session, alice, course)
    assert session.scalar(select(func.count()).select_from(LessonCompletion)) == 1


@pytest.mark.parametrize("item", [0, 3, 999])
def test_a_line_that_is_not_there_cannot_be_ticked(session, exercise, alice, item):
    course = exercise("checklist")
    with pytest.raises(NotFound):
        entries.tick(session, begin(session, alice, course), course.lesson("lesson-1"), {item})


def test_a_log_is_done_with_as_many_entries_as_wanted(session, exercise, alice):
    course = exercise("log", wanted=2)
    enrolled, lesson = begin(session, alice, course), course.lesson("lesson-1")
    for count in (2, 1):
        with pytest.raises(Conflict, match=f"needs {count} entr"):
            finish(session, alice, course)
        entries.log(session, enrolled, lesson, "The forum", f"Somebody says {count}.")
    finish(session, alice, course)
    assert entries.work(session, enrolled.id, "lesson-1").entries[0].words == "Somebody says 1."


@pytest.mark.parametrize(
    ("place", "words"), [("", "Heard"), ("There", ""), ("x" * 201, "Heard"), ("There", "x" * 5001)]
)
def test_an_entry_says_where_and_what(session, exercise, alice, place, words):
    course = exercise("log", wanted=1)
    with pytest.raises(Invalid):
        entries.log(session, begin(session, alice, course), course.lesson("lesson-1"), place, words)


def test_a_reflection_is_signed_by_the_manager_before_the_lesson_is_done(session, exercise, people):
    alice, bob, charlie = people.alice, people.bob, people.charlie
    course = exercise("reflection")
    enrolled, lesson = begin(session, alice, course), course.lesson("lesson-1")
    with pytest.raises(Invalid, match="at least 20 words; this one has 3"):
        entries.reflect(session, enrolled, lesson, "Too few words")
    entry = entries.reflect(session, enrolled, lesson, WORDS)
    with pytest.raises(Conflict, match="not read your reflection yet"):
        finish(session, alice, course)
    assert [(one.learner, one.words, one.questions) for one in coaching.waiting(session, bob.id)] == [
        (alice.name, WORDS, ("Line 1", "Line 2"))
    ]
    assert coaching.waiting(session, charlie.id) == []
    with pytest.raises(NotFound):
        coaching.answer(session, charlie.id, entry.id, signed=True, words="")
    with pytest.raises(Invalid, match="what is missing"):
        coaching.answer(session, bob.id, entry.id, signed=False, words="")
    coaching.answer(session, bob.id, entry.id, signed=False, words="What would you do next?")
    with pytest.raises(Conflict, match="asks for something more"):
        finish(session, alice, course)
    again = entries.reflect(session, enrolled, lesson, WORDS + " And then I ask.")
    coaching.answer(session, bob.id, again.id, signed=True, words="Good.")
    finish(session, alice, course)
    work = entries.work(session, enrolled.id, "lesson-1")
    assert (work.signed, work.coach) == (True, bob.name)


def test_nobody_signs_her_own_reflection_and_a_coach_signs_all_others(session, exercise, make, people):
    coach = make.person("Nora", roles=["coach"])
    course = exercise("reflection")
    own = entries.reflect(session, begin(session, coach, course), course.lesson("lesson-1"), WORDS)
    assert coaching.waiting(session, coach.id) == []
    with pytest.raises(NotFound):
        coaching.answer(session, coach.id, own.id, signed=True, words="")
    progress.remember_place(session, people.charlie.id, course.id, "lesson-1")
    enrolled = session.scalars(select(Enrollment).where(Enrollment.person_id == people.charlie.id)).one()
    entries.reflect(session, enrolled, course.lesson("lesson-1"), WORDS)
    assert [one.learner for one in coaching.waiting(session, coach.id)] == [people.charlie.name]


def test_a_reflection_is_answered_once_and_the_newest_alone(session, exercise, people):
    alice, bob = people.alice, people.bob
    course = exercise("reflection")
    enrolled, lesson = begin(session, alice, course), course.lesson("lesson-1")
    first = entries.reflect(session, enrolled, lesson, WORDS)
    second = entries.reflect(session, enrolled, lesson, WORDS + " Again.")
    assert [one.id for one in coaching.waiting(session, bob.id)] == [second.id]
    with pytest.raises(Conflict, match="replaced"):
        coaching.answer(session, bob.id, first.id, signed=True, words="")
    coaching.answer(session, bob.id, second.id, signed=True, words="")
    with pytest.raises(Conflict, match="answered already"):
        coaching.answer(session, bob.id, second.id, signed=False, words="No.")


def test_coach_and_learner_are_told_by_mail_without_the_words(session, exercise, people):
    alice, bob = people.alice, people.bob
    course = exercise("reflection")
    entry = entries.reflect(session, begin(session, alice, course), course.lesson("lesson-1"), WORDS)
    coaching.tell_manager(session, entry)
    coaching.answer(session, bob.id, entry.id, signed=True, words="Private praise.")
    mails = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [mail.recipient for mail in mails] == [bob.email, alice.email]
    assert not any(WORDS in mail.body or "Private praise" in mail.body for mail in mails)


def test_what_was_done_before_it_was_asked_again_does_not_count(session, exercise, alice):
    course = exercise("log", wanted=1)
    enrolled, lesson = begin(session, alice, course), course.lesson("lesson-1")
    entries.log(session, enrolled, lesson, "The forum", "Heard.")
    later = clock.now()
    session.add(LessonRedo(enrollment_id=enrolled.id, lesson="lesson-1", version_id=course.version_id, asked_at=later))
    session.flush()
    assert entries.work(session, enrolled.id, "lesson-1").entries == ()
    assert "1 entry" in (entries.left(session, enrolled, lesson) or "")


def test_the_coachs_page_asks_as_often_for_one_as_for_many(session, exercise, make, statements):
    course = exercise("reflection")
    boss = make.person("Boss")

    def asked(people: int) -> int:
        for _ in range(people):
            person = make.person("Report", manager=boss)
            entries.reflect(session, begin(session, person, course), course.lesson("lesson-1"), WORDS)
        session.flush()
        statements.clear()
        coaching.waiting(session, boss.id)
        return len(statements)

    assert asked(1) == asked(5)


def test_the_page_of_an_exercise_keeps_what_was_typed(exercise, client_for, people):
    exercise("reflection")
    alice, bob = client_for(people.alice), client_for(people.bob)
    page = alice.get("/courses/practice/lesson-1")
    assert "Your reflection" in page.text
    refused = alice.submit("/courses/practice/lesson-1/exercise", {"words": "Far too short"})
    assert refused.status_code == 422
    assert "Far too short" in refused.text
    assert "this one has 3" in refused.text
    assert alice.submit("/courses/practice/lesson-1/exercise", {"words": WORDS}).status_code == 303
    waiting = bob.get("/coaching").text
    assert WORDS in waiting
    number = waiting.split('id="reflection-')[1].split('"')[0]
    refused = bob.submit(f"/coaching/{number}", {"do": "more", "words": ""})
    assert refused.status_code == 422
    assert bob.submit(f"/coaching/{number}", {"do": "sign", "words": "Well said."}).status_code == 303
    assert "signed it" in alice.get("/courses/practice/lesson-1").text
    assert alice.submit("/courses/practice/lesson-1/done").status_code == 303
    assert client_for(people.charlie).get("/coaching").status_code == 403


def test_the_page_of_a_checklist_ticks_lines(exercise, client_for, people):
    exercise("checklist")
    alice = client_for(people.alice)
    assert alice.submit("/courses/practice/lesson-1/exercise", {"item": ["1", "x"]}).status_code == 303
    assert "1 of 2 done" in alice.get("/courses/practice/lesson-1").text
    assert alice.submit("/courses/practice/lesson-1/exercise", {"item": ["9"]}).status_code == 404
    assert alice.submit("/courses/practice/lesson-1/done").status_code == 409


def test_the_button_to_go_on_is_there_once_the_exercise_is_done(exercise, client_for, people):
    exercise("checklist", items=1)
    alice = client_for(people.alice)
    assert "/courses/practice/lesson-1/done" not in alice.get("/courses/practice/lesson-1").text
    alice.submit("/courses/practice/lesson-1/exercise", {"item": ["1"]})
    assert "/courses/practice/lesson-1/done" in alice.get("/courses/practice/lesson-1").text
