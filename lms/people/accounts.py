"""Adding and changing people by hand. The import from HR comes beside it."""

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.access import ROLES
from lms.base.errors import Conflict, Invalid
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.people import passwords
from lms.people.events import PeopleChanged
from lms.people.models import TIERS, Person, PersonRole, Unit

ADDRESS = re.compile(r"[^@\s,;<>\"\x00-\x1f]+@[^@\s,;<>\"\x00-\x1f]+")
"""One address and no more: a comma or a line break would make a mail go to somebody else too."""


def add(
    session: Session,
    email: str,
    name: str,
    *,
    roles: Iterable[str] = (),
    password: str | None = None,
    tier: str = "staff",
    actor_id: int | None = None,
) -> Person:
    """Add somebody who works here. The last word of `name` is the family name.

    Raises `Conflict` when the address is somebody's already and `Invalid` for a role, tier, address or password
    that cannot be used.
    """
    email = email.strip().lower()
    given_name, _, family_name = " ".join(name.split()).rpartition(" ")
    unknown = [role for role in roles if role not in ROLES]
    if unknown:
        raise Invalid(
            gettext("“%(word)s” is not a role. Roles are: %(roles)s.", word=unknown[0], roles=", ".join(ROLES))
        )
    if tier not in TIERS:
        raise Invalid(gettext("“%(word)s” is not a tier. Tiers are: %(tiers)s.", word=tier, tiers=", ".join(TIERS)))
    if not ADDRESS.fullmatch(email):
        raise Invalid(gettext("“%(word)s” is not a mail address, such as ana@example.com.", word=email))
    if not name.strip():
        raise Invalid(gettext("The name is empty."))
    person = Person(
        email=email,
        given_name=given_name or family_name,
        family_name=family_name if given_name else "",
        tier=tier,
        password_hash=passwords.hashed(password) if password is not None else None,
    )
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(gettext("%(email)s is somebody’s address already.", email=email)) from error
    session.add_all(PersonRole(person_id=person.id, role=role) for role in sorted(set(roles)))
    announce(session, PeopleChanged(frozenset({person.id})))
    audit.record(session, "added a person", f"person:{person.id}", actor_id=actor_id, roles=sorted(set(roles)))
    return person


def unit(session: Session, path: str) -> Unit:
    """The unit with this path, such as `Benelux/Customer care`, made with those above it when it is not there."""
    found = session.scalar(select(Unit).where(Unit.path == path))
    if found is None:
        above, _, _ = path.rpartition("/")
        found = Unit(path=path, parent_id=unit(session, above).id if above else None)
        session.add(found)
        session.flush()
    return found
