"""Who else leads somebody beside the manager of the HR file, and who stands in for whom."""

from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import LINES, Deputy, Person, ReportingLine


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


def name_deputy(
    session: Session, manager_id: int, deputy_id: int, from_on: date, until_on: date, reason: str, *, by_id: int
) -> None:
    """Let somebody stand in for a manager, both days included. Raises `Invalid` and `Conflict`."""
    if deputy_id == manager_id:
        raise Invalid(gettext("Nobody stands in for herself. Choose somebody else."))
    if until_on < from_on:
        raise Invalid(gettext("The last day is before the first. Choose a later one."))
    if not session.scalar(select(Person.id).where(Person.manager_id == manager_id, Person.status != "left").limit(1)):
        raise Conflict(gettext("Nobody reports to this person, so there is nobody to stand in for."))
    session.add(
        Deputy(
            manager_id=manager_id,
            deputy_id=deputy_id,
            from_on=from_on,
            until_on=until_on,
            reason=reason,
            named_by_id=by_id,
            named_at=clock.now(),
        )
    )
    audit.record(
        session,
        "named a deputy",
        f"person:{manager_id}",
        actor_id=by_id,
        deputy=deputy_id,
        from_on=from_on.isoformat(),
        until_on=until_on.isoformat(),
    )
    session.flush()


def end_deputy(session: Session, manager_id: int, number: int, *, by_id: int) -> None:
    """Let somebody no longer stand in for a manager. Raises `NotFound`."""
    ended = session.execute(
        update(Deputy)
        .where(Deputy.id == number, Deputy.manager_id == manager_id, Deputy.ended_at.is_(None))
        .values(ended_at=clock.now())
        .returning(Deputy.deputy_id)
    ).first()
    if ended is None:
        raise NotFound
    audit.record(session, "ended a deputy", f"person:{manager_id}", actor_id=by_id, deputy=ended.deputy_id)
