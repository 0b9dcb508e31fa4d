"""What must happen to certificates once a day. Doing it again on the same day changes nothing."""

from datetime import timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import days, history, ladder, mail
from certificates.models import Authorization, AuthorizationStatus, Certificate
from certificates.permissions import holds, letters
from lms.base import clock
from lms.base.db import parts
from lms.people.models import Person

TERM_OVER = "term over"
GRACE_OVER = "put away: no longer shown as lapsed"
UNANSWERED = "Nobody answered in time. Please ask again."
UNANSWERED_DAYS = 90
"""So long a request waits for an answer; the days of the ladder are those of the term, not of asking."""
REMIND_BEFORE = (60, 30, 7)
"""Days before the end on which holders are reminded. Source: lifecycle rules of the domain description."""


def expire(session: Session) -> int:
    """Have every permission whose last day is past expire; returns how many."""
    past = (Authorization.status.in_(("active", "suspended")), Authorization.ends_on < days.today())
    over = 0
    for some in parts(sorted(set(session.scalars(select(Authorization.person_id).where(*past))))):
        holds.lock(session, some)
        rows = select(Authorization.id).where(Authorization.person_id.in_(some), *past).order_by(Authorization.id)
        found = session.scalars(rows.with_for_update()).all()
        history.record_all(session, found, "expired", TERM_OVER)
        holds.close_by_rule(session, found, TERM_OVER)
        over += len(found)
    return over


def archive(session: Session) -> int:
    """Put away what expired longer ago than its level shows it as lapsed; returns how many."""
    away = 0
    for level in ladder.levels(session):
        last = days.today() - timedelta(days=level.grace_days)
        lapsed = select(Authorization.id).where(
            Authorization.status == "expired", Authorization.level_id == level.id, Authorization.ends_on < last
        )
        found = session.scalars(lapsed.order_by(Authorization.id).with_for_update()).all()
        history.record_all(session, found, "archived", GRACE_OVER)
        away += len(found)
    return away


def decline_unanswered(session: Session) -> int:
    """Close requests that nobody answered for long, or whose certificate is past; returns how many.

    Who asked is told, and can ask again.
    """
    asked = select(func.min(AuthorizationStatus.at)).where(AuthorizationStatus.authorization_id == Authorization.id)
    long_ago = asked.scalar_subquery() < clock.now() - timedelta(days=UNANSWERED_DAYS)
    waiting = select(Authorization.id).where(
        Authorization.status == "requested", or_(long_ago, Authorization.ends_on < days.today())
    )
    found = session.scalars(waiting.order_by(Authorization.id).with_for_update()).all()
    history.record_all(session, found, "declined", UNANSWERED)
    for number in found:
        letters.declined(session, number)
    return len(found)


def remind(session: Session) -> int:
    """Remind holders whose authorization ends in at most 60, 30 or 7 days, once for each; returns how many were due.

    Whoever is reminded late (the job did not run for a while) gets only the most urgent of the reminders missed.
    Nobody is reminded who has left or is away, or who holds a newer certificate of the level.
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
            Person.status == "active",
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
