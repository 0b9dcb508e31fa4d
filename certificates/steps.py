"""What somebody still has to do for a certificate: shown to her, and to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView, LevelWords
from courses import catalog as courses
from courses.enrollment_models import Enrollment
from lms.base.errors import NotFound
from lms.base.i18n import pick
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.people.models import Person


@dataclass(frozen=True)
class Step:
    """A course to complete or a guideline to accept (`kind`), by its address."""

    kind: str
    slug: str
    titles: Mapping[str, str]
    done: bool


@dataclass(frozen=True)
class Way:
    """The way to the first level that lets one speak."""

    words: LevelWords
    steps: tuple[Step, ...]


def listed_and_completed(session: Session, person_id: int) -> tuple[bool, frozenset[int]]:
    """Whether somebody lets herself be found by name, and the numbers of the courses completed. One statement."""
    rows = session.execute(
        select(Person.listed, Enrollment.course_id)
        .outerjoin(Enrollment, and_(Enrollment.person_id == Person.id, Enrollment.completed_at.is_not(None)))
        .where(Person.id == person_id)
    ).all()
    return rows[0].listed, frozenset(row.course_id for row in rows if row.course_id is not None)


def way(session: Session, person_id: int, completed: frozenset[int]) -> Way | None:
    """What there is to do for the lowest level that gives an authorization by rule, if there is such a level."""
    open_levels = (one for one in ladder.levels(session) if one.granted_by_rule and one.gives_authorization)
    level = next(open_levels, None)
    if level is None:
        return None
    return Way(pick(level.texts), (*_courses(session, level, completed), *_guideline(session, person_id, level)))


def _courses(session: Session, level: LevelView, completed: frozenset[int]) -> list[Step]:
    views = [courses.by_id(session, course_id) for course_id in level.course_ids]
    return [Step("course", course.slug, course.titles, course.id in completed) for course in views]


def _guideline(session: Session, person_id: int, level: LevelView) -> list[Step]:
    if not level.needs_attestation:
        return []
    try:
        found = guidelines.live(session)
    except NotFound:
        return []
    return [Step("guideline", found.slug, found.titles, attestations.accepted(session, person_id, found.version_id))]
