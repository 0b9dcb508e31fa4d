"""Awarding certificates, and giving by rule what they entitle to.

A level is due when its courses are completed and its guideline is accepted. Its cycle is counted from what was done:
the second completion of the course makes the second certificate. So however often and from however many sides this
is called, one certificate a person, level and cycle is what there can be; the database insists on the same.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates import days, frozen, ladder
from certificates.ladder import LevelView
from certificates.models import Certificate, new_number, new_uid
from certificates.permissions import giving
from courses import catalog as courses
from courses.enrollment_models import Enrollment
from courses.events import CourseCompleted
from lms.base import audit, clock
from lms.base.errors import NotFound
from lms.base.settings import in_force
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.events import GuidelineAccepted
from lms.guidelines.models import Attestation, Guideline, GuidelineVersion
from lms.people.models import Person


def course_completed(session: Session, event: CourseCompleted) -> None:
    """What follows from completing a course."""
    award(session, event.person_id)


def guideline_accepted(session: Session, event: GuidelineAccepted) -> None:
    """What follows from accepting a guideline."""
    award(session, event.person_id)


def award(session: Session, person_id: int) -> list[Certificate]:
    """Award somebody every certificate that is due and not awarded yet; returns the new ones."""
    levels = [level for level in ladder.levels(session) if level.granted_by_rule]
    guideline = _guideline(session) if levels else None
    if guideline is None:
        return []
    person = _locked(session, person_id)
    cycles = _due_cycles(session, person_id, levels, guideline)
    held = {
        (level_id, cycle)
        for level_id, cycle in session.execute(
            select(Certificate.level_id, Certificate.cycle).where(Certificate.person_id == person_id)
        )
    }
    due = [
        (level, cycles[level.id]) for level in levels if cycles[level.id] and (level.id, cycles[level.id]) not in held
    ]
    return [_award(session, person, level, cycle, guideline) for level, cycle in due]


def _guideline(session: Session) -> GuidelineView | None:
    try:
        return guidelines.live(session)
    except NotFound:
        return None


def _locked(session: Session, person_id: int) -> Person:
    """The person, one deed at a time.

    Without it, completing and accepting at the same moment would each miss the other on PostgreSQL. The lock is the
    one that lets rows that refer to the person be added meanwhile, as both deeds have done: no deadlock.
    """
    statement = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _due_cycles(session: Session, person_id: int, levels: list[LevelView], guideline: GuidelineView) -> dict[int, int]:
    """For each level the cycle that has been earned, 0 for none."""
    accepted = attestations.accepted(session, person_id, guideline.version_id)
    completions = (
        select(Enrollment.course_id, func.max(Enrollment.cycle))
        .where(Enrollment.person_id == person_id, Enrollment.completed_at.is_not(None))
        .group_by(Enrollment.course_id)
    )
    completed = dict(session.execute(completions).all())
    acceptances = _acceptances(session, person_id, guideline.slug)
    return {
        level.id: 0
        if level.needs_attestation and not accepted
        else min((completed.get(course_id, 0) for course_id in level.course_ids), default=acceptances)
        for level in levels
    }


def _acceptances(session: Session, person_id: int, slug: str) -> int:
    """How many versions of a guideline somebody has accepted: the cycle of a level that asks for nothing else."""
    statement = (
        select(func.count(Attestation.id))
        .join(GuidelineVersion, GuidelineVersion.id == Attestation.version_id)
        .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
        .where(Attestation.person_id == person_id, Guideline.slug == slug)
    )
    return session.scalar(statement) or 0


def _award(session: Session, person: Person, level: LevelView, cycle: int, guideline: GuidelineView) -> Certificate:
    certificate = _certificate(session, person, level, cycle, guideline)
    session.add(certificate)
    session.flush()
    audit.record(
        session,
        "awarded a certificate",
        f"certificate:{certificate.id}",
        person=person.id,
        level=level.code,
        cycle=cycle,
        content_sha256=certificate.content_sha256,
    )
    if level.gives_authorization:
        giving.by_rule(session, certificate, level)
    return certificate


def _certificate(
    session: Session, person: Person, level: LevelView, cycle: int, guideline: GuidelineView
) -> Certificate:
    now, valid_from = clock.now().replace(microsecond=0), days.today()
    content = frozen.content(
        uid=new_uid(),
        number=new_number(),
        cycle=cycle,
        holder=person.name,
        company=in_force().company,
        level=level,
        courses=[courses.by_id(session, course_id) for course_id in level.course_ids],
        guideline=guideline,
        issued_at=now,
        valid_from=valid_from,
        valid_until=days.months_after(valid_from, level.valid_months),
    )
    return Certificate(
        uid=content["uid"],
        number=content["number"],
        person_id=person.id,
        level_id=level.id,
        cycle=cycle,
        issued_at=now,
        valid_from=valid_from,
        valid_until=days.months_after(valid_from, level.valid_months),
        holder_name=person.name,
        guideline_version_id=guideline.version_id,
        content=content,
        content_sha256=frozen.digest(content),
    )
