"""Awarding certificates, and giving by rule what they entitle to.

A certificate belongs to a cycle: the first, then one for each renewal, counted from the newest that somebody has. It is
due when what the level asks for is done, to renew: done again in its window (`way.terms`). Whoever awards holds the
person's lock, so however often and from however many sides this is called, one certificate a person, level and cycle is
what there can be; the database insists on the same.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from certificates import days, frozen, ladder
from certificates.frozen import Content
from certificates.ladder import LevelView
from certificates.models import Certificate, new_number, new_uid
from certificates.permissions import giving
from certificates.permissions.giving import Awarded
from certificates.standing import Scope
from certificates.way import evidence as evidences
from certificates.way import judging, terms
from certificates.way.evidence import Evidence
from certificates.way.judging import Finding
from certificates.way.terms import Held
from courses import catalog
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted
from lms.base import audit, clock
from lms.base.db import insert_many, parts
from lms.base.errors import Conflict
from lms.base.i18n import gettext
from lms.base.settings import in_force
from lms.guidelines.events import GuidelineAccepted
from lms.people.models import Person

TOGETHER = 500
"""So many people are looked at together: what is known of them is kept in memory."""


def course_completed(session: Session, event: CourseCompleted) -> None:
    """What follows from completing a course."""
    award(session, event.person_id)


def guideline_accepted(session: Session, event: GuidelineAccepted) -> None:
    """What follows from accepting a guideline."""
    award(session, event.person_id)


def award(session: Session, person_id: int) -> list[Awarded]:
    """Award somebody every certificate that is due by rule and not awarded yet; returns the new ones."""
    return _award_due(session, [person_id], _by_rule(session))


def award_opened(session: Session) -> int:
    """Renew by rule what people have done already and whose window has opened since; returns how many certificates.

    For the night: nothing else happens on the day a window opens. One statement a level finds who has completed a
    course since the newest certificate was issued; they are looked at in parts, each locked.
    """
    levels, people = _by_rule(session), set[int]()
    for level in levels:
        until = days.today() + timedelta(days=level.renew_days)
        people |= set(session.scalars(_done_since(level, until)))
    return award_all(session, people)


def award_all(session: Session, person_ids: Collection[int]) -> int:
    """Award many people every certificate that is due by rule; returns how many certificates."""
    levels = _by_rule(session)
    return sum(len(_award_due(session, some, levels)) for some in parts(sorted(person_ids), TOGETHER))


def _by_rule(session: Session) -> list[LevelView]:
    return [level for level in ladder.levels(session) if level.granted_by_rule and not level.retired]


def _award_due(session: Session, person_ids: Sequence[int], levels: Sequence[LevelView]) -> list[Awarded]:
    """Award what is due to each of some people: the same statements for one as for all of them."""
    if not levels:
        return []
    people = _locked(session, person_ids)
    found = evidences.gather_all(session, people, levels)
    new = list[Awarded]()
    for level in levels:
        due = [(person, found[person.id]) for person in people if _is_due(found[person.id], level)]
        if not due:
            continue
        awarded = _award(session, level, due, None)
        for certificate in awarded:
            found[certificate.person_id] = _with(found[certificate.person_id], level, certificate)
        if level.gives_authorization:
            giving.by_rule(session, awarded, level)
        new += awarded
    return new


def _is_due(found: Evidence, level: LevelView) -> bool:
    held = found.held.get(level.id)
    opened = held is None or terms.is_open(held, level, found.today)
    return found.guideline is not None and judging.due(found, level, opened)


def _done_since(level: LevelView, until: date) -> Select[int]:
    """Who completed something for a level after her newest certificate of it, which ends by a day."""
    asked = {need.course_id for need in level.needs if need.kind == "course" and need.course_id}
    newest = (
        select(Certificate.person_id, func.max(Certificate.cycle).label("cycle"))
        .where(Certificate.level_id == level.id)
        .group_by(Certificate.person_id)
        .subquery()
    )
    ends = (
        select(Certificate.person_id, Certificate.issued_at)
        .join(newest, and_(newest.c.person_id == Certificate.person_id, newest.c.cycle == Certificate.cycle))
        .where(Certificate.level_id == level.id, Certificate.issue == 1, Certificate.valid_until <= until)
        .subquery()
    )
    done = (
        select(Enrollment.person_id, func.max(Enrollment.completed_at).label("at"))
        .where(Enrollment.course_id.in_(asked), Enrollment.completed_at.is_not(None))
        .group_by(Enrollment.person_id)
        .subquery()
    )
    return (
        select(ends.c.person_id)
        .join(done, and_(done.c.person_id == ends.c.person_id, done.c.at > ends.c.issued_at))
        .join(Person, Person.id == ends.c.person_id)
        .where(Person.status != "left")
    )


def issue(session: Session, person: Person, level: LevelView, *, scope: Scope | None = None) -> Certificate:
    """Award the next cycle of a level to somebody, with the scope that is given (the level's unless told); flushes.

    For what people decide about: whoever calls it has checked the request, holds the person's lock and gives the
    permission. Raises `Conflict` where no guideline is published.
    """
    found = evidences.gather(session, person, [level])
    if found.guideline is None:
        raise Conflict(gettext("No guideline is published yet. A certificate names the one that was accepted."))
    (awarded,) = _award(session, level, [(person, found)], scope)
    return session.get_one(Certificate, awarded.id)


def locked(session: Session, person_id: int) -> Person:
    """The person, one deed at a time on her certificates.

    Without it, completing and accepting at the same moment would each miss the other on PostgreSQL. The lock is the
    one that lets rows that refer to the person be added meanwhile, as both deeds have done: no deadlock.
    """
    (person,) = _locked(session, [person_id])
    return person


def _locked(session: Session, person_ids: Sequence[int]) -> Sequence[Person]:
    statement = select(Person).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(key_share=True)
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def _with(found: Evidence, level: LevelView, new: Awarded) -> Evidence:
    """What was gathered, with the certificate that was just awarded: another level can rest on it."""
    held = Held(level.id, new.cycle, new.issued_at, new.valid_until, status="active")
    return replace(found, held={**found.held, level.id: held})


Earned = Sequence[tuple[Person, Evidence]]
"""People who are awarded a certificate of the same level, with what it rests on."""


def _award(session: Session, level: LevelView, earned: Earned, scope: Scope | None) -> list[Awarded]:
    rests = [judging.basis(found, level, renewal=level.id in found.held) for _, found in earned]
    courses, guideline = _courses(session, rests), earned[0][1].guideline
    assert guideline is not None, "asked before"
    shared = frozen.shared(level=level, company=in_force().company, guideline=guideline, scope=scope)
    rows = [
        _row(person, level, found, shared | _own(person, level, found, basis, courses))
        for (person, found), basis in zip(earned, rests, strict=True)
    ]
    insert_many(session, Certificate, rows)
    added = select(*_AWARDED, Certificate.content_sha256).where(Certificate.uid.in_([row["uid"] for row in rows]))
    new = session.execute(added.order_by(Certificate.id)).all()
    about = {"level": level.code, "revision": level.revision}
    kept = (
        (
            f"certificate:{one.id}",
            about | {"person": one.person_id, "cycle": one.cycle, "content_sha256": one.content_sha256},
        )
        for one in new
    )
    audit.record_each(session, "awarded a certificate", kept)
    return [Awarded(*row[:-1]) for row in new]


_AWARDED = tuple(getattr(Certificate, field.name) for field in fields(Awarded))


def _own(
    person: Person, level: LevelView, found: Evidence, basis: Sequence[Finding], courses: Mapping[int, CourseView]
) -> Content:
    held = found.held.get(level.id)
    valid_from, valid_until = terms.term(held, level, found.today)
    return frozen.own(
        uid=new_uid(),
        number=new_number(),
        cycle=held.cycle + 1 if held else 1,
        holder=person.name,
        courses=_as_taken(basis, courses),
        issued_at=clock.now(),
        valid_from=valid_from,
        valid_until=valid_until,
        subject=person.uid,
        identity=frozen.identity_of(person.email, secrets.token_hex(16)),
        requirements=[_met(one) for one in basis if not one.being_written],
    )


def _row(person: Person, level: LevelView, found: Evidence, content: Content) -> dict[str, Any]:
    assert found.guideline is not None, "asked before"
    return {
        "person_id": person.id,
        "level_id": level.id,
        "issued_at": datetime.fromisoformat(content["issued_at"]),
        "valid_from": date.fromisoformat(content["valid_from"]),
        "valid_until": date.fromisoformat(content["valid_until"]),
        "holder_name": person.name,
        "guideline_version_id": found.guideline.version_id,
        "content": content,
        "content_sha256": frozen.digest(content),
    } | {name: content[name] for name in ("uid", "number", "cycle")}


def _courses(session: Session, rests: Iterable[Sequence[Finding]]) -> dict[int, CourseView]:
    """The courses that certificates rest on, by number."""
    numbers = {one.completion.course_id for basis in rests for one in basis if one.completion is not None}
    return {number: catalog.by_id(session, number) for number in sorted(numbers)}


def _as_taken(basis: Sequence[Finding], courses: Mapping[int, CourseView]) -> Iterator[CourseView]:
    """The courses that a certificate rests on, each with the version that was completed."""
    for one in basis:
        if one.completion is not None:
            course = courses[one.completion.course_id]
            yield replace(course, version_number=one.completion.version or course.version_number)


def _met(finding: Finding) -> dict[str, Any]:
    """What the certificate keeps of a requirement: which, and when it was met. Never a result."""
    done = finding.completion or finding.passed
    kept = {"kind": finding.kind, "slug": finding.slug, "waived": finding.waived}
    if finding.completion is not None:
        kept |= {"cycle": finding.completion.cycle, "version": finding.completion.version}
    return kept | ({"on": days.day_of(done.at).isoformat()} if done else {})
