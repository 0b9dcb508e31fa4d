"""One permission on a sheet: all that is known of it, for those who decide about it and for its holder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import corrections, days, ladder, numbers
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationScope, AuthorizationStatus, Certificate
from certificates.permissions import deciders, rights
from certificates.permissions.models import Approval, Hold, Revocation
from certificates.permissions.rights import Rights, Viewer
from certificates.standing import Scope
from lms.base.errors import NotFound
from lms.people.erasure import is_erased
from lms.people.models import Person


@dataclass(frozen=True)
class Change:
    """A row of the history, with the name of who did it (none: by rule), the scope from then on, and what it lost."""

    status: str
    at: datetime
    by: str
    cause: str
    reason: str
    until: date | None
    ends_on: date
    scope: Scope
    taken_out: Scope = field(default_factory=Scope)


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
    """A hold that is open: on this permission, or on all of the person's (`on_person`).

    `for_error`: only restoring the certificate ends it.
    """

    id: int
    cause: str
    reason: str
    starts_on: date
    until: date | None
    by: str
    by_id: int | None
    on_person: bool
    for_error: bool


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
    needed: tuple[str, ...] = ()
    """While it is asked for: all roles whose yes it needs."""

    @property
    def open_proposal(self) -> Proposal | None:
        """The proposal to take it away that waits for a second person."""
        return next((one for one in self.proposals if one.confirmed is None), None)


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
    scope = scopes.get(authorization.revision, Scope())
    known = Sheet(
        authorization=authorization,
        person=person,
        level=level,
        scope=scope,
        history=_history(session, authorization.id, scopes),
        decisions=_decisions(session, authorization.id),
        pauses=_pauses(session, authorization),
        proposals=_proposals(session, authorization.id),
        certificate_uid=certificate_uid,
        certificate_number=numbers.shown(number) if number else "",
        rights=allowed,
        needed=deciders.needed_roles(level, scope) if authorization.status == "requested" else (),
    )
    return _without_words(known) if is_erased(person) else known


def _without_words(known: Sheet) -> Sheet:
    """What is shown of somebody who was erased: what was decided, and not what others wrote about her."""
    return replace(
        known,
        history=[replace(one, reason="") for one in known.history],
        decisions=[replace(one, remark="") for one in known.decisions],
        pauses=[replace(one, reason="") for one in known.pauses],
        proposals=[replace(one, reason="", remark="") for one in known.proposals],
    )


def holds_on(session: Session, person_id: int) -> Sequence[Hold]:
    """The open holds on all of somebody's permissions at once."""
    return session.scalars(
        select(Hold)
        .where(Hold.person_id == person_id, Hold.authorization_id.is_(None), Hold.lifted_at.is_(None))
        .order_by(Hold.id)
    ).all()


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
    changes = [
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
    before = [one.scope for one in changes[1:]] + [one.scope for one in changes[-1:]]
    return [replace(one, taken_out=_taken_out(old, one.scope)) for one, old in zip(changes, before, strict=True)]


def _taken_out(before: Scope, after: Scope) -> Scope:
    """What one scope covers by name and the next does not. No country named means all of them."""
    missing = set(before.pairs()) - set(after.pairs())
    if after.countries and not before.countries:
        missing.add(("country", "*"))
    return Scope.of(missing)


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
    ).all()
    for_error = any(hold.cause == corrections.CAUSE for hold, _ in rows)
    in_error = for_error and corrections.rests_on_error(session, authorization.id)
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
            in_error and hold.cause == corrections.CAUSE,
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
