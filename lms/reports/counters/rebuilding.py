"""All counters made anew from people and enrollments, and compared with what they are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, case, delete, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base import bulk
from lms.people.models import Person
from lms.reports.counters.contributions import COUNTS, PEOPLE, Part
from lms.reports.counters.models import NO_COURSE, NO_DAY, CountedCourse, CountedPerson, Rollup
from lms.reports.counters.tree import joined

Sums = dict[Part, list[int]]
COUNTED_COURSES: Select[Any] = (
    select(
        Enrollment.person_id,
        Enrollment.course_id,
        case((Enrollment.completed_at.is_not(None), literal(NO_DAY)), else_=func.coalesce(Enrollment.due_on, NO_DAY)),
        Enrollment.completed_at.is_not(None),
    )
    .join(Person, and_(Person.id == Enrollment.person_id, Person.status != "left"))
    .where(COUNTS)
)


def rebuild(session: Session) -> int:
    """Make all counters anew; returns how many people are counted. For `lms init`, imports of everybody, and repair."""
    session.flush()
    for table in (Rollup, CountedCourse, CountedPerson):
        session.execute(delete(table))
    lines, nearest = _lines(session), {row[0]: row[1] for row in session.execute(_NEAREST)}
    rows = (
        (id, manager, path, state, nearest.get(id, NO_DAY), until) for id, manager, path, state, until in sorted(lines)
    )
    columns = ("person_id", "manager_id", "path", "state", "next_on", "speaks_until")
    bulk.insert_rows(session, CountedPerson, columns, rows)
    session.execute(insert(CountedCourse).from_select(OF_COURSES, COUNTED_COURSES.order_by(*_BY_KEY)))
    bulk.insert_rows(session, Rollup, ROLLUP, sorted(_rows(sums(session))))
    session.expire_all()
    return len(lines)


def rebuild_courses(session: Session, course_ids: Collection[int]) -> None:
    """Make the counters of some courses anew for everybody, and with them who has something due when."""
    session.flush()
    session.execute(delete(CountedCourse).where(CountedCourse.course_id.in_(course_ids)))
    rows = COUNTED_COURSES.where(Enrollment.course_id.in_(course_ids))
    session.execute(insert(CountedCourse).from_select(OF_COURSES, rows))
    _set_next(session)
    concerned = or_(and_(Rollup.kind == "courses", Rollup.course_id.in_(course_ids)), Rollup.kind == "people")
    session.execute(delete(Rollup).where(concerned))
    above = {row.person_id: row.manager_id for row in session.execute(_ABOVE)}
    direct = [*_courses_below(session, course_ids), *_people_below(session, "people")]
    bulk.insert_rows(session, Rollup, ROLLUP, sorted(_rows(_upwards(direct, above))))
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
    statement = select(
        CountedPerson.person_id,
        CountedPerson.manager_id,
        CountedPerson.path,
        CountedPerson.state,
        CountedPerson.speaks_until,
    )
    counted = {row.person_id: tuple(row) for row in session.execute(statement)}
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
_NEAREST = (
    select(Enrollment.person_id, func.min(Enrollment.due_on))
    .where(COUNTS, Enrollment.completed_at.is_(None), Enrollment.due_on.is_not(None))
    .group_by(Enrollment.person_id)
)
OF_COURSES = ("person_id", "course_id", "due_on", "done")
ROLLUP = ("manager_id", "kind", "course_id", "day", "count", "done")
_ABOVE = select(CountedPerson.person_id, CountedPerson.manager_id)
_KEPT = select(CountedCourse.person_id, CountedCourse.course_id, CountedCourse.due_on, CountedCourse.done)
_SUMS = select(Rollup.manager_id, Rollup.kind, Rollup.course_id, Rollup.day, Rollup.count, Rollup.done)

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
    for manager, course, day, count, finished in session.execute(statement):
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
