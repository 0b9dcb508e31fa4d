"""Making and changing learning paths. Every deed locks the path first, so that two authors take turns."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courses import addresses
from courses.models import Course
from courses.paths.models import LearningPath, PathStep, PathText
from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext

TAKEN = frozenset({"new"})
"""Addresses that pages of the studio have."""


@dataclass(frozen=True)
class Words:
    """What a path is called and for, by language, and whose it is: a tier's or, without one, everybody's."""

    titles: Mapping[str, str]
    summaries: Mapping[str, str]
    tier: str | None


def create(session: Session, words: Words, person_id: int | None, slug: str = "") -> LearningPath:
    """A new path without steps, at the end of the list. Its address is made from its English title."""
    taken = TAKEN | set(session.scalars(select(LearningPath.slug)))
    last = session.scalar(select(func.max(LearningPath.position))) or 0
    slug = slug or addresses.from_title(words.titles["en"], taken, "path")
    path = LearningPath(slug=slug, tier=words.tier, position=last + 1)
    session.add(path)
    session.flush()
    _write(session, path, words)
    audit.record(session, "made a learning path", f"path:{path.id}", actor_id=person_id)
    return path


def change(session: Session, slug: str, words: Words, person_id: int | None) -> None:
    """Change what a path is called and whose it is. A language whose title is empty is left out. Raises `NotFound`."""
    path = _locked(session, slug)
    path.tier = words.tier
    _write(session, path, words)
    audit.record(session, "changed a learning path", f"path:{path.id}", actor_id=person_id)


def add(session: Session, slug: str, course: str, person_id: int | None, *, optional: bool = False) -> None:
    """Put a course at the end of a path. Raises `Conflict` when it is on it, or retired, and `NotFound`."""
    path = _locked(session, slug)
    found = session.scalar(select(Course).where(Course.slug == course))
    if found is None:
        raise NotFound
    if found.retired_at is not None:
        raise Conflict(gettext("This course is retired. Bring it back first, or choose another one."))
    steps = _steps(session, path.id)
    if any(step.course_id == found.id for step in steps):
        raise Conflict(gettext("This course is on the path already."))
    session.add(PathStep(path_id=path.id, course_id=found.id, position=len(steps) + 1, optional=optional))
    _changed(session, path, person_id, "added", course)


def remove(session: Session, slug: str, course: str, person_id: int) -> None:
    """Take a course off a path; what people did of it stays. Raises `NotFound` when it is not on it."""
    path, steps, place = _found(session, slug, course)
    session.execute(delete(PathStep).where(PathStep.id == steps[place].id))
    _number(steps[:place] + steps[place + 1 :])
    _changed(session, path, person_id, "removed", course)


def move(session: Session, slug: str, course: str, by: int, person_id: int) -> int:
    """Move a course on a path by so many places, as far as the path goes; returns its place, counted from 1."""
    path, steps, place = _found(session, slug, course)
    to = min(max(0, place + by), len(steps) - 1)
    steps.insert(to, steps.pop(place))
    _number(steps)
    _changed(session, path, person_id, "moved", course)
    return to + 1


def set_optional(session: Session, slug: str, course: str, optional: bool, person_id: int) -> None:
    """Say whether a course on a path may be left out. Raises `NotFound`."""
    path, steps, place = _found(session, slug, course)
    steps[place].optional = optional
    _changed(session, path, person_id, "made optional" if optional else "made a part", course)


def retire(session: Session, slug: str, person_id: int) -> None:
    """Show a path to no learner any more. Its courses stay. A second time changes nothing."""
    path = _locked(session, slug)
    if path.retired_at is None:
        path.retired_at = clock.now()
        audit.record(session, "retired a learning path", f"path:{path.id}", actor_id=person_id)


def bring_back(session: Session, slug: str, person_id: int) -> None:
    """Show a retired path to learners again."""
    path = _locked(session, slug)
    if path.retired_at is not None:
        path.retired_at = None
        audit.record(session, "brought back a learning path", f"path:{path.id}", actor_id=person_id)


def _write(session: Session, path: LearningPath, words: Words) -> None:
    session.execute(delete(PathText).where(PathText.path_id == path.id))
    for language, title in words.titles.items():
        if title:
            summary = words.summaries.get(language, "")
            session.add(PathText(path_id=path.id, language=language, title=title, summary=summary))
    session.flush()


def _locked(session: Session, slug: str) -> LearningPath:
    path = session.scalar(
        select(LearningPath)
        .where(LearningPath.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if path is None:
        raise NotFound
    return path


def _steps(session: Session, path_id: int) -> list[PathStep]:
    return list(
        session.scalars(
            select(PathStep)
            .where(PathStep.path_id == path_id)
            .order_by(PathStep.position, PathStep.id)
            .execution_options(populate_existing=True)
        )
    )


def _found(session: Session, slug: str, course: str) -> tuple[LearningPath, list[PathStep], int]:
    """A path, its steps, and the place of a course among them. Raises `NotFound`."""
    path = _locked(session, slug)
    steps = _steps(session, path.id)
    course_id = session.scalar(select(Course.id).where(Course.slug == course))
    place = next((number for number, step in enumerate(steps) if step.course_id == course_id), None)
    if place is None:
        raise NotFound
    return path, steps, place


def _number(steps: list[PathStep]) -> None:
    for position, step in enumerate(steps, 1):
        step.position = position


def _changed(session: Session, path: LearningPath, person_id: int | None, how: str, course: str) -> None:
    session.flush()
    audit.record(
        session, "changed a learning path", f"path:{path.id}", actor_id=person_id, **{how.replace(" ", "_"): course}
    )
