"""Who is away from work, from when until when: the first and the last day are both away."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.db import parts
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.events import announce
from lms.base.i18n import day, gettext
from lms.people import changing, directory
from lms.people.events import PeopleChanged
from lms.people.models import Absence, Person

Span = tuple[date, date | None]
"""First and last day; without a last day, until further notice."""
_LARGE = 5000


def begin(
    session: Session,
    person_id: int,
    from_on: date,
    until_on: date | None,
    *,
    source: str = "hand",
    by_id: int | None = None,
) -> Absence:
    """Note that somebody is away; when that is today, her status becomes `leave`. `until_on` may be open.

    Raises `NotFound`, `Invalid` when it would end before it begins, and `Conflict` when she is away on one of these
    days already, or left.
    """
    if until_on is not None and until_on < from_on:
        raise Invalid(gettext("The last day away is before the first. Check both days."))
    changing.take_turns(session)
    person = directory.get(session, person_id)
    if person.status == "left":
        raise Conflict(gettext("%(name)s does not work here any more.", name=person.name))
    for other in of(session, person_id):
        if (until_on is None or other.from_on <= until_on) and (other.until_on is None or other.until_on >= from_on):
            first = day(other.from_on)
            raise Conflict(gettext("An absence that begins on %(day)s is noted already: change that one.", day=first))
    absence = Absence(
        person_id=person_id, from_on=from_on, until_on=until_on, source=source, noted_by_id=by_id, noted_at=clock.now()
    )
    session.add(absence)
    _settle(session, person)
    about = {"from_on": from_on.isoformat(), "until_on": until_on and until_on.isoformat()}
    audit.record(session, "noted an absence", f"person:{person_id}", actor_id=by_id, **about)
    return absence


def end(session: Session, absence_id: int, last_on: date, *, by_id: int | None = None) -> None:
    """Say on which day an absence ends, or ended; an absence that would end before it began is taken away.

    Raises `NotFound`.
    """
    changing.take_turns(session)
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound
    person = directory.get(session, absence.person_id)
    if last_on < absence.from_on:
        session.delete(absence)
    else:
        absence.until_on = last_on
    _settle(session, person)
    subject = f"person:{person.id}"
    audit.record(session, "ended an absence", subject, actor_id=by_id, last_on=last_on.isoformat())


def of(session: Session, person_id: int) -> list[Absence]:
    """All absences of a person, the oldest first."""
    statement = select(Absence).where(Absence.person_id == person_id).order_by(Absence.from_on, Absence.id)
    return list(session.scalars(statement))


def spans(session: Session, person_ids: Collection[int]) -> dict[int, list[Span]]:
    """When these people are away, for who is: from and until, the oldest first. One statement for 5,000 people."""
    statement = select(Absence.person_id, Absence.from_on, Absence.until_on).order_by(Absence.from_on, Absence.id)
    found: dict[int, list[Span]] = {}
    wanted = set(person_ids)
    asked = [statement] if len(wanted) > _LARGE else [statement.where(Absence.person_id.in_(sorted(wanted)))]
    for one in asked:
        for person_id, from_on, until_on in session.execute(one):
            if person_id in wanted:
                found.setdefault(person_id, []).append((from_on, until_on))
    return found


def days_between(session: Session, person_ids: Collection[int], from_on: date, until_on: date) -> dict[int, int]:
    """How many days each of these people is away from one day until another, both included; who is not, is left out."""
    found = {one: days_in(away, from_on, until_on) for one, away in spans(session, person_ids).items()}
    return {person_id: count for person_id, count in found.items() if count}


def days_in(away: Iterable[Span], from_on: date, until_on: date) -> int:
    """How many days of a time are away: days that two absences have in common count once. Both ends are included."""
    count, next_free = 0, from_on
    for first, last in sorted(away, key=lambda span: span[0]):
        begins = max(first, next_free)
        ends = min(last or until_on, until_on)
        if ends >= begins:
            count += (ends - begins).days + 1
            next_free = date.fromordinal(ends.toordinal() + 1) if ends < date.max else ends
    return count


def bring_up_to_date(session: Session) -> int:
    """Put people on leave whose absence has begun, and those back whose absence noted by hand is over; for the night.

    Who is on leave by HR's word stays so until HR says otherwise. Returns how many people changed.
    """
    today = clock.today()
    running = exists().where(
        Absence.person_id == Person.id,
        Absence.from_on <= today,
        or_(Absence.until_on.is_(None), Absence.until_on >= today),
    )
    over = exists().where(Absence.person_id == Person.id, Absence.source == "hand", Absence.until_on < today)
    away = session.scalars(select(Person.id).where(Person.status == "active", running)).all()
    back = session.scalars(select(Person.id).where(Person.status == "leave", ~running, over)).all()
    changed = sorted({*away, *back})
    if changed:
        changing.note_past(session, changed)
        statuses: Mapping[str, Collection[int]] = {"leave": away, "active": back}
        for status, ids in statuses.items():
            for some in parts(sorted(ids)):
                for person in session.scalars(select(Person).where(Person.id.in_(some)).order_by(Person.id)):
                    person.status = status
        session.flush()
        announce(session, PeopleChanged(frozenset(changed)))
    return len(changed)


def _settle(session: Session, person: Person) -> None:
    """Have the status say what the absences say of today, and tell the others."""
    session.flush()
    today = clock.today(person.time_zone)
    away = any(
        one.from_on <= today and (one.until_on is None or one.until_on >= today) for one in of(session, person.id)
    )
    status = "leave" if away else "active"
    if person.status != status:
        changing.note_past(session, [person.id])
        person.status = status
        session.flush()
    announce(session, PeopleChanged(frozenset({person.id})))
