"""Which certificates and permissions a plan would change, counted before anything happens.

One statement a level, however many people the plan is about.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from certificates import days, ladder
from certificates.ladder import LevelView
from certificates.models import Authorization, Certificate
from courses.enrollment_models import Enrollment
from courses.events import WouldComplete, WouldWithdraw
from lms.base.errors import NotFound
from lms.base.events import Foreseen
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines

_other, _held, _taken = aliased(Enrollment), aliased(Certificate), aliased(Authorization)


def would_withdraw(session: Session, event: WouldWithdraw) -> list[Foreseen]:
    """The permissions that would be paused, level by level, with the certificates that they belong to."""
    later = exists().where(
        _other.person_id == Enrollment.person_id,
        _other.course_id == Enrollment.course_id,
        _other.cycle > Enrollment.cycle,
        _other.completed_at.is_not(None),
    )
    found = list[Foreseen]()
    for level in _with_courses(session):
        counted = _counted(
            event.by_person,
            func.count(Certificate.id.distinct()),
            func.count(Authorization.id.distinct()),
        )
        statement = (
            counted.select_from(Enrollment)
            .join(
                Certificate,
                and_(
                    Certificate.person_id == Enrollment.person_id,
                    Certificate.level_id == level.id,
                    func.date(Certificate.issued_at) >= func.date(Enrollment.completed_at),
                ),
            )
            .join(
                Authorization,
                and_(Authorization.certificate_id == Certificate.id, Authorization.status.in_(("active", "requested"))),
            )
            .where(_among(event.enrollments, level), ~later)
        )
        found += _answers(session.execute(statement).all(), level)
    return found


def would_complete(session: Session, event: WouldComplete) -> list[Foreseen]:
    """The certificates that would be awarded, level by level, and how many permissions would be given with them."""
    found = list[Foreseen]()
    for level in _with_courses(session):
        if not level.granted_by_rule:
            continue
        held_back = exists().where(_taken.person_id == Enrollment.person_id, _taken.status == "revoked")
        given = func.count(case((~held_back, Enrollment.person_id)).distinct())
        counted = _counted(
            event.by_person,
            func.count(Enrollment.person_id.distinct()),
            given if level.gives_authorization else literal(0),
        )
        statement = counted.select_from(Enrollment).where(
            _among(event.enrollments, level), *_all_else(session, level), ~_already(level)
        )
        found += _answers(session.execute(statement).all(), level)
    return found


def _with_courses(session: Session) -> Iterable[LevelView]:
    return (level for level in ladder.levels(session) if level.course_ids)


def _among(enrollments: Select[Any], level: LevelView) -> ColumnElement[bool]:
    return and_(Enrollment.id.in_(enrollments), Enrollment.course_id.in_(level.course_ids))


def _counted(by_person: bool, certificates: ColumnElement[int], authorizations: ColumnElement[int]) -> Select[Any]:
    whose: Any = Enrollment.person_id if by_person else literal(None)
    counted: Select[Any] = select(
        whose.label("person_id"), certificates.label("certificates"), authorizations.label("authorizations")
    )
    return counted.group_by(Enrollment.person_id) if by_person else counted


def _answers(rows: Sequence[Row[Any]], level: LevelView) -> list[Foreseen]:
    titles = {language: words.name for language, words in level.texts.items()}
    return [Foreseen(titles, row.certificates, row.authorizations, row.person_id) for row in rows if row.certificates]


def _all_else(session: Session, level: LevelView) -> list[ColumnElement[bool]]:
    """What a level asks for beside the course that would be completed: its other courses, the guideline accepted."""
    others: list[ColumnElement[bool]] = [
        (Enrollment.course_id == course_id)
        | exists().where(
            _other.person_id == Enrollment.person_id,
            _other.course_id == course_id,
            _other.cycle >= Enrollment.cycle,
            _other.completed_at.is_not(None),
        )
        for course_id in level.course_ids
    ]
    if not level.needs_attestation:
        return others
    try:
        version_id = guidelines.live(session).version_id
    except NotFound:
        return [literal(False)]
    return [*others, attestations.holds_for(Enrollment.person_id.expression, literal(version_id))]


def _already(level: LevelView) -> ColumnElement[bool]:
    """Whether somebody holds a certificate of the level that cannot be renewed yet."""
    return exists().where(
        _held.person_id == Enrollment.person_id,
        _held.level_id == level.id,
        _held.valid_until > days.today() + timedelta(days=level.renew_days),
    )
