"""The requests that wait for somebody's decision."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.authority import RED_TOPICS
from certificates.ladder import LevelView
from certificates.level_models import APPROVERS, Level, LevelApproval
from certificates.models import Authorization, AuthorizationScope, AuthorizationStatus
from certificates.permissions import deciders
from certificates.permissions.models import Approval
from certificates.standing import Scope
from lms.people.models import Person


@dataclass(frozen=True)
class Decision:
    """A decision that was made about a request."""

    role: str
    decision: str
    by_id: int
    by_name: str
    at: datetime
    remark: str


@dataclass(frozen=True)
class Waiting:
    """A request, for somebody who may decide about it in `roles`. `needed` are all roles it needs."""

    authorization_id: int
    uid: str
    person_id: int
    name: str
    job: str
    level: LevelView
    scope: Scope
    reason: str
    asked_at: datetime
    asked_by_id: int | None
    needed: tuple[str, ...]
    decided: tuple[Decision, ...]
    roles: tuple[str, ...]


def waiting_for(session: Session, person_id: int, roles: Collection[str]) -> list[Waiting]:
    """The requests that wait for somebody with these roles, or as a manager, the oldest first.

    Her own, and those about which she has decided in another role, are not among them. Six statements however many
    wait.
    """
    rows = _open(session, person_id)
    if not rows:
        return []
    levels = {level.id: level for level in ladder.levels(session)}
    numbers = [row.id for row in rows]
    scopes, decided = _scopes(session, numbers), _decided(session, numbers)
    managers = deciders.managers_of(session, {row.person_id for row in rows})
    found = []
    for row in rows:
        level, scope, made = levels[row.level_id], scopes[row.id], tuple(decided[row.id])
        needed = deciders.needed_roles(level, scope)
        left = [role for role in needed if role not in {one.role for one in made}]
        mine = [role for role in left if deciders.may_decide_as(role, person_id, roles, managers[row.person_id])]
        if mine and person_id not in {one.by_id for one in made}:
            found.append(_waiting(row, level, scope, needed, made, tuple(mine)))
    return found


def count(session: Session, person_id: int, roles: Collection[str]) -> int:
    """How many requests `waiting_for` would find. One statement."""
    own = select(Approval.id).where(Approval.authorization_id == Authorization.id)
    named = select(LevelApproval.role).where(LevelApproval.level_id == Authorization.level_id)
    ways = [_as_manager(own, named, person_id, roles)]
    for role in set(roles).intersection(APPROVERS) - {"manager"}:
        needed: list[ColumnElement[bool]] = [named.where(LevelApproval.role == role).exists()]
        needed += [~named.exists()] if role == "hub" else []
        needed += [Level.preapproval.is_(True), _regulated()] if role == "legal" else []
        ways.append(and_(or_(*needed), ~own.where(Approval.role == role).exists()))
    statement = (
        select(func.count())
        .select_from(Authorization)
        .join(Level, Level.id == Authorization.level_id)
        .where(Authorization.status == "requested", Authorization.person_id != person_id, or_(*ways))
        .where(~own.where(Approval.by_id == person_id).exists())
    )
    return session.scalar(statement) or 0


def _as_manager(own: Any, named: Any, person_id: int, roles: Collection[str]) -> ColumnElement[bool]:
    """Whether a request needs a manager, nobody has decided as one, and who asked has her as the first at work."""
    first = Person.manager_id == person_id
    if deciders.AT_THE_TOP in roles:
        first = or_(first, Person.manager_id.is_(None))
    line = select(Person.id, Person.status).where(first).cte("below", recursive=True)
    line = line.union(
        select(Person.id, Person.status).join(line, line.c.id == Person.manager_id).where(line.c.status != "active")
    )
    return and_(
        Authorization.person_id.in_(select(line.c.id)),
        named.where(LevelApproval.role == "manager").exists(),
        ~own.where(Approval.role == "manager").exists(),
    )


def _regulated() -> ColumnElement[bool]:
    """Whether what is asked for names a topic that legal decides about too, as `coverage.regulated` does of a scope."""
    return (
        select(AuthorizationScope.value)
        .where(
            AuthorizationScope.authorization_id == Authorization.id,
            AuthorizationScope.revision == Authorization.revision,
            AuthorizationScope.dimension == "topic",
            AuthorizationScope.value.in_(sorted(RED_TOPICS)),
        )
        .exists()
    )


def _waiting(
    row: Any,
    level: LevelView,
    scope: Scope,
    needed: tuple[str, ...],
    decided: tuple[Decision, ...],
    roles: tuple[str, ...],
) -> Waiting:
    return Waiting(
        authorization_id=row.id,
        uid=row.uid,
        person_id=row.person_id,
        name=f"{row.given_name} {row.family_name}".strip(),
        job=row.job,
        level=level,
        scope=scope,
        reason=row.reason,
        asked_at=row.asked_at,
        asked_by_id=row.requested_by_id,
        needed=needed,
        decided=decided,
        roles=roles,
    )


def _open(session: Session, person_id: int) -> Sequence[Any]:
    asked_at = (
        select(func.min(AuthorizationStatus.at))
        .where(AuthorizationStatus.authorization_id == Authorization.id)
        .scalar_subquery()
    )
    columns = (
        Authorization.id,
        Authorization.uid,
        Authorization.person_id,
        Authorization.level_id,
        Authorization.reason,
        Authorization.requested_by_id,
        Person.given_name,
        Person.family_name,
        Person.job,
    )
    return session.execute(
        select(*columns, asked_at.label("asked_at"))
        .join(Person, Person.id == Authorization.person_id)
        .where(Authorization.status == "requested", Authorization.person_id != person_id)
        .order_by(Authorization.id)
    ).all()


def _scopes(session: Session, numbers: Sequence[int]) -> dict[int, Scope]:
    pairs = defaultdict[int, list[tuple[str, str]]](list)
    rows = session.execute(
        select(Authorization.id, AuthorizationScope.dimension, AuthorizationScope.value)
        .join(Authorization.scope)
        .where(Authorization.id.in_(numbers))
    )
    for number, dimension, value in rows:
        pairs[number].append((dimension, value))
    return {number: Scope.of(pairs[number]) for number in numbers}


def _decided(session: Session, numbers: Sequence[int]) -> dict[int, list[Decision]]:
    found = defaultdict[int, list[Decision]](list)
    rows = session.execute(
        select(Approval, Person.given_name, Person.family_name)
        .join(Person, Person.id == Approval.by_id)
        .where(Approval.authorization_id.in_(numbers))
        .order_by(Approval.id)
    )
    for made, given, family in rows:
        name = f"{given} {family}".strip()
        found[made.authorization_id].append(Decision(made.role, made.decision, made.by_id, name, made.at, made.remark))
    return found
