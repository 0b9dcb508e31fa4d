"""Who decides: holders of roles, and the manager who stands above somebody today."""

from collections.abc import Collection, Mapping

from sqlalchemy import literal, select
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


def managers_of(session: Session, person_ids: Collection[int]) -> Mapping[int, int | None]:
    """Who decides as manager about each: the first above her who is at work, or nothing. One statement."""
    above = aliased(Person)
    line = (
        select(Person.id.label("whose"), Person.manager_id.label("id"), literal(1).label("steps"))
        .where(Person.id.in_(person_ids))
        .cte("line", recursive=True)
    )
    line = line.union_all(
        select(line.c.whose, above.manager_id, line.c.steps + 1)
        .join(above, above.id == line.c.id)
        .where(line.c.steps < 30, above.status != "active")
    )
    rows = session.execute(
        select(line.c.whose, Person.id)
        .join(Person, Person.id == line.c.id)
        .where(Person.status == "active")
        .order_by(line.c.whose, line.c.steps)
    )
    found: dict[int, int | None] = dict.fromkeys(person_ids)
    for whose, number in rows:
        found[whose] = found[whose] or number
    return found


def may_decide_as(role: str, person_id: int, roles: Collection[str], manager_id: int | None) -> bool:
    """Whether somebody with these roles may decide in a role, when this is the manager of who asked."""
    if role != "manager":
        return role in roles
    return manager_id == person_id or (manager_id is None and AT_THE_TOP in roles)


def holders_of(session: Session, roles: Collection[str]) -> list[Person]:
    """Everybody at work who was given one of these roles."""
    given = select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    return list(session.scalars(select(Person).where(Person.id.in_(given), Person.status == "active")))


def approvers_of(session: Session, person_id: int, needed: Collection[str]) -> list[Person]:
    """Everybody who can decide about a request of somebody, herself left out."""
    manager_id = managers_of(session, [person_id])[person_id]
    roles = set(needed) - {"manager"}
    if "manager" in needed and manager_id is None:
        roles.add(AT_THE_TOP)
    found = {person.id: person for person in holders_of(session, roles)}
    if "manager" in needed and manager_id is not None:
        found[manager_id] = session.get_one(Person, manager_id)
    return [person for number, person in sorted(found.items()) if number != person_id]


def revokers_of(session: Session, person_id: int, level: LevelView) -> list[Person]:
    """Everybody who can decide about taking a permission of somebody away: the hub and those whom the level names.

    Where a manager is named and there is none, nobody stands in for her.
    """
    roles = {"hub", *level.approvers}
    if managers_of(session, [person_id])[person_id] is None:
        roles.discard("manager")
    return approvers_of(session, person_id, roles)
