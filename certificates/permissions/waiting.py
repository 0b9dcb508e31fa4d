"""The requests that wait for somebody's decision."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, exists, func, literal, or_, select, true
from sqlalchemy.orm import Session

from certificates import ladder
from certificates.authority import RED_TOPICS
from certificates.ladder import LevelView
from certificates.level_models import APPROVERS, Level, LevelApproval
from certificates.models import Authorization, AuthorizationScope, AuthorizationStatus
from certificates.permissions import deciders
from certificates.permissions.deciders import Asked
from certificates.permissions.models import Approval
from certificates.standing import Scope
from lms.people.models import Person, PersonRole


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

    Her own, those that she opened for others, and those about which she has decided in another role, are not among
    them. Six statements however many wait, one more for somebody above one who asks.
    """
    rows = _open(session, person_id)
    if not rows:
        return []
    levels = {level.id: level for level in ladder.levels(session)}
    numbers = [row.id for row in rows]
    scopes, decided = _scopes(session, numbers), _decided(session, numbers)
    lines = deciders.lines_of(session, {row.person_id for row in rows})
    above = deciders.AT_THE_TOP in roles or any(person_id in line for line in lines.values())
    few = deciders.few_holders(session) if above else {}
    found = []
    for row in rows:
        level, scope, made = levels[row.level_id], scopes[row.id], tuple(decided[row.id])
        needed = deciders.needed_roles(level, scope)
        left = [role for role in needed if role not in {one.role for one in made}]
        asked = Asked.of(row.person_id, row.requested_by_id, lines[row.person_id], few)
        mine = [role for role in left if asked.may_decide_as(role, person_id, roles)]
        if mine and person_id not in {one.by_id for one in made}:
            found.append(_waiting(row, level, scope, needed, made, tuple(mine)))
    return found


def count(session: Session, person_id: int, roles: Collection[str]) -> int:
    """How many requests `waiting_for` would find. One statement."""
    named = select(LevelApproval.role).where(LevelApproval.level_id == Authorization.level_id)
    above = _above()
    stands_in = above.c.request if deciders.AT_THE_TOP in roles else case((above.c.id == person_id, above.c.request))
    ways = []
    for role in APPROVERS:
        needed: list[ColumnElement[bool]] = [named.where(LevelApproval.role == role).exists()]
        needed += [~named.exists()] if role == "hub" else []
        needed += [Level.preapproval.is_(True), _regulated()] if role == "legal" else []
        if role == "manager":
            mine: ColumnElement[bool] = _as_manager(above, person_id, roles)
        elif role in roles:
            mine = true()
        else:
            mine = and_(Authorization.id.in_(select(stands_in)), _nobody_else(role))
        ways.append(and_(or_(*needed), mine, ~_DECIDED.where(Approval.role == role).exists()))
    statement = (
        select(func.count())
        .select_from(Authorization)
        .join(Level, Level.id == Authorization.level_id)
        .where(Authorization.status == _REQUESTED, *_of_others(person_id), or_(*ways))
        .where(~_DECIDED.where(Approval.by_id == person_id).exists())
    )
    return session.scalar(statement) or 0


_DECIDED = select(Approval.id).where(Approval.authorization_id == Authorization.id)
_REQUESTED = literal("requested", literal_execute=True)
"""Stands in the statement itself: a plan that PostgreSQL makes for any status would not know that these are few."""


def _of_others(person_id: int) -> tuple[ColumnElement[bool], ...]:
    """That a request is neither for somebody nor opened by her."""
    return Authorization.person_id != person_id, Authorization.requested_by_id.is_distinct_from(person_id)


def _as_manager(above: CTE, person_id: int, roles: Collection[str]) -> ColumnElement[bool]:
    """Whether somebody is the first at work above who asks, or there is none and she is at the top.

    Walked down from her, who is asked far more often than there are requests that one with a role asked or opened.
    """
    first = Person.manager_id == person_id
    nearest = above.c.id == person_id
    if deciders.AT_THE_TOP in roles:
        first, nearest = or_(first, Person.manager_id.is_(None)), or_(nearest, above.c.id.is_(None))
    line = select(Person.id, Person.status).where(first).cte("below", recursive=True)
    line = line.union(
        select(Person.id, Person.status).join(line, line.c.id == Person.manager_id).where(line.c.status != "active")
    )
    return or_(
        Authorization.person_id.in_(select(line.c.id)),
        Authorization.id.in_(select(above.c.request).where(above.c.nearest.is_(True), nearest)),
    )


def _above() -> CTE:
    """Who is above who asks, where she or who opened it has a role: rows of `request`, `id` (none: the top), `nearest`.

    `nearest`: below are only those who are not at work, and who opened it. These few requests can lead past somebody.
    """
    opener = func.coalesce(Authorization.requested_by_id, Authorization.person_id)
    given = exists().where(
        PersonRole.role.in_(APPROVERS),
        or_(PersonRole.person_id == Authorization.person_id, PersonRole.person_id == opener),
    )
    line = (
        select(
            Authorization.id.label("request"),
            opener.label("opener"),
            Person.manager_id.label("id"),
            true().label("nearest"),
            literal(1).label("steps"),
        )
        .join(Person, Person.id == Authorization.person_id)
        .where(Authorization.status == _REQUESTED, given)
        .cte("above", recursive=True)
    )
    passed = and_(line.c.nearest.is_(True), or_(Person.status != "active", Person.id == line.c.opener))
    return line.union_all(
        select(line.c.request, line.c.opener, Person.manager_id, passed, line.c.steps + 1)
        .join(Person, Person.id == line.c.id)
        .where(line.c.steps < 30)
    )


def _nobody_else(role: str) -> ColumnElement[bool]:
    """Whether at work nobody has a role but who asks and who opened it, and one of them has it."""
    held = (
        select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == role, Person.status == "active")
    )
    two = (Authorization.person_id, Authorization.requested_by_id)
    others = and_(Person.id != two[0], Person.id.is_distinct_from(two[1]))
    return and_(held.exists(), ~held.where(others).exists())


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
        .where(Authorization.status == _REQUESTED, *_of_others(person_id))
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
