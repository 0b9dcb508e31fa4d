"""All counters made anew from people and enrollments, and compared with what they are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Row,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base import bulk
from lms.base.db import parts, rows
from lms.people.models import Person
from lms.reports.counters.contributions import ALL_THAT_COUNT, COUNTS, PEOPLE, Part
from lms.reports.counters.models import NO_COURSE, NO_DAY, CountedCourse, CountedPerson, Rollup
from lms.reports.counters.tree import joined

Sums = dict[Part, list[int]]
_DUE = case((Enrollment.completed_at.is_not(None), literal(NO_DAY)), else_=func.coalesce(Enrollment.due_on, NO_DAY))
_DONE = Enrollment.completed_at.is_not(None)
_STANDS: Select[Any] = select(Enrollment.person_id, Enrollment.course_id, _DUE, _DONE).join(
    Person, and_(Person.id == Enrollment.person_id, Person.status != "left")
)
COUNTED_COURSES = _STANDS.where(ALL_THAT_COUNT)


def rebuild(session: Session) -> int:
    """Compute all counters anew; returns how many people are counted. For `lms init`, imports of everybody, and repair.

    Only what is otherwise than it should be is written: most of the time of writing goes into the keys of each row.
    """
    session.flush()
    session.execute(_wrong_courses())
    count = _keep_people(session)
    session.execute(insert(CountedCourse).from_select(OF_COURSES, _missing_courses()))
    _set_next(session)
    _keep_sums(session, sums(session), literal(True))
    session.expire_all()
    return count


def rebuild_courses(session: Session, course_ids: Collection[int]) -> None:
    """Make the counters of some courses anew for everybody, and with them who has something due when."""
    session.flush()
    session.execute(delete(CountedCourse).where(CountedCourse.course_id.in_(course_ids)))
    stands = _STANDS.where(COUNTS, Enrollment.course_id.in_(course_ids))
    session.execute(insert(CountedCourse).from_select(OF_COURSES, stands))
    _set_next(session)
    concerned = or_(and_(Rollup.kind == "courses", Rollup.course_id.in_(course_ids)), Rollup.kind == "people")
    above = {row.person_id: row.manager_id for row in session.execute(_ABOVE)}
    direct = [*_courses_below(session, course_ids), *_people_below(session, "people")]
    _keep_sums(session, _upwards(direct, above), concerned)
    session.expire_all()


def fill(session: Session) -> int:
    """Make the counters when there are people and none was counted yet, as after an upgrade; returns how many."""
    there = session.scalar(select(func.count()).select_from(Person).where(Person.status != "left"))
    counted = session.scalar(select(func.count()).select_from(CountedPerson))
    return rebuild(session) if there and not counted else 0


def verify(session: Session) -> list[str]:
    """What the counters say that is not so, as at most a few sentences for whoever runs the system; empty when all is
    well. Everything is computed anew; nothing is changed."""
    people = {line[0]: line for line in _lines(session)}
    counted = {row.person_id: tuple(row) for row in session.execute(_PEOPLE)}
    wrong = [f"person {id} is counted otherwise than she stands" for id in _differing(people, counted)]
    due = {(row[0], row[1]): tuple(row[2:]) for row in session.execute(COUNTED_COURSES)}
    kept = {(row[0], row[1]): tuple(row[2:]) for row in session.execute(_KEPT)}
    wrong += [
        f"course {course} of person {id} is counted otherwise than it stands" for id, course in _differing(due, kept)
    ]
    expected = {row[:4]: row[4:] for row in _rows(sums(session))}
    found = {tuple(row[:4]): tuple(row[4:]) for row in session.execute(_SUMS.where(Rollup.count > 0))}
    wrong += [
        f"manager {key[0]}: {key[1]} of course {key[2]} on {key[3]} is {found.get(key)}, not {expected.get(key)}"
        for key in _differing(expected, found)
    ]
    return wrong


def _differing(one: Mapping[Any, Any], other: Mapping[Any, Any], at_most: int = 20) -> list[Any]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))[:at_most]


def forget_zeros(session: Session) -> int:
    """Remove counters that count nothing: days that are past and done. For the night; nobody may count beside it."""
    gone = delete(Rollup).where(Rollup.count == 0).returning(Rollup.manager_id)
    return len(session.execute(gone).all())


_BY_KEY = (Enrollment.person_id, Enrollment.course_id)
"""Rows that lie in the order of their key are written fastest in that order."""
OF_COURSES = ("person_id", "course_id", "due_on", "done")
ROLLUP = ("manager_id", "kind", "course_id", "day", "count", "done")
PERSON = ("person_id", "manager_id", "path", "state", "speaks_until")
_ABOVE = select(CountedPerson.person_id, CountedPerson.manager_id)
_PEOPLE = select(*(getattr(CountedPerson, name) for name in PERSON))
_KEPT = select(CountedCourse.person_id, CountedCourse.course_id, CountedCourse.due_on, CountedCourse.done)
_SUMS = select(Rollup.manager_id, Rollup.kind, Rollup.course_id, Rollup.day, Rollup.count, Rollup.done)


def _wrong_courses() -> Executable:
    """Forget every course that is counted of somebody otherwise than it stands."""
    same = (Enrollment.person_id == CountedCourse.person_id, Enrollment.course_id == CountedCourse.course_id)
    right = COUNTED_COURSES.where(*same, CountedCourse.due_on == _DUE, CountedCourse.done == _DONE)
    return delete(CountedCourse).where(~right.exists()).execution_options(synchronize_session=False)


def _missing_courses() -> Select[Any]:
    same = (CountedCourse.person_id == Enrollment.person_id, CountedCourse.course_id == Enrollment.course_id)
    return COUNTED_COURSES.where(~exists().where(*same)).order_by(*_BY_KEY)


def _keep_people(session: Session) -> int:
    """Have everybody counted under whom she stands; returns how many they are. Leavers lose their row."""
    lines = {line[0]: line for line in _lines(session)}
    known = {row[0]: tuple(row) for row in session.execute(_PEOPLE)}
    gone = sorted(known.keys() - lines.keys())
    for some in parts(gone):
        session.execute(delete(CountedCourse).where(bulk.among(CountedCourse.person_id, some)))
        session.execute(delete(CountedPerson).where(bulk.among(CountedPerson.person_id, some)))
    changed = [line for id, line in lines.items() if id in known and known[id] != line]
    bulk.update_rows(session, CountedPerson, PERSON[:1], PERSON[1:], changed)
    new = ((*line, NO_DAY) for id, line in sorted(lines.items()) if id not in known)
    bulk.insert_rows(session, CountedPerson, (*PERSON, "next_on"), new)
    return len(lines)


def _keep_sums(session: Session, expected: Mapping[int, Sums], concerned: ColumnElement[bool]) -> None:
    """Write the counters of every manager for whom they are otherwise than expected; `concerned` are those computed."""
    known: defaultdict[int, int] = defaultdict(int)
    wrong = set[int]()
    for manager, kind, course, day, *both in rows(session, _SUMS.where(concerned), {}):
        known[manager] += 1
        if expected.get(manager, {}).get((kind, course, day)) != both:
            wrong.add(manager)
    wrong |= {manager for manager, counters in expected.items() if known[manager] != len(counters)}
    for some in parts(sorted(wrong)):
        session.execute(delete(Rollup).where(bulk.among(Rollup.manager_id, some), concerned))
    bulk.insert_rows(session, Rollup, ROLLUP, sorted(_rows({id: expected.get(id, {}) for id in wrong})))


Line = tuple[int, int | None, str, str, date | None]
"""Person, whom she is counted under, her path, whether she is at work, and the last day she may speak."""


def _lines(session: Session) -> list[Line]:
    """Everybody who is counted, whoever is above before who is below. A loop is cut where its smallest number is."""
    people = {row.id: row for row in session.execute(PEOPLE.order_by(Person.id))}
    reports: defaultdict[int | None, list[int]] = defaultdict(list)
    for id, row in people.items():
        reports[row.manager_id if row.manager_id in people else None].append(id)
    found: dict[int, Line] = {}
    for top in [*reports[None], *people]:
        if top not in found:
            _below(top, people, reports, found)
    return list(found.values())


def _below(
    top: int,
    people: Mapping[int, Row[*tuple[Any, ...]]],
    reports: Mapping[int | None, list[int]],
    found: dict[int, Line],
) -> None:
    waiting: list[tuple[int, int | None, str]] = [(top, None, joined([top]))]
    for id, manager, path in waiting:
        if id not in found:
            found[id] = (id, manager, path, people[id].status, people[id].speaks_until)
            waiting.extend((one, id, f"{path}{one}/") for one in reports.get(id, ()))


def _set_next(session: Session) -> None:
    """Keep the next due day of everybody, where it is another than before."""
    opened = case((CountedCourse.done.is_(False), CountedCourse.due_on))
    nearest = (
        select(CountedPerson.person_id, func.coalesce(func.min(opened), NO_DAY).label("next_on"))
        .outerjoin(CountedCourse, CountedCourse.person_id == CountedPerson.person_id)
        .group_by(CountedPerson.person_id)
        .subquery("nearest")
    )
    session.execute(
        update(CountedPerson)
        .where(CountedPerson.person_id == nearest.c.person_id, CountedPerson.next_on != nearest.c.next_on)
        .values(next_on=nearest.c.next_on)
        .execution_options(synchronize_session=False)
    )


Direct = tuple[Any, tuple[str, int, Any], int, int]
"""Manager, part, how many of it among her direct reports, and how many of them done."""


def sums(session: Session) -> dict[int, Sums]:
    """What is below each manager, from what is counted of each person."""
    above = {row.person_id: row.manager_id for row in session.execute(_ABOVE)}
    direct = [
        *_courses_below(session),
        *(one for kind in ("people", "speakers", "leave") for one in _people_below(session, kind)),
    ]
    return _upwards(direct, above)


def _courses_below(session: Session, course_ids: Collection[int] | None = None) -> Iterator[Direct]:
    done = func.sum(case((CountedCourse.done.is_(True), 1), else_=0))
    statement = (
        select(CountedPerson.manager_id, CountedCourse.course_id, CountedCourse.due_on, func.count(), done)
        .join(CountedPerson, CountedPerson.person_id == CountedCourse.person_id)
        .where(CountedPerson.state == "active", CountedPerson.manager_id.is_not(None))
        .group_by(CountedPerson.manager_id, CountedCourse.course_id, CountedCourse.due_on)
    )
    if course_ids is not None:
        statement = statement.where(CountedCourse.course_id.in_(course_ids))
    for manager, course, day, count, finished in rows(session, statement, {}):
        yield manager, ("courses", course, day), count, int(finished)


def _people_below(session: Session, kind: str) -> Iterator[Direct]:
    day = {"people": CountedPerson.next_on, "speakers": CountedPerson.speaks_until}.get(kind, literal(NO_DAY))
    statement = (
        select(CountedPerson.manager_id, day.label("day"), func.count())
        .where(
            CountedPerson.state == ("leave" if kind == "leave" else "active"),
            CountedPerson.manager_id.is_not(None),
            day.is_not(None),
        )
        .group_by(CountedPerson.manager_id, "day")
    )
    for manager, on_day, count in session.execute(statement):
        yield manager, (kind, NO_COURSE, on_day), count, 0


def _upwards(direct: Iterable[Direct], above: Mapping[int, int | None]) -> dict[int, Sums]:
    """Add up what is below each manager, the deepest first, so that each is added to who is above once."""
    found: defaultdict[int, Sums] = defaultdict(dict)
    for manager, part, count, done in direct:
        found[manager][part] = [count, done]
    for manager in sorted(_with_those_above(found, above), key=lambda one: -_depth(one, above)):
        over = above.get(manager)
        if over is not None:
            _pour(found[manager], found[over])
    return found


def _with_those_above(managers: Iterable[int], above: Mapping[int, int | None]) -> set[int]:
    found: set[int] = set()
    for manager in managers:
        one: int | None = manager
        while one is not None and one not in found:
            found.add(one)
            one = above.get(one)
    return found


def _depth(person: int, above: Mapping[int, int | None]) -> int:
    depth, one = 0, above.get(person)
    while one is not None:
        depth, one = depth + 1, above.get(one)
    return depth


def _pour(below: Sums, over: Sums) -> None:
    for part, (count, done) in below.items():
        both = over.get(part)
        if both is None:
            over[part] = [count, done]
        else:
            both[0] += count
            both[1] += done


def _rows(found: Mapping[int, Sums]) -> Iterator[tuple[Any, ...]]:
    for manager, parts_of in found.items():
        for part, (count, done) in parts_of.items():
            yield (manager, *part, count, done)
