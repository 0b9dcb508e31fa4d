"""What happened to somebody, in order: courses, decisions about them, permissions, acceptances. Each entry carries the
hash of the one before, so that none can be changed, added or left out unseen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certificates.level_models import Level
from certificates.models import Authorization, AuthorizationStatus, Certificate, CertificateStatus
from certificates.permissions.models import Approval, Hold, Revocation
from certificates.way.models import Waiver
from courses.enrollment_models import Enrollment, EnrollmentChange, LessonCompletion
from courses.models import Course, CourseVersion
from lms.assignments.models import Exemption
from lms.base.audit import AuditEntry
from lms.guidelines.models import Attestation, ClauseAttestation, GuidelineVersion
from lms.people.models import PersonPast, Unit
from lms.reports.asof.reading import TAKEN_BACK
from lms.reports.evidence.verify import canonical, sha256


@dataclass(frozen=True)
class Event:
    """Something that happened: what, when, by whom if somebody decided it, and the facts."""

    at: datetime
    what: str
    by_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def events(session: Session, person_id: int, end: datetime) -> list[Event]:
    """All that happened before a moment, the first first. About a dozen statements."""
    found = [
        event for what, statement in _sources(person_id) for event in _read(session, what, statement) if event.at < end
    ]
    return sorted(found, key=lambda one: one.at)


def chained(events: Iterable[Event], names: dict[int, str]) -> Iterator[dict[str, Any]]:
    """The events as entries of a file, each with the hash of the one before and its own."""
    before = ""
    for number, one in enumerate(events, 1):
        facts = {name: plain(value) for name, value in one.facts.items() if value not in (None, "")}
        entry = {"number": number, "at": plain(one.at), "what": one.what, "facts": facts, "previous": before}
        if one.by_id is not None:
            entry["by"] = names.get(one.by_id, str(one.by_id))
        before = sha256(canonical(entry))
        yield entry | {"sha256": before}


def plain(value: Any) -> Any:
    """A value as JSON can hold it: moments in UTC, days as text."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _read(session: Session, what: str, statement: Select[Any]) -> Iterator[Event]:
    for row in session.execute(statement):
        facts = dict(row._mapping)
        at, by_id = facts.pop("at"), facts.pop("by_id", None)
        if at is not None:
            yield Event(at, what.format(**facts), by_id, facts)


def _sources(person_id: int) -> list[tuple[str, Select[Any]]]:
    return [*_of_courses(person_id), *_of_permissions(person_id), *_of_rules(person_id)]


def _of_courses(person_id: int) -> list[tuple[str, Select[Any]]]:
    hers, version = Enrollment.person_id == person_id, CourseVersion.number.label("version")
    course = (Course.slug.label("course"), Enrollment.cycle)
    taken = select(*course).select_from(Enrollment).join(Course, Course.id == Enrollment.course_id).where(hers)
    change = (EnrollmentChange.kind, EnrollmentChange.due_before, EnrollmentChange.due_after, EnrollmentChange.reason)
    changed = taken.join(EnrollmentChange, EnrollmentChange.enrollment_id == Enrollment.id)
    lesson = taken.join(LessonCompletion, LessonCompletion.enrollment_id == Enrollment.id)
    lesson = lesson.join(CourseVersion, CourseVersion.id == LessonCompletion.version_id)
    return [
        ("enrolled", taken.add_columns(Enrollment.enrolled_at.label("at"), Enrollment.assigned_by.label("by_id"))),
        ("began a course", taken.add_columns(Enrollment.started_at.label("at"))),
        ("completed a course", taken.add_columns(Enrollment.completed_at.label("at"))),
        ("{kind}", changed.add_columns(EnrollmentChange.at, EnrollmentChange.by_id, *change)),
        (
            "completed a lesson",
            lesson.add_columns(LessonCompletion.completed_at.label("at"), LessonCompletion.lesson, version),
        ),
    ]


