"""The one writer of the counters: whatever changed about people, the difference to what was counted is added.

It runs in the transaction of the deed, so that a page that is asked for next shows it. It may be called for anybody at
any time: of somebody about whom nothing changed nothing is written.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base import bulk
from lms.base.db import parts
from lms.people.models import Person
from lms.reports.counters import rebuilding
from lms.reports.counters.contributions import (
    Counted,
    Part,
    Standing,
    courses_before,
    courses_now,
    difference,
    standings,
)
from lms.reports.counters.models import CountedCourse, CountedPerson, Rollup
from lms.reports.counters.tree import Ledger, Lines, move, numbers

log = logging.getLogger("lms")
ANEW_FROM = 20_000
"""From so many people on it costs less to count everybody anew."""
BESIDE_OTHERS = text("SELECT pg_advisory_xact_lock_shared(5263720)")
ALONE = text("SELECT pg_advisory_xact_lock(5263720)")

Courses = Mapping[int, tuple[date, bool]]


def recount(session: Session, person_ids: Collection[int]) -> None:
    """Count some people again: their courses, their permission to speak, where they stand, and who is below them.

    A handful of statements for one person, and a few for each thousand.
    """
    session.flush()
    if len(person_ids) > ANEW_FROM:
        wait(session, alone=True)
        rebuilding.rebuild(session)
        return
    found = standings(session, set(person_ids))
    moving = any(one.moved for one in found.values())
    wait(session, alone=moving)
    if moving:
        found = standings(session, found.keys() | _with_them(session, found))
    if session.get_bind().dialect.name == "postgresql":
        found = standings(session, found.keys(), lock=True)
    if found:
        _recount(session, found, moving=moving)


def recount_courses(session: Session, course_ids: Collection[int]) -> None:
    """Count everybody in some courses again, as after a rule gave them to many people or when a course is retired."""
    session.flush()
    before = select(CountedCourse.person_id).where(CountedCourse.course_id.in_(course_ids))
    now = select(Enrollment.person_id).where(Enrollment.course_id.in_(course_ids))
    concerned = set(session.scalars(before.union(now).limit(ANEW_FROM + 1)))
    if len(concerned) <= ANEW_FROM:
        recount(session, concerned)
        return
    wait(session, alone=True)
    rebuilding.rebuild_courses(session, course_ids)


def check(session: Session) -> int:
    """Compare the counters with people and enrollments, put right what is wrong, and forget what counts nothing.

    For the night; returns how many were wrong, each of which is logged: there should never be one.
    """
    wait(session, alone=True)
    wrong = rebuilding.verify(session)
    for one in wrong:
        log.error("counters: %s", one)
    if wrong:
        rebuilding.rebuild(session)
    rebuilding.forget_zeros(session)
    return len(wrong)


def wait(session: Session, *, alone: bool) -> None:
    """Have others who count wait until this transaction ends, when people are moved. SQLite does so by itself.

    Who only adds to counters does so beside others: who moves people has to know that nobody adds along a line that
    is being changed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(ALONE if alone else BESIDE_OTHERS)


def _with_them(session: Session, found: Mapping[int, Standing]) -> set[int]:
    """Who was counted below somebody that left, or stands below somebody that is new."""
    gone = [id for id, one in found.items() if one.now is None]
    new = [id for id, one in found.items() if one.before is None]
    left = select(CountedPerson.person_id).where(bulk.among(CountedPerson.manager_id, gone))
    joined = select(Person.id).where(bulk.among(Person.manager_id, new), Person.status != "left")
    return set(session.scalars(left)) | set(session.scalars(joined))


def _recount(session: Session, found: Mapping[int, Standing], *, moving: bool) -> None:
    courses, counted = courses_now(session, found), courses_before(session, found)
    after = {
        id: Counted(one.now.status, one.now.speaks_until, courses.get(id, {}))
        for id, one in found.items()
        if one.now is not None
    }
    before = {
        id: Counted(one.before.state, one.before.speaks_until, counted.get(id, {}))
        for id, one in found.items()
        if one.before is not None
    }
    lines, ledger = Lines(_paths(session, found, moving=moving)), Ledger()
    under = _managers(session, found) if moving else {}
    moved = {id: one for id, one in found.items() if moving and _moved(one, under.get(id))}
    managers = {id: under[id] for id in moved.keys() & under.keys()}
    for id in found.keys() - moved.keys():
        if id in before and id in after:
            ledger.add(lines.above(id), difference(before[id].counts(), after[id].counts()))
    if moved:
        _move(session, lines, ledger, moved, managers, before, after)
    _keep_people(session, lines, found, moved, managers, before, after)
    _keep_courses(session, counted, {id: after[id].courses if id in after else {} for id in found})
    if gone := found.keys() - after.keys():
        session.execute(delete(CountedPerson).where(bulk.among(CountedPerson.person_id, gone)))
    _keep_sums(session, ledger)


def _moved(one: Standing, manager: int | None) -> bool:
    """Whether somebody who is counted under a manager now was counted elsewhere, not at all, or is gone."""
    return one.now is None or one.before is None or one.before.manager_id != manager


def _managers(session: Session, found: Mapping[int, Standing]) -> dict[int, int | None]:
    """Under whom people are counted now: nobody when the manager is not counted herself."""
    wanted = {one.now.manager_id for one in found.values() if one.now is not None and one.now.manager_id is not None}
    there = set(session.scalars(select(Person.id).where(bulk.among(Person.id, wanted), Person.status != "left")))
    return {
        id: one.now.manager_id if one.now.manager_id in there else None
        for id, one in found.items()
        if one.now is not None
    }


