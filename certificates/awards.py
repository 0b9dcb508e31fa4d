"""Awarding certificates, and giving by rule what they entitle to.

A certificate belongs to a cycle: the first, then one for each renewal, counted from the newest that somebody has. It is
due when what the level asks for is done, to renew: done again in its window (`way.terms`). Whoever awards holds the
person's lock, so however often and from however many sides this is called, one certificate a person, level and cycle is
what there can be; the database insists on the same.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from certificates import days, frozen, ladder
from certificates.ladder import LevelView
from certificates.models import Certificate, new_number, new_uid
from certificates.permissions import giving
from certificates.standing import Scope
from certificates.way import evidence as evidences
from certificates.way import judging, terms
from certificates.way.evidence import Evidence
from certificates.way.judging import Finding
from certificates.way.terms import Held
from courses import catalog as courses
from courses.catalog import CourseView
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted
from lms.base import audit, clock
from lms.base.errors import Conflict
from lms.base.i18n import gettext
from lms.base.settings import in_force
from lms.guidelines.events import GuidelineAccepted
from lms.people.models import Person


def course_completed(session: Session, event: CourseCompleted) -> None:
    """What follows from completing a course."""
    award(session, event.person_id)


def guideline_accepted(session: Session, event: GuidelineAccepted) -> None:
    """What follows from accepting a guideline."""
    award(session, event.person_id)


def award(session: Session, person_id: int) -> list[Certificate]:
    """Award somebody every certificate that is due by rule and not awarded yet; returns the new ones."""
    levels = [level for level in ladder.levels(session) if level.granted_by_rule and not level.retired]
    if not levels:
        return []
    person = locked(session, person_id)
    found = evidences.gather(session, person, levels)
    new = list[Certificate]()
    for level in levels if found.guideline else ():
        held = found.held.get(level.id)
        if judging.due(found, level, held is None or terms.is_open(held, level, found.today)):
            certificate = _award(session, person, level, found, None)
            found = _with(found, certificate)
            new.append(certificate)
            if level.gives_authorization:
                giving.by_rule(session, certificate, level)
    return new


def award_opened(session: Session) -> int:
    """Renew by rule what people have done already and whose window has opened since; returns how many certificates.

    For the night: nothing else happens on the day a window opens. One statement finds who has completed a course since
    the newest certificate was issued; each of them is looked at with her lock.
    """
    today, people = days.today(), set[int]()
    for level in ladder.levels(session):
        if not level.granted_by_rule or level.retired:
            continue
        until = today + timedelta(days=level.renew_days)
        people |= set(session.scalars(_done_since(level, until)))
    return sum(len(award(session, person_id)) for person_id in sorted(people))


def _done_since(level: LevelView, until: date) -> Select[int]:
    """Who completed something for a level after her newest certificate of it, which ends by a day."""
    asked = {need.course_id for need in level.needs if need.kind == "course" and need.course_id}
    newer = aliased(Certificate)
    later = exists().where(
        newer.person_id == Certificate.person_id, newer.level_id == level.id, newer.cycle > Certificate.cycle
    )
    return (
        select(Certificate.person_id)
        .join(Enrollment, Enrollment.person_id == Certificate.person_id)
        .join(Person, Person.id == Certificate.person_id)
        .where(
            Certificate.level_id == level.id,
            Certificate.issue == 1,
            Certificate.valid_until <= until,
            Enrollment.course_id.in_(asked),
            Enrollment.completed_at > Certificate.issued_at,
            Person.status != "left",
            ~later,
        )
    )


def issue(session: Session, person: Person, level: LevelView, *, scope: Scope | None = None) -> Certificate:
    """Award the next cycle of a level to somebody, with the scope that is given (the level's unless told); flushes.

    For what people decide about: whoever calls it has checked the request, holds the person's lock and gives the
    permission. Raises `Conflict` where no guideline is published.
    """
    found = evidences.gather(session, person, [level])
    if found.guideline is None:
        raise Conflict(gettext("No guideline is published yet. A certificate names the one that was accepted."))
    return _award(session, person, level, found, scope)


def locked(session: Session, person_id: int) -> Person:
    """The person, one deed at a time on her certificates.

    Without it, completing and accepting at the same moment would each miss the other on PostgreSQL. The lock is the
    one that lets rows that refer to the person be added meanwhile, as both deeds have done: no deadlock.
    """
    statement = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _with(found: Evidence, certificate: Certificate) -> Evidence:
    """What was gathered, with the certificate that was just awarded: another level can rest on it."""
    held = Held(
        certificate.level_id, certificate.cycle, certificate.issued_at, certificate.valid_until, status="active"
    )
    return replace(found, held={**found.held, certificate.level_id: held})


def _award(session: Session, person: Person, level: LevelView, found: Evidence, scope: Scope | None) -> Certificate:
    certificate = _certificate(session, person, level, found, scope)
    session.add(certificate)
    session.flush()
    audit.record(
        session,
        "awarded a certificate",
        f"certificate:{certificate.id}",
        person=person.id,
        level=level.code,
        revision=level.revision,
        cycle=certificate.cycle,
        content_sha256=certificate.content_sha256,
    )
    return certificate


def _certificate(
    session: Session, person: Person, level: LevelView, found: Evidence, scope: Scope | None
) -> Certificate:
    assert found.guideline is not None, "asked before"
    held = found.held.get(level.id)
    valid_from, valid_until = terms.term(held, level, days.today())
    now, cycle = clock.now().replace(microsecond=0), held.cycle + 1 if held else 1
    basis = judging.basis(found, level, renewal=held is not None)
    content = frozen.content(
        uid=new_uid(),
        number=new_number(),
        cycle=cycle,
        holder=person.name,
        company=in_force().company,
        level=level,
        courses=_courses(session, basis),
        guideline=found.guideline,
        issued_at=now,
        valid_from=valid_from,
        valid_until=valid_until,
        scope=scope,
        subject=person.uid,
        identity=frozen.identity_of(person.email, secrets.token_hex(16)),
        requirements=[_met(one) for one in basis],
    )
    return Certificate(
        uid=content["uid"],
        number=content["number"],
        person_id=person.id,
        level_id=level.id,
        cycle=cycle,
        issued_at=now,
        valid_from=valid_from,
        valid_until=valid_until,
        holder_name=person.name,
        guideline_version_id=found.guideline.version_id,
        content=content,
        content_sha256=frozen.digest(content),
    )


def _courses(session: Session, basis: Sequence[Finding]) -> Iterator[CourseView]:
    """The courses that it rests on, each with the version that was completed."""
    for one in basis:
        if one.completion is not None:
            course = courses.by_id(session, one.completion.course_id)
            yield replace(course, version_number=one.completion.version or course.version_number)


def _met(finding: Finding) -> dict[str, Any]:
    """What the certificate keeps of a requirement: which, and when it was met. Never a result."""
    done = finding.completion or finding.passed
    kept = {"kind": finding.kind, "slug": finding.slug, "waived": finding.waived}
    if finding.completion is not None:
        kept |= {"cycle": finding.completion.cycle, "version": finding.completion.version}
    return kept | ({"on": days.day_of(done.at).isoformat()} if done else {})
