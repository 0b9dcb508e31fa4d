"""Giving people roles and taking them away."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.access import ROLES
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.people.administrators import check_not_last
from lms.people.events import PeopleChanged
from lms.people.models import Person, PersonRole

NOT_TO_ONESELF = frozenset({"administrator", "hub", "legal", "auditor", "care", "board"})
"""Roles that decide about others or check them: nobody gives herself one."""


@dataclass(frozen=True)
class Holder:
    """Somebody with a role."""

    role: str
    uid: str
    name: str
    email: str
    status: str


def holders(session: Session) -> dict[str, list[Holder]]:
    """Who has which role, for each role, by name. One statement."""
    statement = (
        select(PersonRole.role, Person.uid, Person.given_name, Person.family_name, Person.email, Person.status)
        .join(Person, Person.id == PersonRole.person_id)
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found: dict[str, list[Holder]] = {role: [] for role in ROLES}
    for role, uid, given, family, email, status in session.execute(statement):
        found[role].append(Holder(role, uid, f"{given} {family}".strip(), email, status))
    return found


def give(session: Session, person_id: int, role: str, *, by_id: int) -> None:
    """Give somebody a role. Raises `Invalid`, `NotFound`, `Conflict` and, for one nobody may give herself, `Forbidden`.

    The administrators are locked, so that two who give and take at the same moment take turns.
    """
    if role not in ROLES:
        raise Invalid(gettext("“%(word)s” is not a role. Roles are: %(roles)s.", word=role, roles=", ".join(ROLES)))
    if person_id == by_id and role in NOT_TO_ONESELF:
        raise Forbidden(gettext("This role decides about others or checks them. Ask another administrator to give it."))
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update(key_share=True))
    if person is None:
        raise NotFound
    if person.status == "left":
        raise Conflict(gettext("%(name)s no longer works here.", name=person.name))
    if session.get(PersonRole, (person_id, role)) is not None:
        return
    session.add(PersonRole(person_id=person_id, role=role))
    audit.record(session, "gave a role", f"person:{person_id}", actor_id=by_id, role=role)
    session.flush()
    announce(session, PeopleChanged(frozenset({person_id})))


def take(session: Session, person_id: int, role: str, *, by_id: int) -> None:
    """Take a role away from somebody. Raises `NotFound`, and `Conflict` for the last administrator."""
    if role == "administrator":
        check_not_last(session, person_id)
    gone = session.execute(
        delete(PersonRole)
        .where(PersonRole.person_id == person_id, PersonRole.role == role)
        .returning(PersonRole.person_id)
    ).all()
    if not gone:
        raise NotFound
    audit.record(session, "took a role away", f"person:{person_id}", actor_id=by_id, role=role)
    announce(session, PeopleChanged(frozenset({person_id})))
