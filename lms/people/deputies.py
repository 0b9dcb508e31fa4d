"""Standing in for a manager: who does, for whom, from when until when."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Deputy, Person

LONGEST = timedelta(days=366)
FOUND_AT_MOST = 20


@dataclass(frozen=True)
class StandIn:
    """Somebody stands in: `name` and `uid` are of the other of the two, whoever reads it."""

    id: int
    person_id: int
    uid: str
    name: str
    from_on: date
    until_on: date
    reason: str = ""
    ended: bool = False

    def state(self, today: date) -> str:
        """`coming`, `now` or `over`."""
        if self.ended or self.until_on < today:
            return "over"
        return "coming" if self.from_on > today else "now"


@dataclass(frozen=True)
class Wanted:
    """Who is to stand in, from a day until a day, both among them."""

    deputy_uid: str
    from_on: date
    until_on: date
    reason: str = ""


def holds(today: date) -> ColumnElement[bool]:
    """Whether somebody stands in on a day: a condition on `Deputy`."""
    return and_(Deputy.from_on <= today, Deputy.until_on >= today, Deputy.ended_at.is_(None))


def standing_in(session: Session, deputy_id: int, today: date) -> list[StandIn]:
    """For whom somebody stands in on a day, in order of the last day. One statement."""
    statement = _lines(Deputy.manager_id).where(Deputy.deputy_id == deputy_id, holds(today))
    return [_stand_in(row) for row in session.execute(statement.order_by(Deputy.until_on, Deputy.id))]


def of_manager(session: Session, manager_id: int) -> list[StandIn]:
    """Whom a manager has named, the latest first, at most 50."""
    statement = _lines(Deputy.deputy_id).where(Deputy.manager_id == manager_id)
    newest = statement.order_by(Deputy.from_on.desc(), Deputy.id.desc()).limit(50)
    return [_stand_in(row) for row in session.execute(newest)]


def search(session: Session, manager_id: int, words: str) -> list[Person]:
    """Colleagues at work whose name or address begins with the words, herself apart, at most 20.

    Each word has to begin the given name, the family name or the address.
    """
    statement = select(Person).where(Person.status == "active", Person.id != manager_id)
    for word in words.split()[:5]:
        begins = [column.istartswith(word, autoescape=True) for column in (Person.given_name, Person.family_name)]
        statement = statement.where(or_(*begins, Person.email.startswith(word.lower(), autoescape=True)))
    ordered = statement.order_by(Person.family_name, Person.given_name, Person.id)
    return list(session.scalars(ordered.limit(FOUND_AT_MOST))) if words.strip() else []


def name(session: Session, manager_id: int, wanted: Wanted, *, by_id: int) -> Deputy:
    """Let somebody stand in for a manager, named by herself or by an administrator (`by_id`).

    Raises `Invalid` with what would be right, `Conflict` when it overlaps or an administrator names one for somebody
    who leads nobody. `lms.reminders.deputizing.name` tells the one who is named as well.
    """
    manager = select(Person.id).where(Person.id == manager_id)
    session.execute(manager.with_for_update(key_share=True))
    from_on, until_on = wanted.from_on, wanted.until_on
    deputy = session.scalar(select(Person).where(Person.uid == wanted.deputy_uid, Person.status == "active"))
    if deputy is None:
        raise Invalid(gettext("Choose a colleague who is at work, from the list that the search finds."))
    by_herself = by_id == manager_id
    _check_days(manager_id, deputy, from_on, until_on, by_herself=by_herself)
    if not by_herself:
        _check_leads(session, manager_id)
    overlap = select(Deputy.id).where(
        Deputy.manager_id == manager_id,
        Deputy.deputy_id == deputy.id,
        Deputy.ended_at.is_(None),
        Deputy.from_on <= until_on,
        Deputy.until_on >= from_on,
    )
    if session.scalar(overlap.limit(1)) is not None:
        raise Conflict(
            gettext("%(name)s stands in for you in that time already.", name=deputy.name)
            if by_herself
            else gettext("%(name)s stands in for this person in that time already.", name=deputy.name)
        )
    days = {"from_on": from_on, "until_on": until_on, "reason": wanted.reason}
    named = Deputy(manager_id=manager_id, deputy_id=deputy.id, named_by_id=by_id, named_at=clock.now(), **days)
    session.add(named)
    session.flush()
    told = {"deputy": deputy.id, "from_on": from_on.isoformat(), "until_on": until_on.isoformat()}
    audit.record(session, "named a deputy", f"person:{manager_id}", actor_id=by_id, **told)
    return named


def end(session: Session, manager_id: int, deputy_row_id: int, *, by_id: int) -> None:
    """End a standing-in before its last day. Raises `NotFound` for what is not this manager's, or ended already."""
    found = session.scalar(
        select(Deputy)
        .where(Deputy.id == deputy_row_id, Deputy.manager_id == manager_id, Deputy.ended_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound
    found.ended_at = clock.now()
    audit.record(session, "ended a deputy", f"person:{manager_id}", actor_id=by_id, deputy=found.deputy_id)


def _stand_in(row: Row[*tuple[Any, ...]]) -> StandIn:
    return StandIn(*tuple(row))


def _lines(other: Any) -> Select[*tuple[Any, ...]]:
    person = aliased(Person)
    called = person.given_name + " " + person.family_name
    return select(
        Deputy.id,
        person.id,
        person.uid,
        called,
        Deputy.from_on,
        Deputy.until_on,
        Deputy.reason,
        Deputy.ended_at.is_not(None),
    ).join(person, person.id == other)


def _check_leads(session: Session, manager_id: int) -> None:
    if not session.scalar(select(Person.id).where(Person.manager_id == manager_id, Person.status != "left").limit(1)):
        raise Conflict(gettext("Nobody reports to this person, so there is nobody to stand in for."))


def _check_days(manager_id: int, deputy: Person, from_on: date, until_on: date, *, by_herself: bool) -> None:
    if deputy.id == manager_id:
        raise Invalid(
            gettext("Choose somebody else: you cannot stand in for yourself.")
            if by_herself
            else gettext("Nobody stands in for herself. Choose somebody else.")
        )
    if until_on < from_on:
        raise Invalid(gettext("The last day is before the first. Choose a last day on or after the first."))
    if until_on < clock.today():
        raise Invalid(gettext("The last day is over. Choose today or a later day."))
    if until_on - from_on > LONGEST:
        raise Invalid(gettext("Choose at most a year; you can name the same person again after that."))
