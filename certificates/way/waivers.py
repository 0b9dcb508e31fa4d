"""Prior learning: the hub recognizes what somebody proved elsewhere, with a reason: she need not do it again."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certificates import awards, days, ladder
from certificates.way.models import Waiver
from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people import directory
from lms.people.models import Person

LEAST_REASON = 20
"""Letters a reason has at least."""


@dataclass(frozen=True)
class WaiverRow:
    """A requirement that somebody need not meet, as the hub sees it."""

    id: int
    level_id: int
    kind: str
    slug: str
    reason: str
    since: date
    by_name: str


def grant_waiver(
    session: Session, person_id: int, level_code: str, kind: str, slug: str, *, reason: str, by_id: int
) -> Waiver:
    """Recognize that somebody meets a requirement of a level; what becomes due by it is awarded at once.

    It counts the first time, not for a renewal. Raises `Forbidden` for oneself, `Invalid` for a requirement that the
    level does not have or a reason that is too short, `Conflict` when it is recognized already.
    """
    reason = reason.strip()
    if person_id == by_id:
        raise Forbidden(gettext("Nobody recognizes her own learning. Ask a colleague of the hub."))
    if len(reason) < LEAST_REASON:
        raise Invalid(gettext("Say in a sentence what shows it: at least %(count)s letters.", count=LEAST_REASON))
    person, level = directory.get(session, person_id), ladder.level(session, level_code)
    if (kind, slug) not in {(need.kind, need.slug) for need in level.needs_of(person.tier)}:
        raise Invalid(gettext("The level does not ask this person for that. Choose one of its requirements."))
    awards.locked(session, person_id)
    waiver = Waiver(
        person_id=person_id, level_id=level.id, kind=kind, slug=slug, reason=reason, by_id=by_id, at=clock.now()
    )
    try:
        with session.begin_nested():
            session.add(waiver)
    except IntegrityError as error:
        raise Conflict(gettext("This was recognized before. Nothing was changed.")) from error
    details = {"person": person_id, "level": level_code, "requirement": f"{kind}:{slug}", "reason": reason}
    audit.record(session, "recognized prior learning", f"waiver:{waiver.id}", actor_id=by_id, **details)
    awards.award(session, person_id)
    return waiver


def end_waiver(session: Session, waiver_id: int, *, by_id: int) -> None:
    """End a recognition: from now on the requirement counts again. Certificates awarded with it stay as they are.

    Raises `NotFound`, `Forbidden` for oneself, `Conflict` when it was ended before.
    """
    waiver = session.scalar(select(Waiver).where(Waiver.id == waiver_id).with_for_update())
    if waiver is None:
        raise NotFound
    if waiver.person_id == by_id:
        raise Forbidden
    if waiver.ended_at is not None:
        raise Conflict(gettext("This was ended before. Nothing was changed."))
    waiver.ended_at, waiver.ended_by_id = clock.now(), by_id
    session.flush()
    audit.record(session, "ended a recognition", f"waiver:{waiver_id}", actor_id=by_id, person=waiver.person_id)


def in_force(session: Session, person_id: int) -> list[WaiverRow]:
    """What was recognized for somebody and is in force, oldest first. One statement."""
    rows = session.execute(
        select(Waiver, Person.given_name, Person.family_name)
        .join(Person, Person.id == Waiver.by_id)
        .where(Waiver.person_id == person_id, Waiver.ended_at.is_(None))
        .order_by(Waiver.id)
    )
    return [
        WaiverRow(
            one.id, one.level_id, one.kind, one.slug, one.reason, days.day_of(one.at), f"{given} {family}".strip()
        )
        for one, given, family in rows
    ]
