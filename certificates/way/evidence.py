"""What somebody has shown so far: read once for all levels, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
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
    """All that the levels asked about look at. `acceptances` counts the guideline as accepted anew.

    `missing_quizzes` are asked for and do not exist yet.
    """

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
    missing_quizzes: frozenset[str] = frozenset()

    def holds(self, code: str) -> bool:
        """Whether a level holds today, or one above it; an endorsement by itself alone."""
        wanted = next((level for level in self.ladder if level.code == code), None)
        if wanted is None:
            return False
        above = [level for level in self.ladder if level.kind == "level" == wanted.kind and level.rank > wanted.rank]
        standing = (self.held.get(level.id) for level in (wanted, *above))
        return any(held is not None and held.holds(self.today) for held in standing)


def gather(session: Session, person: Person, levels: Sequence[LevelView]) -> Evidence:
    """What a person has shown toward some levels. At most ten statements, fewer where the levels ask for less."""
    return gather_all(session, [person], levels)[person.id]


def gather_all(session: Session, people: Sequence[Person], levels: Sequence[LevelView]) -> dict[int, Evidence]:
    """What each of some people has shown toward some levels, by her number: as many statements as for one."""
    kinds = {need.kind for level in levels for need in level.needs}
    ids = [person.id for person in people]
    guideline = _guideline(session)
    accepted = attestations.accepted_by(session, ids, guideline.version_id) if guideline else set()
    acceptances = _acceptances(session, ids, guideline, levels)
    completions = _completions(session, ids) if "course" in kinds else {}
    passes = _passes(session, ids) if "quiz" in kinds else {}
    missing = _missing_quizzes(session, levels) if "quiz" in kinds else frozenset()
    held = _held(session, ids)
    posts = _contributions(session, ids) if any(map(_looks_at_posts, levels)) else {}
    waived = _waived(session, ids) if kinds else {}
    every = ladder.levels(session) if "level" in kinds else ()
    return {
        person.id: Evidence(
            tier=person.tier,
            today=days.today(),
            guideline=guideline,
            accepted=person.id in accepted,
            acceptances=acceptances.get(person.id, 0),
            completions=completions.get(person.id, ()),
            passes=passes.get(person.id, ()),
            held=held.get(person.id, {}),
            ladder=every,
            good_samples=[post.told_at for post in posts.get(person.id, ()) if post.verdict == "good"],
            active_on=max((post.posted_on for post in posts.get(person.id, ())), default=None),
            waived=frozenset(waived.get(person.id, ())),
            missing_quizzes=missing,
        )
        for person in people
    }


def held_by(session: Session, person_id: int) -> dict[int, Held]:
    """The newest certificate of somebody in each level, by the number of the level. One statement.

    One that was issued in error and withdrawn counts as revoked, unless it was restored since.
    """
    return _held(session, [person_id]).get(person_id, {})


def _held(session: Session, person_ids: Collection[int]) -> dict[int, dict[int, Held]]:
    found = defaultdict[int, dict[int, Held]](dict)
    for row in session.execute(_HELD.where(Certificate.person_id.in_(person_ids))):
        ends_on = min(row.valid_until, row.ends_on or row.valid_until)
        status = "revoked" if row.error == "withdrawn" else row.status or "active"
        found[row.person_id].setdefault(row.level_id, Held(row.level_id, row.cycle, row.issued_at, ends_on, status))
    return found


_issue = aliased(Certificate)
_ERROR = (
    select(CertificateStatus.status)
    .join(_issue, _issue.id == CertificateStatus.certificate_id)
    .where(
        _issue.person_id == Certificate.person_id,
        _issue.level_id == Certificate.level_id,
        _issue.cycle == Certificate.cycle,
    )
    .order_by(CertificateStatus.id.desc())
    .limit(1)
    .correlate(Certificate)
    .scalar_subquery()
)
_HELD = (
    select(
        Certificate.person_id,
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


def _acceptances(
    session: Session, person_ids: Collection[int], guideline: GuidelineView | None, levels: Sequence[LevelView]
) -> dict[int, int]:
    if guideline is None or all(level.needs for level in levels):
        return {}
    return attestations.material_counts(session, person_ids, guideline.slug)


def _completions(session: Session, person_ids: Collection[int]) -> dict[int, list[Completion]]:
    rows = session.execute(
        select(
            Enrollment.person_id, Enrollment.course_id, Enrollment.cycle, Enrollment.completed_at, CourseVersion.number
        )
        .outerjoin(CourseVersion, CourseVersion.id == Enrollment.version_id)
        .where(Enrollment.person_id.in_(person_ids), Enrollment.completed_at.is_not(None))
        .order_by(Enrollment.completed_at)
    )
    found = defaultdict[int, list[Completion]](list)
    for person_id, course_id, cycle, at, number in rows:
        if at is not None:
            found[person_id].append(Completion(course_id, cycle, at, number))
    return found


def _passes(session: Session, person_ids: Collection[int]) -> dict[int, list[Pass]]:
    rows = session.execute(
        select(Attempt.person_id, Quiz.slug, Attempt.percent_hundredths, Attempt.submitted_at)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Attempt.person_id.in_(person_ids), Attempt.state == "marked", Attempt.passed.is_(True))
        .order_by(Attempt.submitted_at)
    )
    found = defaultdict[int, list[Pass]](list)
    for person_id, slug, hundredths, at in rows:
        if at is not None:
            found[person_id].append(Pass(slug, hundredths or 0, at))
    return found


def _missing_quizzes(session: Session, levels: Sequence[LevelView]) -> frozenset[str]:
    """The quizzes that these levels ask for and that do not exist yet."""
    asked = {need.slug for level in levels for need in level.needs if need.kind == "quiz"}
    return frozenset(asked.difference(session.scalars(select(Quiz.slug).where(Quiz.slug.in_(asked)))))


def _looks_at_posts(level: LevelView) -> bool:
    return bool(level.samples or level.renewal_samples or level.dormant_months)


@dataclass(frozen=True)
class _Post:
    """A post that somebody told of: when, of which day, and what a coach said of it."""

    told_at: datetime
    posted_on: date
    verdict: str | None


def _contributions(session: Session, person_ids: Collection[int]) -> dict[int, list[_Post]]:
    """The posts that people told of, by person, the oldest first."""
    rows = session.execute(
        select(Contribution.person_id, Contribution.told_at, Contribution.posted_on, Contribution.verdict)
        .where(Contribution.person_id.in_(person_ids))
        .order_by(Contribution.told_at)
    )
    found = defaultdict[int, list[_Post]](list)
    for row in rows:
        found[row.person_id].append(_Post(row.told_at, row.posted_on, row.verdict))
    return found


def _waived(session: Session, person_ids: Collection[int]) -> dict[int, set[tuple[int, str, str]]]:
    rows = session.execute(
        select(Waiver.person_id, Waiver.level_id, Waiver.kind, Waiver.slug).where(
            Waiver.person_id.in_(person_ids), Waiver.ended_at.is_(None)
        )
    )
    found = defaultdict[int, set[tuple[int, str, str]]](set)
    for row in rows:
        found[row.person_id].add((row.level_id, row.kind, row.slug))
    return found
