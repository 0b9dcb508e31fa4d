"""The requests that wait for somebody's decision."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.ladder import LevelView
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
