"""Building quizzes that people mark, for tests: `make.read_quiz(…)`, `make.handed_in(…)`, `make.mark_task(…)`."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import catalog
from courses.models import Course
from lms.base import clock
from lms.guidelines.models import Guideline
from lms.people.models import Person
from quizzes import attempts, closing, papers
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking import claims, deciding
from quizzes.marking.models import MarkingTask
from quizzes.models import Quiz, QuizText, QuizVersion
from quizzes.question_models import (
    Choice,
    ChoiceText,
    Criterion,
    CriterionText,
    Question,
    QuestionClause,
    QuestionOption,
    QuestionText,
    QuestionVersion,
)
from tests.make import Make
from tests.quizzes.makers import LANGUAGES, SECRETS


def read_quiz(session: Session, *, course: Course | None = None, marked_by: str = "coach", **rules: Any) -> Quiz:
    """A quiz of one question that people mark (`questions=2`: two): rewrite a post, two criteria of 2 and 4 points.

    The rules of the quiz, such as `markers` and `anonymous_marking`, may be given. A text with "guarantee" crosses.
    """
    make = Make(session)
    if session.scalar(select(Guideline).where(Guideline.slug == "how-we-speak")) is None:
        make.guideline()
    course = course or make.course("rewriting")
    count = rules.pop("questions", 1)
    quiz = Quiz(slug=course.slug, course_id=course.id)
    session.add(quiz)
    session.flush()
    given = {"pass_mark": 80, "questions_drawn": count, "minutes": 25} | rules
    texts = [QuizText(language=code, title=f"Rewrite ({code})", intro="Write.") for code in LANGUAGES]
    version = {"number": 1, "published_at": clock.now(), "source_sha256": ""} | given
    session.add(QuizVersion(quiz_id=quiz.id, texts=texts, **version))
    for number in range(1, count + 1):
        _read_question(session, quiz, number, marked_by)
    catalog.set_quiz(session, course.id, quiz.slug, 25)
    session.flush()
    return quiz


def _read_question(session: Session, quiz: Quiz, number: int, marked_by: str) -> None:
    question = Question(quiz_id=quiz.id, key=f"rewrite-{number}")
    session.add(question)
    session.flush()
    words = [
        QuestionText(
            language=code,
            stem=f"Rewrite post {number} ({code})",
            explanation=SECRETS[0],
            post_name="Karel V.",
            post_place="Forum",
            post_time="Monday 09:12",
            post_text="Buy our thing, it is the best.",
        )
        for code in LANGUAGES
    ]
    check = Choice(key="a", position=1, credit=100, crosses=True, rule="lacks")
    check.texts = [ChoiceText(language=code, text="guarantee", why="SECRET-WHY") for code in LANGUAGES]
    version = QuestionVersion(
        question_id=question.id,
        number=1,
        kind="rewrite",
        red_line=False,
        created_at=clock.now(),
        source_sha256="",
        texts=words,
        clauses=[QuestionClause(code="D2")],
        choices=[check],
        options=[QuestionOption(name="marked_by", value=marked_by)],
        criteria=[_criterion("who", 1, 2), _criterion("tone", 2, 4)],
    )
    session.add(version)
    session.flush()
    question.current_id = version.id
    session.flush()


def _criterion(key: str, position: int, most: int) -> Criterion:
    texts = [
        CriterionText(language=code, title=f"{key} ({code})", guide=f"SECRET-GUIDE of {key}") for code in LANGUAGES
    ]
    return Criterion(key=key, position=position, most=most, texts=texts)


def handed_in(
    session: Session, person: Person, quiz: Quiz, text: str = "I work for Acme and I like our thing."
) -> Attempt:
    """An attempt at `make.read_quiz()`, handed in: it waits for its markers."""
    make = Make(session)
    found = make.attempt(person, quiz)
    for item in papers.items(session, found):
        attempts.save(session, found, item.position, {"text": text}, found.revision)
    return closing.submit(session, found)


def task(session: Session, attempt: Attempt, slot: int = 1, position: int = 1) -> MarkingTask:
    """The task of a slot for the item at a place of an attempt."""
    return session.scalars(
        select(MarkingTask)
        .join(PaperItem, PaperItem.id == MarkingTask.item_id)
        .where(PaperItem.attempt_id == attempt.id, PaperItem.position == position, MarkingTask.slot == slot)
    ).one()


def mark_task(
    session: Session, task: MarkingTask, marker: Person, *points: int, comment: str = "Say who you are."
) -> None:
    """Somebody takes a task and marks it; without `points` she gives all there are."""
    claims.claim(session, marker.id, task.id)
    deciding.mark(session, marker.id, task.id, dict(enumerate(points or (2, 4), 1)), comment)
