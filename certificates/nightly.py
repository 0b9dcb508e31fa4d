"""What must happen to certificates once a day. Doing it again on the same day changes nothing."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from certificates import days, history, mail
from certificates.models import Authorization, Certificate
from lms.people.models import Person

TERM_OVER = "term over"
REMIND_BEFORE = (60, 30, 7)
"""Days before the end on which holders are reminded. Source: lifecycle rules of the domain description."""


def expire(session: Session) -> int:
    """End every authorization whose last day is past; returns how many."""
    over = session.scalars(
        select(Authorization)
        .where(Authorization.status.in_(("active", "suspended", "requested")), Authorization.ends_on < days.today())
        .order_by(Authorization.id)
        .with_for_update()
    ).all()
    for authorization in over:
        history.record(session, authorization, "ended", TERM_OVER)
    return len(over)


def remind(session: Session) -> int:
    """Remind holders whose authorization ends in at most 60, 30 or 7 days, once for each; returns how many were due.

    Whoever is reminded late (the job did not run for a while) gets only the most urgent of the reminders missed.
    Nobody is reminded who has left or who holds a newer certificate of the level.
    """
    today = days.today()
    newer = aliased(Certificate)
    rows = session.execute(
        select(Certificate, Person)
        .join(Authorization, Authorization.certificate_id == Certificate.id)
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Authorization.status == "active",
            Authorization.ends_on >= today,
            Authorization.ends_on <= today + timedelta(days=max(REMIND_BEFORE)),
            Person.status != "left",
            ~select(newer.id)
            .where(
                newer.person_id == Certificate.person_id,
                newer.level_id == Certificate.level_id,
                newer.cycle > Certificate.cycle,
            )
            .exists(),
        )
        .order_by(Certificate.id)
    )
    count = 0
    for certificate, person in rows.all():
        left = (certificate.valid_until - today).days
        step = min(before for before in REMIND_BEFORE if left <= before)
        count += mail.remind(session, certificate, person, step)
    return count
