"""Who else leads somebody beside the manager of the HR file."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import LINES, Person, ReportingLine


def add(session: Session, person_id: int, manager_id: int, kind: str, *, by_id: int) -> None:
    """Give somebody a second manager or one by a dotted line. Raises `Invalid` and `Conflict`."""
    if kind not in LINES:
        raise Invalid(gettext("Choose a second manager or a dotted line."))
    if manager_id == person_id:
        raise Invalid(gettext("Nobody is her own manager. Choose somebody else."))
    official = session.scalar(select(Person.manager_id).where(Person.id == person_id).with_for_update(key_share=True))
    if official == manager_id:
        raise Conflict(gettext("This is her manager already."))
    if session.get(ReportingLine, (person_id, manager_id)) is not None:
        raise Conflict(gettext("This line is there already."))
    session.add(
        ReportingLine(person_id=person_id, manager_id=manager_id, kind=kind, noted_by_id=by_id, noted_at=clock.now())
    )
    audit.record(
        session, "added a reporting line", f"person:{person_id}", actor_id=by_id, manager=manager_id, kind=kind
    )
    session.flush()


def remove(session: Session, person_id: int, manager_id: int, *, by_id: int) -> None:
    """Take a second manager or a dotted line away. Raises `NotFound`."""
    which = (ReportingLine.person_id == person_id, ReportingLine.manager_id == manager_id)
    if session.execute(delete(ReportingLine).where(*which).returning(ReportingLine.person_id)).first() is None:
        raise NotFound
    audit.record(session, "removed a reporting line", f"person:{person_id}", actor_id=by_id, manager=manager_id)
