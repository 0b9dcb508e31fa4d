"""Permissions as those who decide about them see them: a list to look through, and one on a sheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import days, ladder, numbers
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationScope, AuthorizationStatus, Certificate
from certificates.permissions import rights
from certificates.permissions.models import Approval, Hold, Revocation
from certificates.permissions.rights import Rights, Viewer
from certificates.standing import Scope
from lms.base.errors import NotFound
from lms.people import directory
from lms.people.models import Person, Unit

PAGE = 30


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the list; an empty part is not looked for."""

    words: str = ""
    status: str = ""
    level: str = ""


@dataclass(frozen=True)
class Line:
    """A permission in the list."""

    uid: str
    name: str
    unit: str
    level: LevelView
    status: str
    ends_on: date
    until: date | None


@dataclass(frozen=True)
class Listing:
    """A page of permissions, and how many there are by status among all that are looked for."""

    lines: list[Line]
    page: int
    more: bool
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Change:
    """A row of the history, with the name of who did it (none: by rule) and the scope from then on."""

    status: str
    at: datetime
    by: str
    cause: str
    reason: str
    until: date | None
    ends_on: date
    scope: Scope


@dataclass(frozen=True)
class Decision:
    """A yes or no, by whom in which role."""

    role: str
    decision: str
    by: str
    at: datetime
    remark: str


@dataclass(frozen=True)
class Pause:
    """A hold that is open: on this permission, or on all of the person's (`on_person`)."""

    id: int
    cause: str
    reason: str
    starts_on: date
    until: date | None
    by: str
    by_id: int | None
    on_person: bool


@dataclass(frozen=True)
class Proposal:
    """A proposal to take a permission away, with who made it and how it was decided (none: it waits)."""

    id: int
    reason: str
    by: str
    by_id: int
    at: datetime
    confirmed: bool | None
    decided_by: str
    remark: str


@dataclass(frozen=True)
class Sheet:
    """All that is known of one permission, and what the viewer may do about it."""

    authorization: Authorization
    person: Person
    level: LevelView
    scope: Scope
    history: list[Change]
    decisions: list[Decision]
    pauses: list[Pause]
    proposals: list[Proposal]
    certificate_uid: str | None
    certificate_number: str
    rights: Rights

    @property
    def open_proposal(self) -> Proposal | None:
        """The proposal to take it away that waits for a second person."""
        return next((one for one in self.proposals if one.confirmed is None), None)


def listing(session: Session, viewer: Viewer, wanted: Wanted, page: int = 1) -> Listing:
    """Permissions that the viewer may see, those that wait or are paused first. Three statements.

    A manager sees those of her people, direct and indirect.
    """
    conditions = [*_seen(viewer), *_looked_for(session, wanted)]
    statuses = [Authorization.status == wanted.status] if wanted.status else [Authorization.status != "archived"]
    statement = (
        select(
            Authorization.uid,
            Authorization.level_id,
            Authorization.status,
            Authorization.ends_on,
            Authorization.until,
            Person.given_name,
            Person.family_name,
            Unit.path,
        )
        .join(Person, Person.id == Authorization.person_id)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .where(*conditions, *statuses)
        .order_by(Person.family_name, Person.given_name, Authorization.id)
        .limit(PAGE + 1)
        .offset(PAGE * (page - 1))
    )
    rows: Any = session.execute(statement).all()
    levels = {level.id: level for level in ladder.levels(session)}
    counted = (
        select(Authorization.status, func.count())
        .join(Person, Person.id == Authorization.person_id)
        .where(*conditions)
        .group_by(Authorization.status)
    )
    lines = [_line(row, levels[row.level_id]) for row in rows[:PAGE]]
    return Listing(lines, page, len(rows) > PAGE, dict(session.execute(counted).all()))


def sheet(session: Session, viewer: Viewer, uid: str) -> Sheet:
    """One permission by its public id. Raises `NotFound`, also when the viewer may not see it."""
    found = session.execute(
        select(Authorization, Person, Certificate.uid, Certificate.number)
        .join(Person, Person.id == Authorization.person_id)
        .outerjoin(Certificate, Certificate.id == Authorization.certificate_id)
        .where(Authorization.uid == uid)
    ).one_or_none()
    if found is None:
        raise NotFound
    authorization, person, certificate_uid, number = found
    level = ladder.by_id(session, authorization.level_id)
    allowed = rights.of(session, viewer, person.id, level)
    if not allowed.see:
        raise NotFound
    scopes = _scopes(session, authorization.id)
    return Sheet(
        authorization=authorization,
        person=person,
        level=level,
        scope=scopes.get(authorization.revision, Scope()),
        history=_history(session, authorization.id, scopes),
        decisions=_decisions(session, authorization.id),
        pauses=_pauses(session, authorization),
        proposals=_proposals(session, authorization.id),
        certificate_uid=certificate_uid,
        certificate_number=numbers.shown(number) if number else "",
        rights=allowed,
    )


