"""A small quiz of five questions, people who took it, and other keys for its questions: for the tests of regrades."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import Course
from lms.base import clock
from lms.base.db import Database
from lms.guidelines import attestations
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from quizzes import attempts, closing, papers
from quizzes.attempt_models import Attempt, Mark, PaperItem, Result
from quizzes.models import Quiz
from quizzes.question_models import Choice, ChoiceText, Question, QuestionClause, QuestionText, QuestionVersion
from quizzes.questions import Answer
from quizzes.regrading import runs, work
from quizzes.regrading.models import Regrade, RegradeChange
from tests.make import Make
from tests.quizzes.makers import RIGHT, WRONG

SLUG = "principles"
REASON = "The key was wrong: answer d is the right one."
SWAPPED = {"a": 0, "b": 0, "c": 50, "d": 100}
"""Another key for the question `single-1`: d is right, and b, that was right, is not."""
MENDED = {"a": 0, "b": 100, "c": 50, "d": 100}
"""A key by which b and d are right."""


def quiz(session: Session, **rules: Any) -> Quiz:
    """A quiz of five questions, all of them on every paper, at the end of the course that level L1 asks for."""
    make = Make(session)
    make.levels()
    course = session.scalars(select(Course).where(Course.slug == SLUG)).one()
    return make.quiz(course=course, per_kind=1, **({"red": (), "questions_drawn": 5} | rules))  # type: ignore[no-any-return]


def taken(session: Session, quiz: Quiz, *wrong: str, certified: bool = True, **wanted: Answer) -> Attempt:
    """Somebody new has taken the quiz, with wrong answers to these kinds of questions or those in `wanted`."""
    make = Make(session)
    person = make.person()
    if certified:
        version = session.scalars(select(GuidelineVersion.id)).first()
        attestations.accept(session, person.id, version or 0, "en")
    attempt: Attempt = make.attempt(person, quiz)
    return handed_in(session, attempt, *wrong, **wanted)


def handed_in(session: Session, attempt: Attempt, *wrong: str, **wanted: Answer) -> Attempt:
    """Answer all questions of an attempt and hand it in."""
    for item in papers.items(session, attempt):
        kind = item.question.kind
        given = wanted.get(kind, (WRONG if kind in wrong else RIGHT)[kind])
        attempts.save(session, attempt, item.position, dict(given), attempt.revision)
    return closing.submit(session, attempt)


def rekey(session: Session, credits: Mapping[str, int], key: str = "single-1") -> QuestionVersion:
    """A new version of a question with other credits for its choices; choices that are not named are gone."""
    question = session.scalars(select(Question).where(Question.key == key)).one()
    old = session.get_one(QuestionVersion, question.current_id)
    made = QuestionVersion(
        question_id=question.id,
        number=old.number + 1,
        kind=old.kind,
        red_line=old.red_line,
        change="change",
        created_at=clock.now(),
        source_sha256=f"{key} {old.number + 1}",
    )
    session.add(made)
    session.flush()
    for text in session.scalars(select(QuestionText).where(QuestionText.version_id == old.id)).all():
        words = {"stem": text.stem, "explanation": text.explanation}
        session.add(QuestionText(version_id=made.id, language=text.language, **words))
    for clause in session.scalars(select(QuestionClause.code).where(QuestionClause.version_id == old.id)).all():
        session.add(QuestionClause(version_id=made.id, code=clause))
    for position, (name, credit) in enumerate(credits.items(), 1):
        choice = Choice(version_id=made.id, key=name, position=position, credit=credit, crosses=False)
        session.add(choice)
        session.flush()
        session.add(ChoiceText(choice_id=choice.id, language="en", text=f"Choice {name}", why="SECRET-WHY"))
    question.current_id = made.id
    session.flush()
    return made


def asked(session: Session, policy: str, person: Person, key: str = "single-1") -> Regrade:
    """Somebody asks what a policy would change."""
    return runs.ask(session, SLUG, key, policy, REASON, person.id)


def worked(session: Session, database: Database) -> None:
    """What is asked for is kept, and the worker has done all that waits."""
    session.commit()
    while work.work_off(database):
        pass
    session.expire_all()


def changes(session: Session, regrade: Regrade) -> dict[int, RegradeChange]:
    """What a regrade would do, by attempt."""
    rows = session.scalars(select(RegradeChange).where(RegradeChange.regrade_id == regrade.id))
    return {row.attempt_id: row for row in rows}


def standing(session: Session) -> list[tuple[Any, ...]]:
    """How all attempts and their items stand: percent, passed, and the newest mark of each item."""
    session.expire_all()
    found = []
    for attempt in session.scalars(select(Attempt).order_by(Attempt.id)).all():
        items = [(item.position, item.mark) for item in papers.items(session, attempt)]
        found.append((attempt.id, attempt.state, attempt.percent_hundredths, attempt.passed, items))
    return found


def marks(session: Session, attempt: Attempt) -> list[Mark]:
    """All marks of an attempt that a regrade gave, the oldest first."""
    statement = select(Mark).join(PaperItem, PaperItem.id == Mark.item_id).where(PaperItem.attempt_id == attempt.id)
    return list(session.scalars(statement.where(Mark.regrade_id.is_not(None)).order_by(Mark.number)))


def results(session: Session, attempt: Attempt) -> list[tuple[str, bool]]:
    """Why each result of an attempt came about and whether it was a pass, the oldest first."""
    rows = session.scalars(select(Result).where(Result.attempt_id == attempt.id).order_by(Result.number))
    return [(row.because, row.passed) for row in rows]
