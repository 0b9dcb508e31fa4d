"""What somebody has shown so far: read once for all levels, in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from certificates import days, ladder
from certificates.ladder import LevelView
from certificates.models import Authorization, Certificate, CertificateStatus
from certificates.way.models import Contribution, Waiver
from certificates.way.terms import Held
from courses.enrollment_models import Enrollment
from courses.models import CourseVersion
from lms.base.errors import NotFound
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.guidelines.catalog import GuidelineView
from lms.people.models import Person
from quizzes.attempt_models import Attempt
from quizzes.models import Quiz, QuizVersion


@dataclass(frozen=True)
class Completion:
    """A completed enrollment in a course: which cycle, when, and the version that was taken."""

    course_id: int
    cycle: int
    at: datetime
    version: int | None


@dataclass(frozen=True)
class Pass:
    """A passed attempt at a quiz, in hundredths of a percent."""

    slug: str
    hundredths: int
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """All that the levels asked about look at. `acceptances` counts the guideline as accepted anew."""

    tier: str
    today: date
    guideline: GuidelineView | None = None
    accepted: bool = False
    acceptances: int = 0
    completions: Sequence[Completion] = ()
    passes: Sequence[Pass] = ()
    held: Mapping[int, Held] = field(default_factory=dict)
    ladder: Sequence[LevelView] = ()
    good_samples: Sequence[datetime] = ()
    active_on: date | None = None
    waived: frozenset[tuple[int, str, str]] = frozenset()

    def holds(self, code: str) -> bool:
        """Whether a level holds today, or one above it; an endorsement by itself alone."""
        wanted = next((level for level in self.ladder if level.code == code), None)
        if wanted is None:
            return False
        above = [level for level in self.ladder if level.kind == "level" == wanted.kind and level.rank > wanted.rank]
        standing = (self.held.get(level.id) for level in (wanted, *above))
        return any(held is not None and held.holds(self.today) for held in standing)


def gather(session: Session, person: Person, levels: Sequence[LevelView]) -> Evidence:
    """What a person has shown toward some levels. At most nine statements, fewer where the levels ask for less."""
    kinds = {need.kind for level in levels for need in level.needs}
    guideline = _guideline(session)
    samples, active_on = _contributions(session, person.id) if any(map(_looks_at_posts, levels)) else ([], None)
    return Evidence(
        tier=person.tier,
        today=days.today(),
        guideline=guideline,
        accepted=guideline is not None and attestations.accepted(session, person.id, guideline.version_id),
        acceptances=_acceptances(session, person.id, guideline, levels),
        completions=_completions(session, person.id) if "course" in kinds else (),
        passes=_passes(session, person.id) if "quiz" in kinds else (),
        held=held_by(session, person.id),
        ladder=ladder.levels(session) if "level" in kinds else (),
        good_samples=samples,
        active_on=active_on,
        waived=_waived(session, person.id) if kinds else frozenset(),
    )


def held_by(session: Session, person_id: int) -> dict[int, Held]:
    """The newest certificate of somebody in each level, by the number of the level. One statement.

    One that was issued in error and withdrawn counts as revoked, unless it was restored since.
    """
    found: dict[int, Held] = {}
    for row in session.execute(_HELD.where(Certificate.person_id == person_id)):
        ends_on = min(row.valid_until, row.ends_on or row.valid_until)
        status = "revoked" if row.error == "withdrawn" else row.status or "active"
        found.setdefault(row.level_id, Held(row.level_id, row.cycle, row.issued_at, ends_on, status))
    return found


_issue = aliased(Certificate)
_ERROR = (
    select(CertificateStatus.status)
    .join(_issue, _issue.id == CertificateStatus.certificate_id)
    .where(func.coalesce(_issue.root_id, _issue.id) == func.coalesce(Certificate.root_id, Certificate.id))
    .order_by(CertificateStatus.id.desc())
    .limit(1)
    .correlate(Certificate)
    .scalar_subquery()
)
_HELD = (
    select(
        Certificate.level_id,
        Certificate.cycle,
        Certificate.issued_at,
        Certificate.valid_until,
        Authorization.ends_on,
        Authorization.status,
        _ERROR.label("error"),
    )
    .outerjoin(Authorization, Authorization.certificate_id == func.coalesce(Certificate.root_id, Certificate.id))
    .order_by(Certificate.cycle.desc(), Certificate.issue)
)
"""The first issue of a cycle says when it was earned: a correction changes no date of a renewal."""


def _guideline(session: Session) -> GuidelineView | None:
    try:
        return guidelines.live(session)
    except NotFound:
        return None


def _acceptances(session: Session, person_id: int, guideline: GuidelineView | None, levels: Sequence[LevelView]) -> int:
    if guideline is None or all(level.needs for level in levels):
        return 0
    return attestations.material_count(session, person_id, guideline.slug)


def _completions(session: Session, person_id: int) -> list[Completion]:
    rows = session.execute(
        select(Enrollment.course_id, Enrollment.cycle, Enrollment.completed_at, CourseVersion.number)
        .outerjoin(CourseVersion, CourseVersion.id == Enrollment.version_id)
        .where(Enrollment.person_id == person_id, Enrollment.completed_at.is_not(None))
        .order_by(Enrollment.completed_at)
    )
    return [Completion(course_id, cycle, at, number) for course_id, cycle, at, number in rows if at is not None]


def _passes(session: Session, person_id: int) -> list[Pass]:
    rows = session.execute(
        select(Quiz.slug, Attempt.percent_hundredths, Attempt.submitted_at)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Attempt.person_id == person_id, Attempt.state == "marked", Attempt.passed.is_(True))
        .order_by(Attempt.submitted_at)
    )
    return [Pass(slug, hundredths or 0, at) for slug, hundredths, at in rows if at is not None]


def _looks_at_posts(level: LevelView) -> bool:
    return bool(level.samples or level.renewal_samples or level.dormant_months)


def _contributions(session: Session, person_id: int) -> tuple[list[datetime], date | None]:
    """When somebody told of the posts that a coach found good, and the day of her newest post."""
    rows = session.execute(
        select(Contribution.told_at, Contribution.posted_on, Contribution.verdict)
        .where(Contribution.person_id == person_id)
        .order_by(Contribution.told_at)
    ).all()
    return [row.told_at for row in rows if row.verdict == "good"], max((row.posted_on for row in rows), default=None)


def _waived(session: Session, person_id: int) -> frozenset[tuple[int, str, str]]:
    rows = session.execute(
        select(Waiver.level_id, Waiver.kind, Waiver.slug).where(
            Waiver.person_id == person_id, Waiver.ended_at.is_(None)
        )
    )
    return frozenset((row.level_id, row.kind, row.slug) for row in rows)