def proposals_waiting(session: Session, viewer: Viewer) -> list[Row[Any]]:
    """Proposals to take a permission away that wait for a second person: `uid`, `name`, `level_id`, `at`, `reason`.

    Those that the viewer made herself or that are about herself are left out: another decides.
    """
    if viewer.roles.isdisjoint({"hub", "legal", "care", "board"}):
        return []
    statement = (
        select(
            Authorization.uid,
            (Person.given_name + " " + Person.family_name).label("name"),
            Authorization.level_id,
            Revocation.proposed_at.label("at"),
            Revocation.reason,
        )
        .join(Authorization, Authorization.id == Revocation.authorization_id)
        .join(Person, Person.id == Authorization.person_id)
        .where(
            Revocation.decided_at.is_(None),
            Revocation.proposed_by_id != viewer.id,
            Authorization.person_id != viewer.id,
        )
        .order_by(Revocation.id)
        .limit(100)
    )
    return list(session.execute(statement))


def of_person(session: Session, person_id: int) -> list[Row[Any]]:
    """All permissions of somebody, newest first: `uid`, `level_id`, `status`, `ends_on`, `until`. One statement."""
    statement = (
        select(
            Authorization.uid, Authorization.level_id, Authorization.status, Authorization.ends_on, Authorization.until
        )
        .where(Authorization.person_id == person_id)
        .order_by(Authorization.id.desc())
    )
    return list(session.execute(statement))


def holds_on(session: Session, person_id: int) -> Sequence[Hold]:
    """The open holds on all of somebody's permissions at once."""
    return session.scalars(
        select(Hold)
        .where(Hold.person_id == person_id, Hold.authorization_id.is_(None), Hold.lifted_at.is_(None))
        .order_by(Hold.id)
    ).all()


def _seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    if viewer.sees_all:
        return []
    return [Authorization.person_id.in_(select(directory.organization_of(viewer.id).c.id))]


def _looked_for(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    name = Person.given_name + " " + Person.family_name
    conditions: list[ColumnElement[bool]] = [
        or_(name.icontains(word, autoescape=True), Person.email == word.lower()) for word in wanted.words.split()[:6]
    ]
    if wanted.level:
        conditions += [
            Authorization.level_id == level.id for level in ladder.levels(session) if level.code == wanted.level
        ]
    return conditions


def _line(row: Row[Any], level: LevelView) -> Line:
    return Line(
        uid=row.uid,
        name=f"{row.given_name} {row.family_name}".strip(),
        unit=(row.path or "").rsplit("/", 1)[-1],
        level=level,
        status=row.status,
        ends_on=row.ends_on,
        until=row.until,
    )


def _scopes(session: Session, authorization_id: int) -> dict[int, Scope]:
    pairs: dict[int, list[tuple[str, str]]] = {}
    for row in session.execute(
        select(AuthorizationScope.revision, AuthorizationScope.dimension, AuthorizationScope.value).where(
            AuthorizationScope.authorization_id == authorization_id
        )
    ):
        pairs.setdefault(row.revision, []).append((row.dimension, row.value))
    return {revision: Scope.of(found) for revision, found in pairs.items()}


def _history(session: Session, authorization_id: int, scopes: Mapping[int, Scope]) -> list[Change]:
    rows = session.execute(
        select(AuthorizationStatus, Person)
        .outerjoin(Person, Person.id == AuthorizationStatus.by_id)
        .where(AuthorizationStatus.authorization_id == authorization_id)
        .order_by(AuthorizationStatus.id.desc())
    )
    return [
        Change(
            row.status,
            row.at,
            by.name if by else "",
            row.cause,
            row.reason,
            row.until,
            row.ends_on,
            scopes.get(row.revision, Scope()),
        )
        for row, by in rows
    ]


def _decisions(session: Session, authorization_id: int) -> list[Decision]:
    rows = session.execute(
        select(Approval, Person)
        .join(Person, Person.id == Approval.by_id)
        .where(Approval.authorization_id == authorization_id)
        .order_by(Approval.id)
    )
    return [Decision(row.role, row.decision, by.name, row.at, row.remark) for row, by in rows]


def _pauses(session: Session, authorization: Authorization) -> list[Pause]:
    about = or_(
        Hold.authorization_id == authorization.id,
        and_(Hold.person_id == authorization.person_id, Hold.authorization_id.is_(None)),
    )
    rows = session.execute(
        select(Hold, Person)
        .outerjoin(Person, Person.id == Hold.placed_by_id)
        .where(about, Hold.lifted_at.is_(None), or_(Hold.until.is_(None), Hold.until >= days.today()))
        .order_by(Hold.id)
    )
    return [
        Pause(
            hold.id,
            hold.cause,
            hold.reason,
            hold.starts_on,
            hold.until,
            by.name if by else "",
            hold.placed_by_id,
            hold.authorization_id is None,
        )
        for hold, by in rows
    ]


def _proposals(session: Session, authorization_id: int) -> list[Proposal]:
    decider = aliased(Person)
    rows = session.execute(
        select(Revocation, Person, decider)
        .join(Person, Person.id == Revocation.proposed_by_id)
        .outerjoin(decider, decider.id == Revocation.decided_by_id)
        .where(Revocation.authorization_id == authorization_id)
        .order_by(Revocation.id.desc())
    )
    return [
        Proposal(
            row.id,
            row.reason,
            by.name,
            by.id,
            row.proposed_at,
            row.confirmed,
            decided.name if decided else "",
            row.remark,
        )
        for row, by, decided in rows
    ]
