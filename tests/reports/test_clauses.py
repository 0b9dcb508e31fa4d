"""The clause map: what is taught and asked where, gaps first."""

from sqlalchemy import select

from courses.models import Course, LessonClause
from lms.base import clock
from lms.reports import clauses
from quizzes.analysis.models import ClauseFigures, QuizFigures
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionClause


def course_about(session, make, code: str, slug: str = "other") -> Course:
    """A live course with a lesson that teaches a clause beside D2."""
    course = make.course(slug, lessons=1)
    version = make.course_version(course, number=2, lessons=1)
    own = session.scalars(select(LessonClause).where(LessonClause.version_id == version.id)).one()
    session.add(LessonClause(lesson_id=own.lesson_id, version_id=version.id, code=code))
    session.flush()
    make.publish(version)
    session.flush()
    return course


def test_untaught_and_unasked_clauses_come_first(session, make):
    make.quiz()
    found = clauses.read(session)
    assert [line.code for line in found.lines] == ["F1", "D4", "D2"]
    assert [line.gaps for line in found.lines] == [2, 2, 0]
    assert (found.untaught, found.unasked, found.strangers) == (2, 0, 0)
    d2 = found.lines[2]
    assert [one.lesson for one in d2.lessons] == ["lesson-1", "lesson-2", "lesson-3"]
    assert d2.lessons[0].titles == {"en": "Lesson 1", "nl": "Les 1"}
    assert {one.quiz for one in d2.questions} == {"principles"}


def test_what_is_no_longer_live_teaches_and_asks_nothing(session, make):
    make.quiz()
    for question in session.scalars(select(Question)):
        question.current_id = None
    course_about(session, make, "F1").retired_at = clock.now()
    session.flush()
    found = {line.code: line for line in clauses.read(session).lines}
    assert not any(line.questions for line in found.values())
    assert {one.course for one in found["D2"].lessons} == {"principles"}


def test_a_code_that_the_guideline_does_not_have_is_shown_first(session, make):
    make.guideline()
    course_about(session, make, "D99")
    found = clauses.read(session)
    assert found.strangers == 1
    assert (found.lines[0].code, found.lines[0].clause) == ("D99", None)


def test_how_often_a_clause_is_missed_is_said_from_thirty_answers_on(session, make):
    make.quiz()
    quiz_id = session.scalars(select(Quiz.id)).one()
    run = QuizFigures(quiz_id=quiz_id, only_first=True, computed_at=clock.now())
    every = QuizFigures(quiz_id=quiz_id, only_first=False, computed_at=clock.now())
    session.add_all([run, every])
    session.flush()
    rest = {"asked_certainty": 0, "sure": 0, "sure_and_wrong": 0}
    for run_id, code, answers, wrong in ((run.id, "D2", 40, 10), (run.id, "D4", 29, 29), (every.id, "D2", 99, 99)):
        session.add(ClauseFigures(run_id=run_id, code=code, answers=answers, wrong=wrong, **rest))
    session.flush()
    found = {line.code: line.missed for line in clauses.read(session).lines}
    assert found == {"D2": 25, "D4": None, "F1": None}


def test_the_map_costs_the_same_for_one_lesson_and_for_many(session, make, statements):
    make.quiz()
    clauses.read(session)
    statements.clear()
    clauses.read(session)
    one = len(statements)
    for number in range(5):
        make.course(f"course-{number}", lessons=4)
    statements.clear()
    clauses.read(session)
    assert len(statements) == one <= 4


def test_the_map_is_for_those_who_keep_the_guideline(session, make, client_for):
    make.quiz()
    page = client_for(make.person(roles=["auditor"])).get("/reports/clauses")
    assert page.status_code == 200
    assert "2 clauses are taught nowhere" in page.text
    assert "/studio/questions/" not in page.text
    assert session.scalars(select(QuestionClause)).first()
    assert client_for(make.person()).get("/reports/clauses").status_code == 403
