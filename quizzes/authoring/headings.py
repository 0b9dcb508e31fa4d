"""What stands above the studio's pages for one quiz: the quiz, and the titles of its course."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import CourseText, CourseVersion
from quizzes import definitions
from quizzes.questions import QuizView


@dataclass(frozen=True)
class Heading:
    """A quiz, and the titles of its course."""

    quiz: QuizView
    course_title: dict[str, str]


def of(session: Session, slug: str) -> Heading:
    """A quiz without its questions, for its authors. Raises `NotFound`. A few statements, however large the bank."""
    quiz = definitions.live(session, slug)
    return Heading(quiz, course_titles(session, quiz.course_id))


def course_titles(session: Session, course_id: int) -> dict[str, str]:
    """The titles of a course: those of its draft, else those that are live."""
    newest = (
        select(CourseVersion.id)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(CourseText.language, CourseText.title).where(CourseText.version_id == newest))
    return {language: title for language, title in rows}  # noqa: C416 - rows are not pairs to a type checker
