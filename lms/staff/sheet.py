"""All that is kept about where somebody stands in the company, for an administrator."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, case, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.base.audit import AuditEntry
from lms.base.errors import NotFound
from lms.people import deputies
from lms.people.deputies import StandIn
from lms.people.imports import leave
from lms.people.imports.models import ImportChange, PeopleImport
from lms.people.models import Absence, Person, PersonPast, PersonRole, ReportingLine, SignIn, Unit

LATEST = 50
"""How many rows of each history are shown."""
_manager, _report, _actor = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True)
class Sheet:
    """Somebody, where she stands, and what hangs on that. Each list is of rows, see the functions below."""

    person: Person
    unit: str
    manager: Person | None
    leads: bool
    sign_ins: int
    roles: tuple[str, ...]
    absences: list[Row[Any]]
    lines: list[Row[Any]]
    deputies: list[StandIn]
    past: list[Row[Any]]
    imported: list[Row[Any]]
    deeds: list[Row[Any]]


def person(session: Session, uid: str) -> Person:
    """Somebody by her public id. Raises `NotFound`."""
    found = session.scalar(select(Person).where(Person.uid == uid))
    if found is None:
        raise NotFound
    return found


def sheet(session: Session, uid: str) -> Sheet:
    """Somebody's sheet. Raises `NotFound`. Nine statements, however much there is."""
    whose, manager, unit, leads, sign_ins = _head(session, uid)
    roles = select(PersonRole.role).where(PersonRole.person_id == whose.id).order_by(PersonRole.role)
    return Sheet(
        person=whose,
        unit=unit or "",
        manager=manager,
        leads=leads,
        sign_ins=sign_ins,
        roles=tuple(session.scalars(roles)),
        absences=_absences(session, whose.id),
        lines=_lines(session, whose.id),
        deputies=deputies.of_manager(session, whose.id) if leads else [],
        past=_past(session, whose.id),
        imported=_imported(session, whose.id),
        deeds=_deeds(session, whose.id),
    )


def _head(session: Session, uid: str) -> tuple[Person, Person | None, str | None, bool, int]:
    open_sign_ins = select(func.count()).where(
        SignIn.person_id == Person.id, SignIn.ended_at.is_(None), SignIn.ends_at > clock.now()
    )
    leads = exists(select(literal(1)).where(_report.manager_id == Person.id, _report.status != "left"))
    row = session.execute(
        select(Person, _manager, Unit.path, leads, open_sign_ins.scalar_subquery())
        .outerjoin(_manager, _manager.id == Person.manager_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(Person.uid == uid)
    ).one_or_none()
    if row is None:
        raise NotFound
    whose, manager, unit, leads_some, sign_ins = row
    return whose, manager, unit, leads_some, sign_ins


def _absences(session: Session, person_id: int) -> list[Row[Any]]:
    """`id`, `from_on`, `until_on`, `source`, the latest first."""
    statement = (
        select(Absence.id, Absence.from_on, Absence.until_on, Absence.source)
        .where(Absence.person_id == person_id)
        .order_by(Absence.from_on.desc(), Absence.id.desc())
        .limit(LATEST)
    )
    return list(session.execute(statement))


def _lines(session: Session, person_id: int) -> list[Row[Any]]:
    """`uid`, `name`, `kind` of other managers."""
    statement = (
        select(_manager.uid, _name(_manager), ReportingLine.kind)
        .join(_manager, _manager.id == ReportingLine.manager_id)
        .where(ReportingLine.person_id == person_id)
        .order_by(_manager.family_name, _manager.given_name, _manager.id)
    )
    return list(session.execute(statement))


def _past(session: Session, person_id: int) -> list[Row[Any]]:
    """How she stood until each moment, the latest first: `until_at`, `unit`, `manager`, `tier`, `job`, …"""
    statement = (
        select(
            PersonPast.until_at,
            Unit.path.label("unit"),
            _name(_manager).label("manager"),
            PersonPast.tier,
            PersonPast.job,
            PersonPast.country,
            PersonPast.location,
            PersonPast.status,
        )
        .outerjoin(Unit, Unit.id == PersonPast.unit_id)
        .outerjoin(_manager, _manager.id == PersonPast.manager_id)
        .where(PersonPast.person_id == person_id)
        .order_by(PersonPast.until_at.desc(), PersonPast.id.desc())
        .limit(LATEST)
    )
    return list(session.execute(statement))


def _imported(session: Session, person_id: int) -> list[Row[Any]]:
    """What files changed: `at`, `uid` of the import, `file_name`, `undone`, `kind`, `field`, `before`, `after`."""
    undone = case((PeopleImport.undone_at.is_not(None), True), else_=False)
    statement = (
        select(
            PeopleImport.applied_at.label("at"),
            PeopleImport.uid,
            PeopleImport.file_name,
            undone.label("undone"),
            ImportChange.kind,
            ImportChange.field,
            ImportChange.before,
            ImportChange.after,
        )
        .join(PeopleImport, PeopleImport.id == ImportChange.import_id)
        .where(
            ImportChange.person_id == person_id, ImportChange.field != leave.FIELD, PeopleImport.applied_at.is_not(None)
        )
        .order_by(ImportChange.id.desc())
        .limit(LATEST)
    )
    return list(session.execute(statement))


def _deeds(session: Session, person_id: int) -> list[Row[Any]]:
    """`at`, `deed`, `details`, `name` of who did it, the latest first."""
    statement = (
        select(AuditEntry.at, AuditEntry.deed, AuditEntry.details, _name(_actor))
        .outerjoin(_actor, _actor.id == AuditEntry.actor_id)
        .where(AuditEntry.subject == f"person:{person_id}")
        .order_by(AuditEntry.id.desc())
        .limit(LATEST)
    )
    return list(session.execute(statement))


def _name(who: Any) -> Any:
    return (who.given_name + " " + who.family_name).label("name")
