"""What a manager does for her people from their pages: a nudge in her own words, a course with a last day."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from courses import catalog, giving
from courses.catalog import CourseView
from lms.assignments import extending
from lms.assignments.models import Exemption
from lms.base import audit, clock
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.people import deputies
from lms.people.models import Person
from lms.reminders import personal
from lms.reminders.personal import Reader, Writer
from lms.reports import reach
from lms.reports.counters.models import CountedCourse, CountedPerson
from lms.reports.hands import WEEK, last_nudge
from lms.reports.lines import is_uid

AT_ONCE = 100
"""So many people are written to, or given a course, at once."""
LONGEST = 1000
_BLANK = re.compile(r"\{([^{}]{1,40})\}")


@dataclass(frozen=True)
class Actor:
    """Who is at the page. `email` is where those she writes to answer her."""

    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Gift:
    """A course by its address, with the last day and the reason."""

    course: str
    due_on: date
    reason: str


@dataclass(frozen=True)
class Somebody:
    """Somebody chosen: with the course it is about (in a nudge), and why she is left out, if she is."""

    id: int
    uid: str
    name: str
    given_name: str
    email: str
    language: str
    path: str
    course: CourseView | None = None
    left_out: str = ""

    @property
    def key(self) -> str:
        """How a form names her and the course."""
        return f"{self.uid}.{self.course.slug}" if self.course else self.uid


@dataclass(frozen=True)
class Chosen:
    """The people of a deed: whom it reaches and who is left out, each said why."""

    reached: tuple[Somebody, ...]
    left_out: tuple[Somebody, ...] = ()


def chosen_for_nudge(session: Session, viewer_id: int, who: Sequence[str], today: date) -> Chosen:
    """Whom a nudge would reach now: `who` names people by uid, or by uid and course (`uid.slug`).

    Without a course it is the one due first. Raises `NotFound` for people whom the viewer may not see. Three
    statements.
    """
    wanted = _wanted(who)
    courses = {course.id: course for course in catalog.live(session)}
    rows = _rows(session, viewer_id, wanted, today)
    open_ones: dict[int, list[int]] = {}
    statement = select(CountedCourse.person_id, CountedCourse.course_id).where(CountedCourse.done.is_(False))
    by_day = statement.where(CountedCourse.person_id.in_([row.id for row in rows])).order_by(CountedCourse.due_on)
    for person_id, course_id in session.execute(by_day):
        if course_id in courses:
            open_ones.setdefault(person_id, []).append(course_id)
    now = clock.now()
    people = [_to_nudge(row, [courses[id] for id in open_ones.get(row.id, [])], wanted[row.uid], now) for row in rows]
    return _parted(people)


def nudge(session: Session, actor: Actor, who: Sequence[str], words: str, today: date) -> Chosen:
    """Send people a manager's own words about a course each; returns who was reached and who was left out.

    Everybody gets at most one a week, whoever nudges. Raises `Invalid` for words that are missing or too long.
    """
    _check(words)
    uids = list(_wanted(who))
    lock = select(Person.id).where(Person.uid.in_(uids)).order_by(Person.id).with_for_update(key_share=True)
    session.execute(lock)
    found = chosen_for_nudge(session, actor.id, who, today)
    readers = [_reader(one, one.course) for one in found.reached if one.course]
    said = {one.id: _filled(words, one) for one in found.reached}
    personal.nudge(session, readers, said, Writer(actor.id, actor.name, actor.email))
    _note(session, "nudged somebody", actor, found.reached, today)
    return found


def chosen_for_course(session: Session, viewer_id: int, who: Sequence[str], today: date) -> tuple[Somebody, ...]:
    """The people named, whom the viewer may see; raises `NotFound` for others."""
    return tuple(_somebody(row) for row in _rows(session, viewer_id, _wanted(who), today))


def to_choose_from(session: Session, viewer_id: int, uids: Sequence[str], today: date) -> list[Somebody]:
    """The people named and a manager's direct reports, in order of name, at most 100 of each: to tick who it is for.

    Raises `NotFound` for people whom the viewer may not see.
    """
    named = chosen_for_course(session, viewer_id, uids, today) if uids else ()
    statement = _PEOPLE.where(CountedPerson.manager_id == viewer_id).order_by(Person.given_name, Person.id)
    reports = [_somebody(row) for row in session.execute(statement.limit(AT_ONCE))]
    return sorted({one.id: one for one in [*reports, *named]}.values(), key=lambda one: one.name.casefold())


def assign(session: Session, actor: Actor, who: Sequence[str], gift: Gift, today: date) -> Chosen:
    """Give people a course until a day, for a reason; who takes it, has completed it or is exempt is left out.

    Raises `NotFound` for a course there is not or people whom the actor may not see, `Invalid` for a day that is over
    or too far away.
    """
    if gift.due_on < today:
        raise Invalid(gettext("The last day is over. Choose today or a later day."))
    extending.check_not_too_late(session, gift.due_on, actor.id, today)
    course = catalog.get(session, gift.course)
    people = chosen_for_course(session, actor.id, who, today)
    free = _exempt(session, [one.id for one in people], course.id, today)
    given = giving.give(
        session,
        [one.id for one in people if one.id not in free],
        course.id,
        due_on=gift.due_on,
        reason=gift.reason,
        by_id=actor.id,
    )
    reasons = dict.fromkeys(free, gettext("need not take it"))
    reasons |= dict.fromkeys(given.takes, gettext("takes it already, with a day of its own"))
    reasons |= dict.fromkeys(given.completed, gettext("has completed it"))
    found = _parted([Somebody(**vars(one) | {"left_out": reasons.get(one.id, "")}) for one in people])
    readers = [_reader(one, course) for one in found.reached]
    writer = Writer(actor.id, actor.name, actor.email)
    personal.given(session, readers, writer, due_on=gift.due_on, reason=gift.reason)
    _note(session, "gave a course as a manager", actor, found.reached, today)
    return found


def _wanted(who: Sequence[str]) -> dict[str, str]:
    """The course (or none) by the uid of each person named; the first counts."""
    if len(who) > AT_ONCE:
        raise Invalid(gettext("Choose at most %(count)s people at once.", count=AT_ONCE))
    wanted: dict[str, str] = {}
    for one in who:
        uid, _, slug = one.partition(".")
        wanted.setdefault(uid, slug)
    if not wanted:
        raise Invalid(gettext("Nobody is chosen yet. Tick at least one person."))
    if not all(is_uid(uid) for uid in wanted):
        raise NotFound
    return wanted


_PEOPLE = select(
    Person.id,
    Person.uid,
    Person.given_name,
    Person.family_name,
    Person.email,
    Person.language,
    CountedPerson.path,
    CountedPerson.state,
    last_nudge(Person.id),
).join(CountedPerson, CountedPerson.person_id == Person.id)


def _rows(session: Session, viewer_id: int, wanted: Collection[str], today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    statement = _PEOPLE.where(Person.uid.in_(wanted), reach.condition(viewer_id, today)).order_by(Person.id)
    rows = session.execute(statement).all()
    if len(rows) < len(wanted):
        raise NotFound
    return rows


def _somebody(row: Row[*tuple[Any, ...]], course: CourseView | None = None, left_out: str = "") -> Somebody:
    name = f"{row.given_name} {row.family_name}".strip()
    return Somebody(row.id, row.uid, name, row.given_name, row.email, row.language, row.path, course, left_out)


def _to_nudge(row: Row[*tuple[Any, ...]], open_ones: Sequence[CourseView], slug: str, now: datetime) -> Somebody:
    course = next((one for one in open_ones if slug in {"", one.slug}), None)
    if row.state == "leave":
        return _somebody(row, course, gettext("is on leave"))
    if course is None:
        return _somebody(row, None, gettext("has no course to finish"))
    if row.nudged_at is not None and row.nudged_at > now - WEEK:
        return _somebody(row, course, gettext("was nudged less than a week ago"))
    return _somebody(row, course)


def _parted(people: Sequence[Somebody]) -> Chosen:
    return Chosen(tuple(one for one in people if not one.left_out), tuple(one for one in people if one.left_out))


def _check(words: str) -> None:
    if not words.strip():
        raise Invalid(gettext("Write a word or two: the message is empty."))
    if len(words) > LONGEST:
        raise Invalid(gettext("The message has %(length)s characters; %(most)s fit.", length=len(words), most=LONGEST))
    known = blanks()
    for blank in _BLANK.findall(words):
        if blank not in known:
            raise Invalid(
                gettext("“{%(blank)s}” stands for nothing. Use {first name} or {course}, or take it out.", blank=blank)
            )


def blanks() -> Mapping[str, str]:
    """What may stand in braces: in English and in the reader's language."""
    here = {gettext("first name"): "name", gettext("course"): "course"}
    return {"first name": "name", "course": "course"} | here


