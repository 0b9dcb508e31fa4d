"""What the hub should look at: data that is missing, people without a manager, mail that did not arrive."""

from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment
from lms.base.outbox import OutboxMessage
from lms.people.models import Person


@dataclass(frozen=True)
class Gaps:
    """How many courses of people have no due day because data is missing, people whose manager is gone, and mails
    that were given up."""

    without_day: int
    orphans: int
    dead_letters: int

    @property
    def any(self) -> bool:
        return bool(self.without_day or self.orphans or self.dead_letters)


def read(session: Session) -> Gaps:
    """What there is to look at. One statement."""
    manager, report = aliased(Person), aliased(Person)
    gone = exists().where(manager.id == Person.manager_id, manager.status == "left")
    leads = exists().where(report.manager_id == Person.id)
    without_day = select(func.count(Enrollment.id)).where(
        Enrollment.missing != "", Enrollment.completed_at.is_(None), Enrollment.paused_at.is_(None)
    )
    orphans = select(func.count(Person.id)).where(
        Person.status != "left", or_(gone, Person.manager_id.is_(None) & ~leads)
    )
    dead = select(func.count(OutboxMessage.id)).where(OutboxMessage.state == "dead", OutboxMessage.error != "erased")
    row = session.execute(
        select(without_day.scalar_subquery(), orphans.scalar_subquery(), dead.scalar_subquery())
    ).one()
    return Gaps(*row)
