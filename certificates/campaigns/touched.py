"""Whom a changed guideline touches: those who hold a permission that a changed clause is about."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true
from sqlalchemy.orm import Session

from certificates import vocabulary
from certificates.models import Authorization, AuthorizationScope
from lms.guidelines import attestations, catalog, comparing
from lms.guidelines.catalog import ClauseView, GuidelineView
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person

HELD = ("active", "suspended")


def before(session: Session, version: GuidelineView) -> GuidelineView | None:
    """The published version that a version replaces, or nothing for the first."""
    number = session.scalar(
        select(func.max(GuidelineVersion.number)).where(
            GuidelineVersion.guideline_id == _guideline_of(version.version_id),
            GuidelineVersion.number < version.number,
            GuidelineVersion.published_at.is_not(None),
        )
    )
    if number is None:
        return None
    found = session.scalars(
        select(GuidelineVersion.id).where(
            GuidelineVersion.guideline_id == _guideline_of(version.version_id), GuidelineVersion.number == number
        )
    ).one()
    return catalog.version(session, found)


def changed(old: GuidelineView, new: GuidelineView) -> tuple[ClauseView, ...]:
    """The clauses that are new or say something else, as they read now, and those that left, as they read before."""
    codes, there = comparing.changed_codes(old, new), {clause.code for clause in new.clauses}
    left = [clause for clause in old.clauses if clause.code not in there]
    return (*(new.clause(code) for code in codes), *left)


def people(clauses: Iterable[ClauseView], version_id: int) -> Select[int]:
    """The numbers of those whom changed clauses touch and who have not accepted the version.

    A clause touches who holds a permission (paused or not) that covers one of its channels or topics; a clause that
    names none touches every holder. A clause for a tier or country touches nobody else.
    """
    about = [_about(clause) for clause in clauses]
    return (
        select(Authorization.person_id)
        .join(Person, Person.id == Authorization.person_id)
        .where(
            Authorization.status.in_(HELD),
            Person.status != "left",
            or_(*about) if about else ~true(),
            ~attestations.holds_for(Person.id.expression, literal(version_id)),
        )
        .distinct()
    )


def for_person(clauses: Iterable[ClauseView], tier: str, country: str) -> tuple[ClauseView, ...]:
    """Those of the changed clauses that are for somebody's tier and country."""
    return tuple(clause for clause in clauses if clause.is_for(tier, country))


def _about(clause: ClauseView) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if clause.tier:
        conditions.append(Person.tier == clause.tier)
    if clause.country:
        conditions.append(func.lower(Person.country) == clause.country.lower())
    if clause.touches:
        conditions.append(or_(*(_covers(dimension, value) for dimension, value in clause.touches)))
    return and_(true(), *conditions)


def _covers(dimension: str, value: str) -> ColumnElement[bool]:
    own = ("own",) if dimension == "channel" and value in vocabulary.personal_channels() else ()
    return exists().where(
        AuthorizationScope.authorization_id == Authorization.id,
        AuthorizationScope.revision == Authorization.revision,
        AuthorizationScope.dimension == dimension,
        AuthorizationScope.value.in_((value, "*", *own)),
    )


def _guideline_of(version_id: int) -> ColumnElement[int]:
    own = select(GuidelineVersion.guideline_id).where(GuidelineVersion.id == version_id)
    return own.scalar_subquery()
