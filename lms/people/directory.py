"""Finding people, and who leads whom."""

from sqlalchemy import CTE, exists, literal, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.base.errors import NotFound
from lms.people import deputies
from lms.people.models import Deputy, Person, ReportingLine


def get(session: Session, person_id: int) -> Person:
    """A person by number. Raises `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    return person


def find_by_uid(session: Session, uid: str) -> Person | None:
    """A person by public id, or nothing."""
    return session.scalar(select(Person).where(Person.uid == uid))


def manager_of(session: Session, person_id: int) -> Person | None:
    """The manager of a person, or nothing at the top."""
    manager = aliased(Person)
    return session.scalar(select(manager).join(Person, Person.manager_id == manager.id).where(Person.id == person_id))


def organization_of(manager_id: int) -> CTE:
    """The people under a manager, direct and indirect, without leavers: rows of `id`, `branch`, `depth`.

    `branch` is the direct report through whom the manager leads the person; `depth` is 1 for direct reports.
    """
    tree = (
        select(Person.id.label("id"), Person.id.label("branch"), literal(1).label("depth"))
        .where(Person.manager_id == manager_id, Person.status != "left")
        .cte("organization", recursive=True)
    )
    return tree.union_all(
        select(Person.id, tree.c.branch, tree.c.depth + 1)
        .join(tree, Person.manager_id == tree.c.id)
        .where(Person.status != "left", tree.c.depth < 30)
    )


def leads(session: Session, manager_id: int, person_id: int) -> bool:
    """Whether somebody is above a person in the reporting line: a walk up, at most 30 steps."""
    return bool(session.scalar(select(exists().where(_line_of(person_id).c.id == manager_id))))


def _line_of(person_id: int) -> CTE:
    """Everybody above a person: rows of `id`, empty at the top."""
    line = (
        select(Person.manager_id.label("id"), literal(1).label("steps"))
        .where(Person.id == person_id)
        .cte("line", recursive=True)
    )
    return line.union_all(
        select(Person.manager_id, line.c.steps + 1).join(line, Person.id == line.c.id).where(line.c.steps < 30)
    )


def sees(session: Session, viewer_id: int, person_id: int) -> bool:
    """Whether somebody may see how a person is doing, and act for her manager: who is above her, who stands in today
    for somebody above her, and a second or dotted-line manager of her or of somebody above. At most three statements.

    `lms.reports.reach` is the same rule as a condition on many people.
    """
    line = _line_of(person_id)
    above = set(session.scalars(select(line.c.id).where(line.c.id.is_not(None))))
    for_whom = set(
        session.scalars(select(Deputy.manager_id).where(Deputy.deputy_id == viewer_id, deputies.holds(clock.today())))
    ) - {person_id}
    if viewer_id == person_id:
        return False
    if viewer_id in above or not above.isdisjoint(for_whom):
        return True
    beside = exists().where(
        ReportingLine.person_id.in_(above | {person_id}), ReportingLine.manager_id.in_(for_whom | {viewer_id})
    )
    return bool(session.scalar(select(beside)))


def demo_people(session: Session) -> list[tuple[str, str, str]]:
    """Address, name and job of the people one can sign in as on a demonstration, in the order they were made."""
    statement = (
        select(Person.email, Person.given_name, Person.family_name, Person.job)
        .where(Person.email.like("%@acme.example"), Person.password_hash.is_not(None))
        .order_by(Person.id)
    )
    return [(email, f"{given} {family}", job) for email, given, family, job in session.execute(statement)]


def find_by_email(session: Session, email: str) -> Person | None:
    """A person by mail address, in whatever case it was typed, or nothing."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))
