"""Forgetting somebody: what names her goes, and what the company has to prove stays, under no name.

What hangs on people in other parts is theirs to forget: they follow the event.
"""

import re

from sqlalchemy import ColumnElement, delete, exists, or_, select, true, update
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.db import parts
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.base.outbox import OutboxMessage
from lms.people import administrators
from lms.people.events import PeopleChanged, PersonErased
from lms.people.models import Person, PersonRole, SignIn

_TEXT = (OutboxMessage.subject, OutboxMessage.body)
GONE = "invalid"
"""The domain that no mail can ever go to. Source: RFC 2606."""


def by_email(session: Session, email: str) -> Person:
    """Who has this address. Raises `NotFound`."""
    person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    if person is None:
        raise NotFound(gettext("Nobody here has the address %(email)s.", email=email))
    return person


def erase(session: Session, person_id: int, reason: str, *, by_id: int | None = None) -> None:
    """Take somebody's name, address and sign-in out for good. It cannot be undone.

    Raises `NotFound`, `Invalid` without a reason, and `Conflict` when she was erased before, still leads
    people or is the last administrator.
    """
    if not reason.strip():
        raise Invalid(gettext("Say why in a few words: it is kept in the audit trail."))
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update(key_share=True))
    if person is None:
        raise NotFound
    if is_erased(person):
        raise Conflict(gettext("This person was erased before."))
    administrators.check_not_last(session, person_id)
    if session.scalar(select(exists().where(Person.manager_id == person_id, Person.status != "left"))):
        raise Conflict(gettext("People report to this person. Give them another manager first."))
    announce(session, PersonErased(person_id, reason, by_id))
    session.flush()
    _forget_mail(session, OutboxMessage.recipient == person.email, recipient=f"erased@{GONE}")
    for some in parts(_mail_about(session, person)):
        _forget_mail(session, OutboxMessage.id.in_(some))
    _forget(session, person)
    announce(session, PeopleChanged(frozenset({person_id})))
    audit.record(session, "erased a person", f"person:{person_id}", actor_id=by_id, reason=reason)


def is_erased(person: Person) -> bool:
    """Whether somebody was erased."""
    return person.email == f"erased-{person.uid}@{GONE}"


def _forget(session: Session, person: Person) -> None:
    person.email = f"erased-{person.uid}@{GONE}"
    person.given_name, person.family_name = "Erased", ""
    person.employee_id = person.unit_id = person.manager_id = person.hire_date = person.password_hash = None
    person.job = person.country = ""
    person.status, person.listed = "left", False
    for table in (SignIn, PersonRole):
        session.execute(delete(table).where(table.person_id == person.id))
    session.flush()


def _mail_about(session: Session, person: Person) -> list[int]:
    """Mail to others that names her in full or by address, but not mail to a namesake, who is greeted so."""
    namesake = select(Person.email).where(
        Person.id != person.id,
        Person.given_name == person.given_name,
        Person.family_name == person.family_name if person.family_name else true(),
    )
    last = person.name.split()[-1]
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.subject, OutboxMessage.body).where(
            or_(*(part.icontains(words, autoescape=True) for part in _TEXT for words in (last, person.email))),
            OutboxMessage.recipient.not_in(namesake),
        )
    )
    name = r"\s+".join(re.escape(word) for word in person.name.split())
    named = re.compile(rf"(?<!\w)(?:{name}|{re.escape(person.email)})(?!\w)", re.IGNORECASE)
    return [row.id for row in rows if named.search(row.subject) or named.search(row.body)]


def _forget_mail(session: Session, which: ColumnElement[bool], **more: str) -> None:
    """What waits is not sent any more, and what was sent is not kept."""
    waits = update(OutboxMessage).where(which, OutboxMessage.state == "queued")
    session.execute(waits.values(state="dead", error="erased"))
    session.execute(update(OutboxMessage).where(which).values(subject="", body="", **more))
