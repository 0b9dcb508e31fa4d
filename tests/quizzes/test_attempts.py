"""The whole cycle of an attempt, on both databases."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses import enrollment
from courses.models import Course, Module
from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.db import Database
from lms.base.errors import Conflict, Invalid, NotFound
from quizzes import attempts, closing, definitions, papers
from quizzes.attempt_models import Attempt, Mark, Response
from quizzes.attempts import Stale
from quizzes.clocks import GRACE
from tests.make import Make, People
from tests.quizzes.makers import CROSSING, RIGHT, WRONG, later


def test_an_attempt_is_started_answered_and_passed_once(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    make.answer(attempt)
    closing.submit(session, attempt)
    assert (attempt.state, attempt.passed, attempt.percent_hundredths, attempt.late) == ("marked", True, 10000, False)
    completed = enrollment.current(session, people.alice.id, definitions.live(session, "principles").course_id)
    assert completed is not None
    assert completed.completed_at is not None
    assert session.scalar(select(func.count()).select_from(Mark)) == 10
    deeds = session.scalars(select(AuditEntry.deed).where(AuditEntry.subject == f"attempt:{attempt.id}")).all()
    assert deeds == ["handed in an attempt"]


def test_a_red_line_fails_an_attempt_at_90_percent(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    paper = papers.items(session, attempt)
    crossing = next(item for item in paper if item.question.red_line and item.question.kind != "sort")
    for item in paper:
        answer = CROSSING if item is crossing else RIGHT
        attempts.save(session, attempt, item.position, answer[item.question.kind], attempt.revision)
    closing.submit(session, attempt)
    assert (attempt.percent_hundredths, attempt.passed) == (9000, False)
    course_id = definitions.live(session, "principles").course_id
    still = enrollment.current(session, people.alice.id, course_id)
    assert still is not None
    assert still.completed_at is None
    with pytest.raises(Conflict, match="You can try again on"):
        attempts.start(session, people.alice.id, "principles")
    with later(hours=48):
        again = attempts.start(session, people.alice.id, "principles")
        assert again.number == 2
        make.answer(again)
        assert closing.submit(session, again).passed


def test_an_open_red_line_question_fails_an_attempt(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    paper = papers.items(session, attempt)
    left_open = next(item for item in paper if item.question.red_line)
    for item in paper:
        if item is not left_open:
            attempts.save(session, attempt, item.position, RIGHT[item.question.kind], attempt.revision)
    assert not closing.submit(session, attempt).passed
    assert attempt.percent_hundredths == 9000


def test_a_paper_is_frozen(session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    attempt = make.attempt(people.alice, quiz)
    before = [(item.question.version_id, item.order) for item in papers.items(session, attempt)]
    assert attempts.start(session, people.alice.id, quiz.slug) is attempt
    session.expire_all()
    assert [(item.question.version_id, item.order) for item in papers.items(session, attempt)] == before
    assert len(before) == 10
    assert sum(definitions.question(session, one).red_line for one, _ in before) >= 3


def test_the_next_attempt_brings_other_questions(session: Session, make: Make, people: People) -> None:
    red = [f"{kind}-{number}" for kind in ("sort", "single") for number in range(1, 7)]
    first = make.attempt(people.alice, make.quiz(per_kind=6, red=red))
    make.answer(first, **WRONG)
    closing.submit(session, first)
    with later(hours=48):
        second = attempts.start(session, people.alice.id, "principles")
    numbers = [{item.question.number for item in papers.items(session, one)} for one in (first, second)]
    assert numbers[0].isdisjoint(numbers[1])


def test_a_quiz_opens_when_the_lessons_are_done(session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    with pytest.raises(Conflict, match="Begin with the course"):
        attempts.start(session, people.alice.id, quiz.slug)
    enrollment.enroll(session, people.alice.id, quiz.course_id)
    with pytest.raises(Conflict, match=r"3 lessons are left before the quiz: Lesson 1, Lesson 2, Lesson 3\."):
        attempts.start(session, people.alice.id, quiz.slug)
    with pytest.raises(NotFound):
        attempts.start(session, people.alice.id, "unknown")


def test_nobody_starts_again_after_a_pass(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    make.answer(attempt)
    closing.submit(session, attempt)
    with pytest.raises(Conflict, match="nothing left to pass"):
        attempts.start(session, people.alice.id, "principles")


def test_a_new_lesson_does_not_lock_an_open_attempt(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    version = make.course_version(session.scalars(select(Course)).one(), number=2)
    make.lesson(session.scalars(select(Module).where(Module.version_id == version.id)).one(), 9, slug="new")
    make.publish(version)
    assert attempts.start(session, people.alice.id, "principles") is attempt


def test_each_answer_is_kept_and_the_newest_counts(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    item = next(item for item in papers.items(session, attempt) if item.question.kind == "single")
    for revision, key in enumerate("dcb"):
        attempts.save(session, attempt, item.position, {"choice": key}, revision)
    assert attempt.revision == 3
    assert papers.item(session, attempt, item.position).answer == {"choice": "b"}
    kept = session.scalars(select(Response.answer).order_by(Response.revision)).all()
    assert kept == [{"choice": "d"}, {"choice": "c"}, {"choice": "b"}]


def test_an_answer_on_a_stale_page_is_a_conflict_unless_it_is_the_same(
    session: Session, make: Make, people: People
) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    first, second = papers.items(session, attempt)[:2]
    attempts.save(session, attempt, first.position, RIGHT[first.question.kind], 0)
    attempts.save(session, attempt, first.position, RIGHT[first.question.kind], 0)
    assert attempt.revision == 1
    with pytest.raises(Stale, match="another window"):
        attempts.save(session, attempt, first.position, WRONG[first.question.kind], 0)
    with pytest.raises(Stale):
        attempts.save(session, attempt, second.position, RIGHT[second.question.kind], 0)
    with pytest.raises(Stale):
        attempts.save(session, attempt, second.position, RIGHT[second.question.kind], 2)
    attempts.save(session, attempt, second.position, RIGHT[second.question.kind], 1)
    assert attempt.revision == 2
    assert session.scalar(select(func.count()).select_from(Response)) == 2


def test_answers_that_do_not_belong_are_refused(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    single = next(item for item in papers.items(session, attempt) if item.question.kind == "single")
    for answer in (
        {"choice": "z"},
        {"choices": ["a"]},
        {"buckets": {"a": "green"}},
        {},
        {"choice": ["a"]},
        {"choice": {}},
    ):
        with pytest.raises(Invalid):
            attempts.save(session, attempt, single.position, answer, 0)
    with pytest.raises(NotFound):
        attempts.save(session, attempt, 11, {"choice": "a"}, 0)
    assert attempt.revision == 0


def test_nothing_is_stored_for_an_untouched_question(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    several = next(item for item in papers.items(session, attempt) if item.question.kind == "multiple")
    attempts.save(session, attempt, several.position, {"choices": []}, 0)
    assert attempt.revision == 0
    attempts.save(session, attempt, several.position, {"choices": ["a"]}, 0)
    attempts.save(session, attempt, several.position, {"choices": []}, 1)
    assert attempt.revision == 2
    assert not papers.item(session, attempt, several.position).answered


def test_a_foreign_attempt_is_not_found(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    for stranger in (people.bob, people.charlie, people.diana):
        with pytest.raises(NotFound):
            attempts.get(session, attempt.id, stranger.id)
    assert attempts.get(session, attempt.id, people.alice.id) is attempt


def test_answers_count_until_shortly_after_the_deadline(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    item = papers.items(session, attempt)[0]
    answer = RIGHT[item.question.kind]
    with clock.frozen(attempt.deadline_at + GRACE):
        attempts.save(session, attempt, item.position, answer, 0)
        assert attempt.late
    with clock.frozen(attempt.deadline_at + GRACE + timedelta(seconds=1)):
        with pytest.raises(Conflict, match="closed"):
            attempts.save(session, attempt, item.position, WRONG[item.question.kind], 1)
        closing.submit(session, attempt)
    assert (attempt.percent_hundredths, attempt.passed) == (1000, False)
    assert attempt.submitted_at == attempt.deadline_at


def test_handing_in_is_late_only_in_the_grace(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    with clock.frozen(attempt.deadline_at + timedelta(seconds=3)):
        closing.submit(session, attempt)
    assert attempt.late
    assert attempt.submitted_at == attempt.deadline_at + timedelta(seconds=3)


def test_more_time_is_given_without_a_reason(session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    make.ready(people.alice, quiz)
    attempt = attempts.start(session, people.alice.id, quiz.slug, time=150)
    assert attempt.deadline_at - attempt.started_at == timedelta(minutes=37, seconds=30)


def test_the_sweeper_closes_what_is_overdue(session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    mine, others = make.attempt(people.alice, quiz), make.attempt(people.charlie, quiz)
    make.answer(mine)
    assert closing.close_overdue(session) == 0
    with later(minutes=26):
        fresh = make.attempt(people.bob, quiz)
        assert attempts.open_for(session, people.alice.id) == []
        assert [one.attempt_id for one in attempts.open_for(session, people.bob.id)] == [fresh.id]
        assert closing.close_overdue(session) == 2
        assert closing.close_overdue(session) == 0
    assert (mine.passed, others.passed, fresh.state) == (True, False, "in_progress")
    assert enrollment.current(session, people.alice.id, quiz.course_id).completed_at is not None  # type: ignore[union-attr]


def test_starting_closes_an_overdue_attempt_first(session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    failed, passed = make.attempt(people.alice, quiz), make.attempt(people.bob, quiz)
    make.answer(passed)
    with later(hours=49):
        again = attempts.start(session, people.alice.id, quiz.slug)
        assert (failed.state, again.number) == ("abandoned", 2)
        assert attempts.start(session, people.bob.id, quiz.slug) is passed
    assert passed.passed


def test_what_is_marked_never_changes(session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    closing.submit(session, attempt)
    attempt.passed = True
    with pytest.raises(DBAPIError):
        session.flush()


def in_parallel(database: Database, times: int, deed: Callable[[Session], object]) -> list[object]:
    """Run a deed in threads that begin at the same moment, each in a transaction of its own."""
    barrier, results = threading.Barrier(times), []

    def run() -> None:
        barrier.wait()
        try:
            with database.transaction() as own:
                results.append(deed(own))
        except Conflict as conflict:
            results.append(type(conflict))

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == times
    return results


def test_an_attempt_is_submitted_once(database: Database, session: Session, make: Make, people: People) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    make.answer(attempt)
    attempt_id, person_id = attempt.id, people.alice.id
    session.commit()
    done = in_parallel(
        database, 6, lambda own: closing.submit(own, attempts.get(own, attempt_id, person_id)).percent_hundredths
    )
    assert done == [10000] * 6
    session.rollback()
    deeds = session.scalars(select(AuditEntry.deed)).all()
    assert deeds.count("handed in an attempt") == deeds.count("completed a course") == 1
    assert session.scalar(select(func.count()).select_from(Mark)) == 10


def test_an_attempt_is_started_once(database: Database, session: Session, make: Make, people: People) -> None:
    quiz = make.quiz()
    make.ready(people.alice, quiz)
    person_id, slug = people.alice.id, quiz.slug
    session.commit()
    started = in_parallel(database, 6, lambda own: attempts.start(own, person_id, slug).id)
    assert len(set(started)) == 1
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_of_two_answers_at_once_one_counts_and_one_is_told(
    database: Database, session: Session, make: Make, people: People
) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    item = next(item for item in papers.items(session, attempt) if item.question.kind == "single")
    attempt_id, person_id, keys = attempt.id, people.alice.id, iter("abcd")
    session.commit()

    def answer(own: Session) -> int:
        found = attempts.get(own, attempt_id, person_id)
        return attempts.save(own, found, item.position, {"choice": next(keys)}, 0).revision

    results = in_parallel(database, 4, answer)
    assert sorted(results, key=str) == sorted([1, Stale, Stale, Stale], key=str)


def test_submitting_and_starting_at_once_do_not_lock_each_other(
    database: Database, session: Session, make: Make, people: People
) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    attempt_id, person_id, slug = attempt.id, people.alice.id, "principles"
    deeds = iter(
        [
            lambda own: closing.submit(own, attempts.get(own, attempt_id, person_id)),
            lambda own: attempts.start(own, person_id, slug),
        ]
        * 4
    )
    session.commit()
    in_parallel(database, 8, lambda own: next(deeds)(own).id)
    session.rollback()
    states = session.scalars(select(Attempt.state).order_by(Attempt.id)).all()
    assert states[0] == "marked"
    assert states[1:] in ([], ["in_progress"])


def test_reading_a_paper_is_one_statement(session: Session, make: Make, people: People, statements: list[str]) -> None:
    attempt = make.attempt(people.alice, make.quiz())
    papers.items(session, attempt)
    statements.clear()
    papers.items(session, attempt)
    assert len(statements) == 1
