"""Giving a course to people by hand, with a last day and a reason."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment, EnrollmentChange
from courses.events import EnrollmentsChanged
from lms.base import audit, clock
from lms.base.db import insert_many
from lms.base.events import announce
from lms.people.models import Person


@dataclass(frozen=True)
class Given:
    """Who takes the course now by this deed, and who does not because she takes it already or has completed it."""

    given: frozenset[int]
    takes: frozenset[int] = frozenset()
    completed: frozenset[int] = frozenset()


def give(
    session: Session, person_ids: Collection[int], course_id: int, *, due_on: date, reason: str, by_id: int
) -> Given:
    """Give a course to people until a day. Who takes it with a day already keeps that one: extending is another deed.

    A course somebody began by herself, or that no rule asks for any more, gets the day. As many statements for one
    person as for a hundred. Announces the change.
    """
    ordered = sorted(person_ids)
    session.execute(select(Person.id).where(Person.id.in_(ordered)).order_by(Person.id).with_for_update(key_share=True))
    newest = {one.person_id: one for one in session.scalars(_newest(ordered, course_id))}
    dated = {id: one for id, one in newest.items() if one.completed_at is None and _has_no_day(one)}
    completed = frozenset(id for id, one in newest.items() if one.completed_at is not None)
    new = [id for id in ordered if id not in newest]
    _enroll(session, new, course_id, due_on, by_id)
    _set_day(session, dated, due_on, by_id)
    before = {id: one.due_on for id, one in dated.items()}
    _tell(session, [*new, *dated], course_id, before, due_on, reason, by_id)
    found = Given(frozenset([*new, *dated]), frozenset(newest.keys() - dated.keys() - completed), completed)
    if found.given:
        announce(session, EnrollmentsChanged(person_ids=found.given))
    return found


def _newest(person_ids: Collection[int], course_id: int) -> Select[Enrollment]:
    newer = aliased(Enrollment)
    later = select(newer.id).where(
        newer.person_id == Enrollment.person_id,
        newer.course_id == Enrollment.course_id,
        newer.cycle > Enrollment.cycle,
    )
    return select(Enrollment).where(
        Enrollment.person_id.in_(person_ids), Enrollment.course_id == course_id, ~later.exists()
    )


def _has_no_day(enrollment: Enrollment) -> bool:
    return enrollment.due_on is None or enrollment.paused_at is not None


def _enroll(session: Session, person_ids: Collection[int], course_id: int, due_on: date, by_id: int) -> None:
    common: dict[str, Any] = {
        "course_id": course_id,
        "cycle": 1,
        "enrolled_at": clock.now(),
        "assigned_by": by_id,
        "due_on": due_on,
    }
    common |= {"leave_days": 0, "missing": ""}
    rows = [{"uid": secrets.token_hex(16), "person_id": id, **common} for id in person_ids]
    insert_many(session, Enrollment, rows)


def _set_day(session: Session, dated: dict[int, Enrollment], due_on: date, by_id: int) -> None:
    if dated:
        values = {"due_on": due_on, "assigned_by": by_id, "paused_at": None, "rule_id": None, "missing": ""}
        values |= {"based_on": None, "leave_days": 0}
        ids = [one.id for one in dated.values()]
        session.execute(update(Enrollment).where(Enrollment.id.in_(ids)).values(**values))


def _tell(
    session: Session,
    person_ids: Collection[int],
    course_id: int,
    before: dict[int, date | None],
    due_on: date,
    reason: str,
    by_id: int,
) -> None:
    open_ones = select(Enrollment.id, Enrollment.person_id).where(
        Enrollment.person_id.in_(person_ids), Enrollment.course_id == course_id, Enrollment.completed_at.is_(None)
    )
    common = {"at": clock.now(), "kind": "assigned", "due_after": due_on, "reason": reason, "by_id": by_id}
    changes = [
        {"enrollment_id": id, "due_before": before.get(person_id), **common}
        for id, person_id in session.execute(open_ones.order_by(Enrollment.id))
    ]
    insert_many(session, EnrollmentChange, changes)
    told = {"due_on": due_on.isoformat(), "reason": reason}
    subjects = [f"person:{id}" for id in sorted(person_ids)]
    audit.record_all(session, "gave a course", subjects, actor_id=by_id, course=course_id, **told)
