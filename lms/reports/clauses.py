"""The clause map: which clause of the guideline is taught in which lessons, asked in which questions, and missed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.models import Course, CourseVersion, Lesson, LessonClause, LessonText
from lms.base.errors import NotFound
from lms.guidelines import catalog
from lms.guidelines.catalog import ClauseView, GuidelineView
from quizzes.analysis.models import ClauseFigures, QuizFigures
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionClause, QuestionText

ENOUGH = 30
"""Answers below which nothing is said about how often a clause is missed."""


@dataclass(frozen=True)
class Taught:
    """A lesson of a live course that cites a clause."""

    course: str
    code: str
    lesson: str
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """A question that is drawn now and asks about a clause."""

    quiz: str
    number: int
    stems: Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """A clause with all there is about it. `clause` is none for a code that the guideline does not have (any more)."""

    code: str
    clause: ClauseView | None
    lessons: tuple[Taught, ...]
    questions: tuple[Asked, ...]
    answers: int
    wrong: int

    @property
    def missed(self) -> int | None:
        """How many of a hundred answers were wrong; nothing where there are too few answers to say."""
        return round(100 * self.wrong / self.answers) if self.answers >= ENOUGH else None

    @property
    def gaps(self) -> int:
        """How much is missing: it is no clause, it is neither taught nor asked, or one of the two."""
        return 4 if self.clause is None else (not self.lessons) * 2 + (not self.questions)


@dataclass(frozen=True)
class ClauseMap:
    """All clauses of the guideline that holds, those with gaps first."""

    guideline: GuidelineView | None
    lines: tuple[Line, ...]

    @property
    def untaught(self) -> int:
        return sum(1 for line in self.lines if line.clause and not line.lessons)

    @property
    def unasked(self) -> int:
        return sum(1 for line in self.lines if line.clause and not line.questions)

    @property
    def strangers(self) -> int:
        """Codes that lessons or questions cite and the guideline does not have."""
        return sum(1 for line in self.lines if line.clause is None)


def read(session: Session) -> ClauseMap:
    """The clause map of the guideline that holds today. As many statements for one clause as for a hundred."""
    try:
        guideline = catalog.live(session)
    except NotFound:
        return ClauseMap(None, ())
    lessons, questions, figures = _lessons(session), _questions(session), _figures(session)
    known = {clause.code: clause for clause in guideline.clauses}
    codes = [*known, *sorted({*lessons, *questions} - set(known))]
    lines = (
        Line(code, known.get(code), lessons.get(code, ()), questions.get(code, ()), *figures.get(code, (0, 0)))
        for code in codes
    )
    return ClauseMap(guideline, tuple(sorted(lines, key=lambda line: -line.gaps)))


def _lessons(session: Session) -> dict[str, tuple[Taught, ...]]:
    """What teaches each clause to everybody who finishes a course: no optional lessons."""
    rows = session.execute(
        select(
            LessonClause.code.label("clause"),
            Lesson.id,
            Course.slug,
            Course.code,
            Lesson.slug.label("lesson"),
            LessonText.language,
            LessonText.title,
        )
        .join(Lesson, Lesson.id == LessonClause.lesson_id)
        .join(CourseVersion, CourseVersion.id == Lesson.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(LessonText, LessonText.lesson_id == Lesson.id)
        .where(CourseVersion.status == "published", Course.retired_at.is_(None), LessonText.variant == "")
        .where(Lesson.optional.is_(False))
        .order_by(Course.code, Lesson.position)
    ).all()
    titles = _by_language(rows, "title")
    return _by_clause(rows, lambda row: Taught(row.slug, row.code, row.lesson, titles[row.id]))


def _questions(session: Session) -> dict[str, tuple[Asked, ...]]:
    rows = session.execute(
        select(QuestionClause.code.label("clause"), Question.id, Quiz.slug, QuestionText.language, QuestionText.stem)
        .join(Question, Question.current_id == QuestionClause.version_id)
        .join(Quiz, Quiz.id == Question.quiz_id)
        .join(QuestionText, QuestionText.version_id == QuestionClause.version_id)
        .order_by(Quiz.slug, Question.id)
    ).all()
    stems = _by_language(rows, "stem")
    return _by_clause(rows, lambda row: Asked(row.slug, row.id, stems[row.id]))


def _figures(session: Session) -> dict[str, tuple[int, int]]:
    """Answers and wrong answers on first attempts, by clause, as they were last counted."""
    rows = session.execute(
        select(ClauseFigures.code, func.sum(ClauseFigures.answers), func.sum(ClauseFigures.wrong))
        .join(QuizFigures, QuizFigures.id == ClauseFigures.run_id)
        .where(QuizFigures.only_first)
        .group_by(ClauseFigures.code)
    )
    return {code: (answers, wrong) for code, answers, wrong in rows}


def _by_language(rows: Iterable[Any], text: str) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.id, {})[row.language] = getattr(row, text)
    return found


def _by_clause(rows: Iterable[Any], made: Any) -> dict[str, tuple[Any, ...]]:
    found: dict[str, dict[int, Any]] = {}
    for row in rows:
        found.setdefault(row.clause, {}).setdefault(row.id, made(row))
    return {code: tuple(each.values()) for code, each in found.items()}
