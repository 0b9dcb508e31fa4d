"""Where a question of the bank is used: by which quizzes, on how many papers, and how often in practice."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from quizzes.attempt_models import PaperItem
from quizzes.authoring import shelf
from quizzes.authoring.homes import Home
from quizzes.authoring.shelf import Entry
from quizzes.practice.models import PracticeAnswer
from quizzes.question_models import QuestionVersion


@dataclass(frozen=True)
class Uses:
    """A question, how many versions it has, how many attempts had it, and how often it was practiced."""

    entry: Entry
    versions: int
    attempts: int
    practiced: int


def of_question(session: Session, question_id: int, every: Mapping[int, Home]) -> Uses:
    """Where a question is used. Raises `NotFound`. Three statements."""
    found = shelf.entries(session, [question_id], every)
    if not found:
        raise NotFound
    versions = select(QuestionVersion.id).where(QuestionVersion.question_id == question_id)
    papers = select(func.count()).where(PaperItem.question_version_id.in_(versions)).scalar_subquery()
    practice = select(func.count()).where(PracticeAnswer.question_version_id.in_(versions)).scalar_subquery()
    how_many = select(func.count()).select_from(versions.subquery()).scalar_subquery()
    return Uses(found[0], *session.execute(select(how_many, papers, practice)).one())
