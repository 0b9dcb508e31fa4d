"""Finding a colleague by what somebody types: a mail address or a name."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.people.models import Person, PersonRole

SUGGESTED = 100
"""How many colleagues a field offers while one types; everybody else is found by name or address."""


def find(session: Session, typed: str) -> Person:
    """The colleague with this mail address or this whole name, in whatever case.

    Raises `Invalid` when nobody or more than one is called so.
    """
    typed = " ".join(typed.split())
    words, whole = typed.lower(), func.trim(Person.given_name + " " + Person.family_name)
    called = or_(Person.email == words, whole == typed, func.lower(whole) == words)
    found = session.scalars(select(Person).where(called, Person.status != "left").limit(2)).all()
    if not words:
        raise Invalid(gettext("Type a name or a mail address."))
    if not found:
        raise Invalid(
            gettext("Nobody here is called “%(words)s”. Type the whole name or the mail address.", words=typed)
        )
    if len(found) > 1:
        raise Invalid(gettext("Several people are called “%(words)s”. Type the mail address instead.", words=typed))
    return found[0]


def suggestions(session: Session, *roles: str) -> list[tuple[str, str]]:
    """Mail address and name of colleagues to offer while one types, those with one of the roles first."""
    has_role = (
        select(PersonRole.person_id).where(PersonRole.person_id == Person.id, PersonRole.role.in_(roles)).exists()
    )
    rows = session.execute(
        select(Person.email, Person.given_name, Person.family_name)
        .where(Person.status != "left")
        .order_by(has_role.desc(), Person.given_name, Person.family_name, Person.id)
        .limit(SUGGESTED)
    )
    return [(email, f"{given} {family}".strip()) for email, given, family in rows]
