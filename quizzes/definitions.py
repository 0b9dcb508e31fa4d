"""Reading quizzes. A published version never changes, so it is loaded once and kept in the process."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from courses.models import Course
from lms.base.db import remembered
from lms.base.errors import NotFound
from quizzes.models import (
    Choice,
    ChoiceText,
    Question,
    QuestionClause,
    QuestionText,
    QuestionVersion,
    Quiz,
    QuizText,
    QuizVersion,
)
from quizzes.questions import ChoiceView, Post, QuestionView, QuizView, by_code

_CODES = (
    select(func.aggregate_strings(QuestionClause.code, " "))
    .where(QuestionClause.version_id == QuestionVersion.id)
    .correlate(QuestionVersion)
    .scalar_subquery()
)


_NEWEST = select(QuizVersion.id).join(Quiz, Quiz.id == QuizVersion.quiz_id).order_by(QuizVersion.number.desc()).limit(1)


def live(session: Session, slug: str) -> QuizView:
    """The newest version of a quiz, by address. Raises `NotFound`. One statement once it is in memory."""
    version_id = session.scalar(_NEWEST.where(Quiz.slug == slug))
    if version_id is None:
        raise NotFound
    return version(session, version_id)


def version(session: Session, version_id: int) -> QuizView:
    """A version of a quiz with its questions, from memory after the first time; then three statements."""
    return remembered(session, ("quiz", version_id), lambda: _load(session, version_id))


def current_questions(session: Session, quiz: QuizView) -> list[QuestionView]:
    """The questions that are drawn now: those that are not retired. One statement."""
    current = session.scalars(select(Question.current_id).where(Question.quiz_id == quiz.id))
    return [quiz.questions[found] for found in current if found is not None and found in quiz.questions]


def _load(session: Session, version_id: int) -> QuizView:
    rows = session.execute(
        select(Quiz.slug, Course.slug.label("course_slug"), Quiz.course_id, QuizVersion, QuizText)
        .select_from(Quiz)
        .join(Course, Course.id == Quiz.course_id)
        .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .join(QuizText, QuizText.version_id == QuizVersion.id)
        .where(QuizVersion.id == version_id)
    ).all()
    found: QuizVersion = rows[0].QuizVersion
    return QuizView(
        id=found.quiz_id,
        slug=rows[0].slug,
        course_id=rows[0].course_id,
        course_slug=rows[0].course_slug,
        version_id=found.id,
        number=found.number,
        pass_mark=found.pass_mark,
        questions_drawn=found.questions_drawn,
        minutes=found.minutes,
        published_at=found.published_at,
        titles={row.QuizText.language: row.QuizText.title for row in rows},
        intros={row.QuizText.language: row.QuizText.intro for row in rows},
        questions=_questions(session, found),
    )


def _questions(session: Session, quiz: QuizVersion) -> dict[int, QuestionView]:
    """Every question of the quiz that had been written when this version of it was published."""
    until = (Question.quiz_id == quiz.quiz_id, QuestionVersion.created_at <= quiz.published_at)
    texts: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(
        select(Question.key, QuestionVersion, _CODES.label("codes"), QuestionText)
        .select_from(Question)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(QuestionText, QuestionText.version_id == QuestionVersion.id)
        .where(*until)
    ):
        texts[row.QuestionVersion.id].append(row)
    choices: dict[int, list[Row[Any]]] = defaultdict(list)
    for choice in session.execute(
        select(Choice, ChoiceText)
        .select_from(Choice)
        .join(ChoiceText, ChoiceText.choice_id == Choice.id)
        .join(QuestionVersion, QuestionVersion.id == Choice.version_id)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(*until)
        .order_by(Choice.position)
    ):
        choices[choice.Choice.version_id].append(choice)  # type: ignore[arg-type]
    return {version_id: _question(rows, choices[version_id]) for version_id, rows in texts.items()}


def _question(rows: Sequence[Row[Any]], choices: Sequence[Row[Any]]) -> QuestionView:
    found: QuestionVersion = rows[0].QuestionVersion
    texts: list[QuestionText] = [row.QuestionText for row in rows]
    return QuestionView(
        number=found.question_id,
        version_id=found.id,
        key=rows[0].key,
        kind=found.kind,
        red_line=found.red_line,
        clauses=tuple(sorted((rows[0].codes or "").split(), key=by_code)),
        stems={text.language: text.stem for text in texts},
        posts={
            text.language: Post(text.post_name, text.post_place, text.post_time, text.post_text)
            for text in texts
            if text.post_text
        },
        explanations={text.language: text.explanation for text in texts},
        choices=_choices(choices),
    )


def _choices(rows: Sequence[Row[Any]]) -> tuple[ChoiceView, ...]:
    texts: dict[Choice, dict[str, ChoiceText]] = {}
    for row in rows:
        texts.setdefault(row.Choice, {})[row.ChoiceText.language] = row.ChoiceText
    return tuple(
        ChoiceView(
            key=choice.key,
            credit=choice.credit,
            bucket=choice.bucket,
            crosses=choice.crosses,
            texts={language: text.text for language, text in words.items()},
            whys={language: text.why for language, text in words.items()},
        )
        for choice, words in texts.items()
    )