def _filled(words: str, one: Somebody) -> str:
    """The words with the name and the course in them. What is filled in is not looked at again."""
    title = one.course.titles.get(one.language) or one.course.titles.get("en", "") if one.course else ""
    values, known = {"name": one.given_name, "course": title}, blanks()
    return _BLANK.sub(lambda found: values[known[found[1]]], words)


def _reader(one: Somebody, course: CourseView) -> Reader:
    return Reader(one.id, one.email, one.given_name, one.language, course.id, course.slug, course.titles)


def _exempt(session: Session, person_ids: Collection[int], course_id: int, today: date) -> set[int]:
    statement = select(Exemption.person_id).where(
        Exemption.person_id.in_(person_ids),
        Exemption.course_id == course_id,
        Exemption.ended_at.is_(None),
        Exemption.from_on <= today,
        Exemption.until_on.is_(None) | (Exemption.until_on >= today),
    )
    return set(session.scalars(statement))


def _note(session: Session, deed: str, actor: Actor, people: Collection[Somebody], today: date) -> None:
    """Audit the deed for each person, with the manager for whom the actor stands in, if that is how she acts."""
    places = {one.person_id: one.name for one in deputies.standing_in(session, actor.id, today)}
    told = []
    for one in people:
        above = [int(number) for number in one.path.strip("/").split("/")][:-1]
        instead = None if actor.id in above else next((id for id in above if id in places), None)
        details = {"instead_of": instead, "by_name": actor.name, "for_name": places[instead]} if instead else {}
        told.append((f"person:{one.id}", details))
    audit.record_each(session, deed, told, actor_id=actor.id)
