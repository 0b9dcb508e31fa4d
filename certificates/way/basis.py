"""On which completed courses the permissions of somebody rest, and whether these still are completed."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView
from certificates.models import Authorization, Certificate
from courses.enrollment_models import Enrollment
from courses.models import Course

NOT_OVER = ("requested", "approved", "active", "suspended")


def unproved(session: Session, person_id: int) -> frozenset[int]:
    """The numbers of the permissions that rest on a course which is not completed any more.

    A certificate says on which completions it rests; a later one of the same course does as well. Those from before
    that was kept rest on the courses of their level, in their own cycle. Three statements.
    """
    rows = session.execute(
        select(Authorization.id, Authorization.level_id, Certificate.cycle, Certificate.content)
        .join(Certificate, Certificate.id == Authorization.certificate_id)
        .where(Authorization.person_id == person_id, Authorization.status.in_(NOT_OVER))
    ).all()
    if not rows:
        return frozenset()
    completed = _completed(session, person_id)
    levels = {level.id: level for level in ladder.levels(session)}
    return frozenset(
        row.id
        for row in rows
        if any(completed.get(slug, 0) < cycle for slug, cycle in rests_on(row.content, row.cycle, levels[row.level_id]))
    )


def rests_on(content: Mapping[str, Any], cycle: int, level: LevelView) -> Iterator[tuple[str, int]]:
    """Address and cycle of each completion that a certificate rests on."""
    kept = content.get("requirements")
    if kept:
        yield from ((one["slug"], one["cycle"]) for one in kept if one["kind"] == "course" and "cycle" in one)
        return
    for need in level.needs:
        if need.kind == "course" and not need.renewal and need.tier is None:
            yield need.slug, cycle


def _completed(session: Session, person_id: int) -> dict[str, int]:
    """The newest completed cycle of each course, by address."""
    rows = session.execute(
        select(Course.slug, func.max(Enrollment.cycle))
        .join(Enrollment, Enrollment.course_id == Course.id)
        .where(Enrollment.person_id == person_id, Enrollment.completed_at.is_not(None))
        .group_by(Course.slug)
    )
    return dict(rows.all())
