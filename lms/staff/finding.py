"""Finding the one person whom somebody means by what she types: an address, an employee number or a name."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.people.models import Person
from lms.staff.listing import named

SHOWN = 8


def one(session: Session, typed: str) -> int | None:
    """The number of the person meant, nothing for nothing. Raises `Invalid`, naming who could be meant."""
    typed = " ".join(typed.split())
    if not typed:
        return None
    exact = session.scalars(
        select(Person.id).where(
            (Person.email == typed.lower()) | (Person.employee_id == typed), Person.status != "left"
        )
    ).all()
    if len(exact) == 1:
        return exact[0]
    found = suggestions(session, typed)
    if len(found) == 1:
        number: int = found[0].id
        return number
    if not found:
        raise Invalid(
            gettext("Nobody who works here is called “%(words)s”, or has this address or number.", words=typed)
        )
    meant = ", ".join(f"{row.given_name} {row.family_name} ({row.email})" for row in found)
    raise Invalid(gettext("Several people could be meant: %(people)s. Enter the address of one.", people=meant))


def somebody(session: Session, typed: str) -> int:
    """The number of the person meant, where somebody has to be named. Raises `Invalid`."""
    found = one(session, typed)
    if found is None:
        raise Invalid(gettext("Enter an address, an employee number or a name."))
    return found


def uid(session: Session, typed: str) -> str:
    """The public id of the person meant, where somebody has to be named. Raises `Invalid`."""
    return session.scalars(select(Person.uid).where(Person.id == somebody(session, typed))).one()


def suggestions(session: Session, words: str) -> list[Row[Any]]:
    """The first few people whose name, address or number fits: `id`, `given_name`, `family_name`, `email`."""
    if not words.strip():
        return []
    statement = (
        select(Person.id, Person.given_name, Person.family_name, Person.email)
        .where(Person.status != "left", *named(words))
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(SHOWN)
    )
    return list(session.execute(statement))
