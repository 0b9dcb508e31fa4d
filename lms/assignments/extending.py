"""Exceptions that a person decides: a later day for one enrollment, and exemption from a course."""

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certificates import days
from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.events import EnrollmentsChanged
from courses.models import Course
from lms.assignments import keeping, wanted
from lms.assignments.models import Exemption
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.events import announce
from lms.base.i18n import day, gettext
from lms.people.models import Person, PersonRole

NEAR, FAR = timedelta(days=366), timedelta(days=3 * 366)
"""How far from today a due day may lie that somebody sets by hand: a manager; an administrator or the hub."""


def extend(session: Session, enrollment_id: int, due_on: date, *, reason: str, by_id: int) -> Enrollment:
    """Give somebody until a later day for a course, for a reason. Who may is for the caller to check.

    Raises `NotFound`, `Conflict` when the course is completed, paused or has no due day, `Invalid` when the day is not
    later than the one it is due, is over or too far away, or the reason is empty.
    """
    reason = _said(reason)
    locked = select(Enrollment).where(Enrollment.id == enrollment_id).with_for_update(key_share=True)
    found = session.scalar(locked.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    _may_be_extended(found, due_on)
    check_not_too_late(session, due_on, by_id, days.today())
    before, found.due_on = found.due_on, due_on
    session.add(
        EnrollmentChange(
            enrollment_id=found.id,
            at=clock.now(),
            kind="extended",
            due_before=before,
            due_after=due_on,
            rule_id=found.rule_id,
            reason=reason,
            by_id=by_id,
        )
    )
    told = {"person": found.person_id, "due_on": due_on.isoformat(), "reason": reason}
    audit.record(session, "gave more time for a course", f"enrollment:{found.id}", actor_id=by_id, **told)
    session.flush()
    announce(session, EnrollmentsChanged(person_ids=frozenset({found.person_id})))
    return found


def _may_be_extended(found: Enrollment, due_on: date) -> None:
    if found.completed_at is not None:
        raise Conflict(gettext("This course is completed already. Nothing is due."))
    if found.paused_at is not None:
        raise Conflict(gettext("Nothing asks for this course at present, so there is no day to move."))
    if found.due_on is None:
        raise Conflict(gettext("This course has no due day that could be moved."))
    if due_on <= found.due_on:
        raise Invalid(gettext("Choose a day after %(day)s, on which it is due now.", day=day(found.due_on)))
    if due_on < days.today():
        raise Invalid(gettext("Choose a day that is still to come."))


def check_not_too_late(session: Session, due_on: date, by_id: int, today: date) -> None:
    """Raise `Invalid` for a due day further away than somebody may set: a year, for administrators and the hub three.

    It keeps a slip of the year from letting people off for good, which is what an exemption is for.
    """
    roles = select(PersonRole.role).where(PersonRole.person_id == by_id, PersonRole.role.in_(("administrator", "hub")))
    last = today + (FAR if session.scalar(roles.limit(1)) is not None else NEAR)
    if due_on > last:
        raise Invalid(gettext("That day is too far away. Choose %(day)s or an earlier day.", day=day(last)))


def exempt(
    session: Session, person_id: int, course_id: int, *, until_on: date | None, reason: str, by_id: int
) -> Exemption:
    """Let somebody not take a course until a day, or for good, for a reason. Her open enrollment is paused.

    Raises `NotFound`, `Conflict` when she is exempt already, `Invalid` for a day that is over or an empty reason.
    """
    reason, today = _said(reason), days.today()
    if until_on is not None and until_on < today:
        raise Invalid(gettext("Choose a last day that is still to come, or none when it holds for good."))
    course = session.scalar(select(Course.id).where(Course.id == course_id))
    locked = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    if course is None or session.scalar(locked) is None:
        raise NotFound
    if _standing(session, person_id, course_id, today) is not None:
        raise Conflict(gettext("She or he is exempt from this course already. End that first."))
    made = Exemption(
        person_id=person_id,
        course_id=course_id,
        from_on=today,
        until_on=until_on,
        reason=reason,
        given_by_id=by_id,
        given_at=clock.now(),
    )
    session.add(made)
    told = {"person": person_id, "until_on": until_on.isoformat() if until_on else None, "reason": reason}
    audit.record(session, "exempted somebody from a course", f"course:{course_id}", actor_id=by_id, **told)
    _keep(session, person_id, course_id)
    return made


def end_exemption(session: Session, exemption_id: int, *, by_id: int) -> Exemption:
    """End an exemption now: what is asked of her is asked again. Raises `NotFound`, `Conflict` when it has ended."""
    locked = select(Exemption).where(Exemption.id == exemption_id).with_for_update(key_share=True)
    found = session.scalar(locked.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    if found.ended_at is not None or (found.until_on is not None and found.until_on < days.today()):
        raise Conflict(gettext("This exemption has ended already."))
    found.ended_at = clock.now()
    told = {"person": found.person_id, "exemption": found.id}
    audit.record(session, "ended an exemption from a course", f"course:{found.course_id}", actor_id=by_id, **told)
    _keep(session, found.person_id, found.course_id)
    return found


def _standing(session: Session, person_id: int, course_id: int, today: date) -> Exemption | None:
    return session.scalar(
        select(Exemption)
        .where(Exemption.person_id == person_id, Exemption.course_id == course_id, Exemption.ended_at.is_(None))
        .where(or_(Exemption.until_on.is_(None), Exemption.until_on >= today))
        .limit(1)
    )


def _keep(session: Session, person_id: int, course_id: int) -> None:
    rules = wanted.asking(session, [course_id]).get(course_id, [])
    keeping.keep(session, course_id, rules, [person_id])
    announce(session, EnrollmentsChanged(person_ids=frozenset({person_id})))


def _said(reason: str) -> str:
    if not reason.strip():
        raise Invalid(gettext("Say why, in a few words. Others read it later."))
    return reason.strip()