def _of_permissions(person_id: int) -> list[tuple[str, Select[Any]]]:
    given = select(Level.code.label("level")).select_from(Authorization).join(Level, Level.id == Authorization.level_id)
    given = given.where(Authorization.person_id == person_id)
    status = given.join(AuthorizationStatus, AuthorizationStatus.authorization_id == Authorization.id)
    approval = given.join(Approval, Approval.authorization_id == Authorization.id)
    proposed = given.join(Revocation, Revocation.authorization_id == Authorization.id)
    proved = select(Certificate.number.label("certificate")).where(Certificate.person_id == person_id)
    error = proved.join(CertificateStatus, CertificateStatus.certificate_id == Certificate.id)
    held = select(Hold.cause, Hold.reason).where(Hold.person_id == person_id)
    return [
        (
            "permission: {status}",
            status.add_columns(*_columns(AuthorizationStatus, "at by_id status cause reason until ends_on revision")),
        ),
        ("approval: {decision}", approval.add_columns(*_columns(Approval, "at by_id role decision remark"))),
        (
            "withdrawal proposed",
            proposed.add_columns(
                Revocation.proposed_at.label("at"), Revocation.proposed_by_id.label("by_id"), Revocation.reason
            ),
        ),
        (
            "withdrawal decided",
            proposed.add_columns(
                Revocation.decided_at.label("at"), Revocation.decided_by_id.label("by_id"), Revocation.confirmed
            ),
        ),
        ("certificate issued", proved.add_columns(Certificate.issued_at.label("at"), Certificate.content_sha256)),
        ("certificate {status}", error.add_columns(*_columns(CertificateStatus, "at by_id status reason"))),
        ("pause placed", held.add_columns(Hold.placed_at.label("at"), Hold.placed_by_id.label("by_id"), Hold.until)),
        ("pause lifted", held.add_columns(Hold.lifted_at.label("at"), Hold.lifted_by_id.label("by_id"))),
    ]


def _of_rules(person_id: int) -> list[tuple[str, Select[Any]]]:
    accepted = select(*_columns(Attestation, "language tier country text_sha256")).where(
        Attestation.person_id == person_id
    )
    accepted = accepted.join(GuidelineVersion, GuidelineVersion.id == Attestation.version_id)
    excepted = select(Course.slug.label("course"), *_columns(Exemption, "from_on until_on reason"))
    excepted = excepted.join(Course, Course.id == Exemption.course_id).where(Exemption.person_id == person_id)
    stood = select(*_columns(PersonPast, "tier job country status"), Unit.path.label("unit"))
    stood = stood.outerjoin(Unit, Unit.id == PersonPast.unit_id).where(PersonPast.person_id == person_id)
    clause = select(ClauseAttestation.clause_id, ClauseAttestation.text_sha256)
    return [
        (
            "accepted a guideline",
            accepted.add_columns(Attestation.accepted_at.label("at"), GuidelineVersion.number.label("version")),
        ),
        (
            "accepted a clause",
            clause.add_columns(ClauseAttestation.accepted_at.label("at")).where(
                ClauseAttestation.person_id == person_id
            ),
        ),
        (
            "exempt from a course",
            excepted.add_columns(Exemption.given_at.label("at"), Exemption.given_by_id.label("by_id")),
        ),
        (
            "requirement of a level waived",
            select(*_columns(Waiver, "kind slug reason by_id"), Waiver.at).where(Waiver.person_id == person_id),
        ),
        ("stood otherwise until now", stood.add_columns(PersonPast.until_at.label("at"))),
        (
            TAKEN_BACK,
            select(AuditEntry.at, AuditEntry.details["reason"].as_string().label("reason"), AuditEntry.subject).where(
                AuditEntry.deed == TAKEN_BACK, AuditEntry.details["person"].as_integer() == person_id
            ),
        ),
    ]


def _columns(table: Any, names: str) -> list[Any]:
    return [getattr(table, name) for name in names.split()]
