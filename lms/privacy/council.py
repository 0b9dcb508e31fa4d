"""Works-council mode: whether it is on, and how small a group may be that is still shown."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.people.models import Person
from lms.privacy.models import WorksCouncil

LEAST, MOST, USUAL = 2, 50, 5


@dataclass(frozen=True)
class Mode:
    """The mode while it is on: since when, and who turned it on."""

    smallest: int
    since: datetime
    by: str


def smallest(session: Session) -> int | None:
    """The number of people below which a group is not shown, or nothing while the mode is off."""
    return session.scalar(select(WorksCouncil.smallest))


def mode(session: Session) -> Mode | None:
    """The mode with who set it, or nothing while it is off. One statement."""
    row = session.execute(
        select(WorksCouncil, Person).outerjoin(Person, Person.id == WorksCouncil.set_by_id)
    ).one_or_none()
    return Mode(row[0].smallest, row[0].set_at, row[1].name if row[1] else "") if row else None


def turn_on(session: Session, smallest: int, *, by_id: int) -> None:
    """Hide groups smaller than a number, and log who looks at whom from now on. Raises `Invalid`."""
    if not LEAST <= smallest <= MOST:
        raise Invalid(gettext("Choose a number from %(least)s to %(most)s.", least=LEAST, most=MOST))
    found = session.get(WorksCouncil, 1, with_for_update=True) or WorksCouncil(id=1)
    found.smallest, found.set_by_id, found.set_at = smallest, by_id, clock.now()
    session.add(found)
    session.flush()
    audit.record(session, "turned works-council mode on", "works_council:1", actor_id=by_id, smallest=smallest)


def turn_off(session: Session, *, by_id: int) -> None:
    """Show every group again, and stop the log. What was logged stays until its term is over."""
    found = session.get(WorksCouncil, 1, with_for_update=True)
    if found is not None:
        session.delete(found)
        session.flush()
        audit.record(session, "turned works-council mode off", "works_council:1", actor_id=by_id)
