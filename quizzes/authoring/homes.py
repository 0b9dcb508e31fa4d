"""The quizzes that there are, by number, with no more than what names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizzes.models import Quiz, QuizText, QuizVersion


@dataclass(frozen=True)
class Home:
    """A quiz as the bank names it: its address, its course, and its title by language."""

    id: int
    slug: str
    course_id: int
    titles: Mapping[str, str] = field(default_factory=dict)


_newest = select(func.max(QuizVersion.id).label("id")).group_by(QuizVersion.quiz_id).subquery()
_HOMES = (
    select(Quiz.id, Quiz.slug, Quiz.course_id, QuizText.language, QuizText.title)
    .join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
    .join(_newest, _newest.c.id == QuizVersion.id)
    .join(QuizText, QuizText.version_id == QuizVersion.id)
    .order_by(Quiz.id)
)


def quizzes(session: Session) -> dict[int, Home]:
    """All quizzes, by number. One statement."""
    titles: dict[int, dict[str, str]] = {}
    found = {}
    for row in session.execute(_HOMES):
        words = titles.setdefault(row.id, {})
        words[row.language] = row.title
        found[row.id] = Home(row.id, row.slug, row.course_id, words)
    return found
