"""Reading learning paths."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from courses.models import Course
from courses.paths.models import LearningPath, PathStep, PathText
from lms.base.errors import NotFound


@dataclass(frozen=True)
class StepView:
    """A course on a path."""

    course_id: int
    course: str
    optional: bool


@dataclass(frozen=True)
class PathView:
    """A path in all its languages, for a tier or, without one, for everybody."""

    id: int
    slug: str
    tier: str | None
    retired_at: datetime | None
    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    steps: tuple[StepView, ...]


def everything(session: Session) -> list[PathView]:
    """All paths, retired ones last, for their authors. Three statements."""
    return _read(session)


def of_tier(session: Session, tier: str) -> list[PathView]:
    """The paths that people of a tier are on: those of the tier, then those for everybody. Three statements."""
    hers = or_(LearningPath.tier == tier, LearningPath.tier.is_(None))
    return sorted(_read(session, LearningPath.retired_at.is_(None), hers), key=lambda path: path.tier is None)


def asked(session: Session, tier: str) -> list[int]:
    """The courses that the paths of a tier ask for, in their order. One statement."""
    steps = (
        select(PathStep.course_id)
        .join(LearningPath, LearningPath.id == PathStep.path_id)
        .where(LearningPath.tier == tier, LearningPath.retired_at.is_(None), PathStep.optional.is_(False))
    )
    return list(session.scalars(steps.order_by(LearningPath.position, LearningPath.id, PathStep.position, PathStep.id)))


def get(session: Session, slug: str) -> PathView:
    """A path by address, retired ones too. Raises `NotFound`."""
    found = _read(session, LearningPath.slug == slug)
    if not found:
        raise NotFound
    return found[0]


def _read(session: Session, *conditions: ColumnElement[bool]) -> list[PathView]:
    paths = session.scalars(
        select(LearningPath)
        .where(*conditions)
        .order_by(LearningPath.retired_at.is_not(None), LearningPath.position, LearningPath.id)
    ).all()
    numbers = [path.id for path in paths]
    texts = session.scalars(select(PathText).where(PathText.path_id.in_(numbers)).order_by(PathText.language)).all()
    steps = session.execute(
        select(PathStep.path_id, Course.id, Course.slug, PathStep.optional)
        .join(Course, Course.id == PathStep.course_id)
        .where(PathStep.path_id.in_(numbers))
        .order_by(PathStep.position, PathStep.id)
    ).all()
    return [
        PathView(
            *(path.id, path.slug, path.tier, path.retired_at),
            titles={text.language: text.title for text in texts if text.path_id == path.id},
            summaries={text.language: text.summary for text in texts if text.path_id == path.id},
            steps=tuple(
                StepView(course_id, course, optional)
                for path_id, course_id, course, optional in steps
                if path_id == path.id
            ),
        )
        for path in paths
    ]