def _paths(session: Session, found: Mapping[int, Standing], *, moving: bool) -> set[str]:
    """The lines that matter: of the people, and of those under whom they stand now if somebody moves."""
    paths = {one.before.path for one in found.values() if one.before is not None}
    managers = {one.now.manager_id for one in found.values() if moving and one.now is not None}
    for some in parts([one for one in managers if one is not None]):
        paths |= set(session.scalars(select(CountedPerson.path).where(bulk.among(CountedPerson.person_id, some))))
    return paths


def _move(
    session: Session,
    lines: Lines,
    ledger: Ledger,
    moved: Mapping[int, Standing],
    managers: Mapping[int, int | None],
    before: Mapping[int, Counted],
    after: Mapping[int, Counted],
) -> None:
    below: dict[int, dict[Part, tuple[int, int]]] = {}
    for some in parts(moved):
        for manager, kind, course, day, count, done in session.execute(
            _BELOW.where(bulk.among(Rollup.manager_id, some))
        ):
            below.setdefault(manager, {})[kind, course, day] = (count, done)
    move(
        lines,
        ledger,
        managers,
        moved.keys() - managers.keys(),
        {id: before[id].counts() for id in moved if id in before},
        {id: after[id].counts() for id in managers},
        below,
    )


_BELOW = select(Rollup.manager_id, Rollup.kind, Rollup.course_id, Rollup.day, Rollup.count, Rollup.done)


def _keep_courses(session: Session, before: Mapping[int, Courses], after: Mapping[int, Courses]) -> None:
    changed = [
        (id, course)
        for id, courses in after.items()
        for course in courses.keys() | before.get(id, {}).keys()
        if courses.get(course) != before.get(id, {}).get(course)
    ]
    old = [pair for pair in changed if pair[1] in before.get(pair[0], {})]
    if old:
        which = (CountedCourse.person_id == bindparam("person"), CountedCourse.course_id == bindparam("course"))
        session.connection().execute(
            delete(CountedCourse.__table__).where(*which),  # type: ignore[arg-type]
            [{"person": id, "course": course} for id, course in old],
        )
    new = [(id, course, *after[id][course]) for id, course in changed if course in after[id]]
    bulk.insert_rows(session, CountedCourse, rebuilding.OF_COURSES, new)


COLUMNS = ("person_id", "manager_id", "path", "state", "next_on", "speaks_until")


def _keep_people(
    session: Session,
    lines: Lines,
    found: Mapping[int, Standing],
    moved: Mapping[int, Standing],
    managers: Mapping[int, int | None],
    before: Mapping[int, Counted],
    after: Mapping[int, Counted],
) -> None:
    _rewrite_paths(session, lines, {id: one.before.path for id, one in moved.items() if one.before is not None})
    new, changed = [], []
    for id in sorted(after):
        now, one = after[id], found[id]
        manager = managers[id] if id in managers else _counted_under(one)
        row = (id, manager, lines.path(id), now.state, now.next_on, now.speaks_until)
        if id not in before:
            new.append(row)
        elif id in moved or _own(now) != _own(before[id]):
            changed.append(row)
    bulk.insert_rows(session, CountedPerson, COLUMNS, new)
    bulk.update_rows(session, CountedPerson, COLUMNS[:1], COLUMNS[1:], changed)


def _counted_under(one: Standing) -> int | None:
    return None if one.before is None else one.before.manager_id


def _own(one: Counted) -> tuple[object, ...]:
    return (one.state, one.next_on, one.speaks_until)


def _rewrite_paths(session: Session, lines: Lines, old: Mapping[int, str]) -> None:
    """Have everybody below those who moved known under the new line: the deepest first, so that nobody is taken along
    by whom she was below before."""
    rewriting = [
        {"old": path, "end": f"{path}~", "new": lines.path(id), "rest": len(path) + 1}
        for id, path in sorted(old.items(), key=lambda one: -len(numbers(one[1])))
    ]
    rewriting = [one for one in rewriting if one["old"] != one["new"]]
    if rewriting:
        session.connection().execute(_REWRITE, rewriting)


_REWRITE = (
    update(CountedPerson.__table__)  # type: ignore[arg-type]
    .where(CountedPerson.path >= bindparam("old"), CountedPerson.path < bindparam("end"))
    .values(path=bindparam("new", type_=CountedPerson.path.type) + func.substr(CountedPerson.path, bindparam("rest")))
)


def _keep_sums(session: Session, ledger: Ledger) -> None:
    """Add to the counters in one order, so that two who do it at once wait for each other and not around a corner."""
    rows = ledger.rows()
    if not rows:
        return
    bulk.insert_rows(session, Rollup, (*KEYS, "count", "done"), ((*row[:4], 0, 0) for row in rows), or_ignore=True)
    if len(rows) > IN_ORDER:
        wait(session, alone=True)
        bulk.update_rows(session, Rollup, KEYS, ("count", "done"), rows, adding=True)
        return
    names = ("manager", "of_kind", "of_course", "on_day", "more", "more_done")
    session.connection().execute(_ADD, [dict(zip(names, row, strict=True)) for row in rows])


KEYS = ("manager_id", "kind", "course_id", "day")
IN_ORDER = 2000
"""So many counters are added to one by one, in order; who adds to more does so alone."""
_ADD = (
    update(Rollup.__table__)  # type: ignore[arg-type]
    .where(
        Rollup.manager_id == bindparam("manager"),
        Rollup.kind == bindparam("of_kind"),
        Rollup.course_id == bindparam("of_course"),
        Rollup.day == bindparam("on_day"),
    )
    .values(count=Rollup.count + bindparam("more"), done=Rollup.done + bindparam("more_done"))
)
