"""Everything about one person on a past day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, numbers, register
from certificates.level_models import Level
from certificates.models import Certificate, CertificateStatus
from certificates.standing import Standing
from courses.models import CourseText, CourseVersion
from lms.guidelines.models import Attestation, Guideline, GuidelineVersion
from lms.people.models import Person, Unit
from lms.reports.asof import reading
from lms.reports.asof.standing import Place, Stood


@dataclass(frozen=True)
class Proven:
    """A certificate that had been issued by a day, and not corrected or withdrawn as an error by then."""

    uid: str
    number: str
    level: str
    issued_at: datetime
    valid_from: date
    valid_until: date

    def holds(self, on: date) -> bool:
        """Whether the day is within its term."""
        return self.valid_from <= on <= self.valid_until


@dataclass(frozen=True)
class Accepted:
    """A guideline that somebody had accepted by a day: which version, when, and the SHA-256 of the exact words."""

    id: int
    slug: str
    version: int
    language: str
    accepted_at: datetime
    text_sha256: str


@dataclass(frozen=True)
class OnTheDay:
    """How somebody stood at the end of a day. `known` is false when she was not in the system yet.

    `unit` and `manager` are names for the place; permissions are all that had been asked for by then.
    """

    person: Person
    on: date
    known: bool
    place: Place
    unit: str
    manager: str
    courses: tuple[Stood, ...]
    titles: dict[int, dict[str, str]]
    certificates: tuple[Proven, ...]
    permissions: tuple[tuple[Standing, str], ...]
    accepted: tuple[Accepted, ...]

    @property
    def has_left(self) -> bool:
        return self.place.status == "left"


def on_day(session: Session, person: Person, on: date) -> OnTheDay:
    """How somebody stood at the end of a day, as counted at the company. A dozen statements at most."""
    end = days.end_of(on)
    place = reading.places(session, [person], end)[person.id]
    stood = reading.enrollments(session, [person.id], on)[person.id]
    manager = session.get(Person, place.manager_id) if place.manager_id else None
    return OnTheDay(
        person=person,
        on=on,
        known=person.created_at < end or bool(stood),
        place=place,
        unit=(session.scalar(select(Unit.path).where(Unit.id == place.unit_id)) or "") if place.unit_id else "",
        manager=manager.name if manager else "",
        courses=tuple(stood),
        titles=titles(session, {one.course_id for one in stood}),
        certificates=tuple(certificates(session, person.id, end)),
        permissions=tuple(permissions(session, person.id, on, left=place.status == "left")),
        accepted=tuple(accepted(session, person.id, end)),
    )


def titles(session: Session, course_ids: set[int]) -> dict[int, dict[str, str]]:
    """What courses are called today, by language. One statement, none for no courses."""
    found: dict[int, dict[str, str]] = {}
    if course_ids:
        rows = (
            select(CourseVersion.course_id, CourseText.language, CourseText.title)
            .join(CourseText, CourseText.version_id == CourseVersion.id)
            .where(CourseVersion.course_id.in_(course_ids), CourseVersion.status == "published")
        )
        for course_id, language, title in session.execute(rows):
            found.setdefault(course_id, {})[language] = title
    return found


def permissions(session: Session, person_id: int, on: date, *, left: bool) -> list[tuple[Standing, str]]:
    """The permissions of somebody on a day, each with what it amounted to (as `register.state` says)."""
    found = register.standings(session, person_id, on)
    ended = [one.as_left() for one in found] if left else found
    return [(one, register.state(one.status, one.starts_on, one.ends_on, on)) for one in ended]


def certificates(session: Session, person_id: int, end: datetime) -> list[Proven]:
    """The certificates that stood just before a moment, the newest first. Two statements."""
    rows = session.execute(
        select(Certificate, Level.code)
        .join(Level, Level.id == Certificate.level_id)
        .where(Certificate.person_id == person_id, Certificate.issued_at < end)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    ).all()
    corrected = {one.supersedes_id for one, _ in rows}
    mistaken = _mistaken(session, [one.id for one, _ in rows], end)
    return [_proven(one, code) for one, code in rows if one.id not in corrected | mistaken]


def accepted(session: Session, person_id: int, end: datetime) -> list[Accepted]:
    """What somebody had accepted before a moment, the newest first. One statement."""
    rows = session.execute(
        select(
            Attestation.id,
            Guideline.slug,
            GuidelineVersion.number,
            Attestation.language,
            Attestation.accepted_at,
            Attestation.text_sha256,
        )
        .join(GuidelineVersion, GuidelineVersion.id == Attestation.version_id)
        .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
        .where(Attestation.person_id == person_id, Attestation.accepted_at < end)
        .order_by(Attestation.accepted_at.desc(), Attestation.id.desc())
    )
    return [Accepted(*row) for row in rows]


def _proven(row: Certificate, code: str) -> Proven:
    number = numbers.shown(row.number)
    return Proven(row.uid, number, code, row.issued_at, row.valid_from, row.valid_until)


def _mistaken(session: Session, ids: list[int], end: datetime) -> set[int]:
    rows = session.execute(
        select(CertificateStatus.certificate_id, CertificateStatus.status)
        .where(CertificateStatus.certificate_id.in_(ids), CertificateStatus.at < end)
        .order_by(CertificateStatus.id)
    )
    return {id for id, status in {row[0]: row[1] for row in rows}.items() if status == "withdrawn"}
