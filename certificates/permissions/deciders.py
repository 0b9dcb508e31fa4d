"""Who decides: holders of roles, and the manager who stands above somebody today. Nobody about what she asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, aliased

from certificates.ladder import LevelView
from certificates.level_models import APPROVERS
from certificates.permissions import coverage
from certificates.standing import Scope
from lms.people.models import Person, PersonRole

AT_THE_TOP = "board"
"""Whose holders decide as manager about those who have none."""


def needed_roles(level: LevelView, scope: Scope) -> tuple[str, ...]:
    """Whose yes a request needs: those the level names, and legal for a regulated topic; the hub if nobody else."""
    named = set(level.approvers) or {"hub"}
    if level.preapproval or coverage.regulated(scope):
        named.add("legal")
    return tuple(role for role in APPROVERS if role in named)


def roles_of(session: Session, person_id: int) -> frozenset[str]:
    """The roles that were given to somebody."""
    return frozenset(session.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id)))


def lines_of(session: Session, person_ids: Collection[int]) -> Mapping[int, tuple[int, ...]]:
    """Everybody at work above each, the nearest first. One statement."""
    above = aliased(Person)
    line = (
        select(Person.id.label("whose"), Person.manager_id.label("id"), literal(1).label("steps"))
        .where(Person.id.in_(person_ids))
        .cte("line", recursive=True)
    )
    line = line.union_all(
        select(line.c.whose, above.manager_id, line.c.steps + 1)
        .join(above, above.id == line.c.id)
        .where(line.c.steps < 30)
    )
    rows = session.execute(
        select(line.c.whose, Person.id)
        .join(Person, Person.id == line.c.id)
        .where(Person.status == "active")
        .order_by(line.c.whose, line.c.steps)
    )
    found: dict[int, tuple[int, ...]] = dict.fromkeys(person_ids, ())
    for whose, number in rows:
        found[whose] = (*found[whose], number)
    return found


def few_holders(session: Session) -> Mapping[str, frozenset[int]]:
    """The roles that no more than two people at work hold, and who they are. One statement."""
    rows = session.execute(
        select(PersonRole.role, func.min(Person.id), func.max(Person.id))
        .join(Person, Person.id == PersonRole.person_id)
        .where(Person.status == "active", PersonRole.role.in_(APPROVERS))
        .group_by(PersonRole.role)
        .having(func.count() <= 2)
    )
    return {role: frozenset((first, last)) for role, first, last in rows}


@dataclass(frozen=True)
class Asked:
    """Whom a request is for, who opened it, and who is at work above the first, the nearest first.

    Neither of the two decides. `alone` are the roles that nobody else at work holds: there those above decide instead,
    and the board.
    """

    person_id: int
    opener_id: int
    line: tuple[int, ...]
    alone: frozenset[str]

    @classmethod
    def of(
        cls, person_id: int, opener_id: int | None, line: tuple[int, ...], few: Mapping[str, frozenset[int]]
    ) -> "Asked":
        """A request, by the line of who asks (`lines_of`) and the roles with `few_holders`."""
        opener = opener_id or person_id
        alone = frozenset(role for role, holders in few.items() if holders <= {person_id, opener})
        return cls(person_id, opener, tuple(number for number in line if number != opener), alone)

    def may_decide_as(self, role: str, by_id: int, roles: Collection[str]) -> bool:
        """Whether somebody with these roles may decide in a role."""
        if by_id in (self.person_id, self.opener_id):
            return False
        if role == "manager":
            return by_id in self.line[:1] or (not self.line and AT_THE_TOP in roles)
        return role in roles or (role in self.alone and (by_id in self.line or AT_THE_TOP in roles))


def asked(session: Session, person_id: int, opener_id: int | None) -> Asked:
    """A request for somebody, opened by her or by another. Two statements."""
    return Asked.of(person_id, opener_id, lines_of(session, [person_id])[person_id], few_holders(session))


def holders_of(session: Session, roles: Collection[str]) -> list[Person]:
    """Everybody at work who was given one of these roles."""
    given = select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    return list(session.scalars(select(Person).where(Person.id.in_(given), Person.status == "active")))


def approvers_of(session: Session, request: Asked, needed: Collection[str]) -> list[Person]:
    """Everybody who is told that a request waits: who can decide about it, of those above only the nearest."""
    roles = set(needed) - {"manager"}
    from_above = ("manager" in needed) + (not roles.isdisjoint(request.alone))
    if from_above > len(request.line):
        roles.add(AT_THE_TOP)
    found = {person.id: person for person in holders_of(session, roles)}
    found |= {number: session.get_one(Person, number) for number in request.line[:from_above]}
    return [person for number, person in sorted(found.items()) if number not in (request.person_id, request.opener_id)]


def revokers_of(session: Session, person_id: int, level: LevelView) -> list[Person]:
    """Everybody who can decide about taking a permission of somebody away: the hub and those whom the level names.

    Where a manager is named and there is none, nobody stands in for her.
    """
    line = lines_of(session, [person_id])[person_id]
    found = {person.id: person for person in holders_of(session, {"hub", *level.approvers} - {"manager"})}
    if "manager" in level.approvers:
        found |= {number: session.get_one(Person, number) for number in line[:1]}
    return [person for number, person in sorted(found.items()) if number != person_id]
