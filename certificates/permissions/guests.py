"""Guests and partners who speak for the company: somebody answers for them, and their contract has a last day."""

from datetime import date

from sqlalchemy.orm import Session

from certificates import days
from certificates.permissions import deciders, holds, letters
from certificates.permissions.models import Guest, Hold
from lms.base import audit
from lms.base.errors import Forbidden, Invalid, NotFound
from lms.base.i18n import day, gettext
from lms.people import directory

ANSWERED_FOR = "Goes on: another colleague answers for the guest."


def register(
    session: Session, person_id: int, *, company: str, sponsor_id: int, contract_ends_on: date, by_id: int
) -> Guest:
    """Register somebody as a guest, or change what was registered, by the hub.

    A sponsor who works here ends the pause for the want of one. Raises `Forbidden`, `NotFound` and `Invalid`.
    """
    if by_id == person_id:
        raise Forbidden(gettext("Nobody decides about herself."))
    if "hub" not in deciders.roles_of(session, by_id):
        raise Forbidden(gettext("Only the social media hub does this."))
    guest, sponsor = directory.get(session, person_id), directory.get(session, sponsor_id)
    if guest.employee_id is not None:
        raise Invalid(gettext("%(name)s works here: a guest is somebody from outside.", name=guest.name))
    words = " ".join(company.split())
    if not words:
        raise Invalid(gettext("Name the company that %(name)s works for.", name=guest.name))
    if sponsor_id == person_id or sponsor.status == "left" or session.get(Guest, sponsor_id) is not None:
        raise Invalid(gettext("Choose a colleague who works here to answer for %(name)s.", name=guest.name))
    if contract_ends_on < days.today():
        raise Invalid(
            gettext("The contract cannot have ended on %(day)s: choose today or later.", day=day(contract_ends_on))
        )
    holds.lock(session, [person_id])
    found = session.get(Guest, person_id, populate_existing=True) or Guest(person_id=person_id)
    found.company, found.sponsor_id, found.contract_ends_on = words, sponsor_id, contract_ends_on
    session.add(found)
    session.flush()
    details = {"sponsor": sponsor_id, "until": contract_ends_on.isoformat()}
    audit.record(session, "registered a guest", f"person:{person_id}", actor_id=by_id, **details)
    letters.sponsored(session, found, guest, sponsor)
    by_rule = (Hold.person_id == person_id, Hold.cause == "contract", Hold.placed_by_id.is_(None))
    holds.lift_where(session, ANSWERED_FOR, *by_rule, by_id=by_id)
    return found


def get(session: Session, person_id: int) -> Guest:
    """What is registered about a guest. Raises `NotFound`."""
    found = session.get(Guest, person_id)
    if found is None:
        raise NotFound
    return found
