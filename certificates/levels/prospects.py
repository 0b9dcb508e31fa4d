"""What a change of a level would mean for people, counted before it is saved. Nothing is changed.

Counted are courses, quizzes, other levels, waivers and the guideline; posts that a coach looks at are not.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import Session, aliased

from certificates import days, ladder
from certificates.ladder import LevelView, Need
from certificates.models import Authorization, Certificate
from certificates.way.models import Waiver
from courses.enrollment_models import Enrollment
from courses.models import Course
from lms.base import clock
from lms.base.errors import NotFound
from lms.guidelines import attestations
from lms.guidelines import catalog as guidelines
from lms.people.models import TIERS, Person
from quizzes.attempt_models import Attempt
from quizzes.models import Quiz, QuizVersion

_below = aliased(Authorization)
RENEWAL = ("renew_days", "renewal_samples", "dormant_months", "attest_months", "grace_days", "valid_months")
STANDS = ("active", "suspended")
DAYS_A_MONTH = 30.44


@dataclass(frozen=True)
class Prospect:
    """`holders` keep what they have. `newly` could have the level from now on, `no_longer` not any more.

    `renewing` are holders who renew by other rules than before.
    """

    holders: int
    newly: int
    no_longer: int
    renewing: int


def prospect(session: Session, before: LevelView, wanted: LevelView) -> Prospect:
    """What a change would mean. One statement, however many people there are, beside what is kept in memory."""
    version_id = _guideline(session)
    levels = ladder.levels(session)
    now, then = (_meets(level, levels, version_id) for level in (before, wanted))
    holds = _holds(before)
    row = session.execute(
        select(
            func.count(case((holds, Person.id))),
            func.count(case((and_(~holds, then, ~now), Person.id))),
            func.count(case((and_(~holds, now, ~then), Person.id))),
        ).where(Person.status != "left")
    ).one()
    return Prospect(*row, renewing=row[0] if _renews_otherwise(before, wanted) else 0)


def _renews_otherwise(before: LevelView, wanted: LevelView) -> bool:
    def asked(level: LevelView) -> set[Need]:
        return {need for need in level.needs if need.renewal}

    same = all(getattr(before, name) == getattr(wanted, name) for name in RENEWAL)
    return not same or asked(before) != asked(wanted)


def _guideline(session: Session) -> int | None:
    try:
        return guidelines.live(session).version_id
    except NotFound:
        return None


def _holds(level: LevelView) -> ColumnElement[bool]:
    """Whether a person has the level: a permission that is not over, or a certificate of one that gives none."""
    given = exists().where(
        Authorization.person_id == Person.id, Authorization.level_id == level.id, Authorization.status.in_(STANDS)
    )
    if level.gives_authorization:
        return given
    proved = exists().where(
        Certificate.person_id == Person.id, Certificate.level_id == level.id, Certificate.valid_until >= days.today()
    )
    return or_(given, proved)


def _meets(level: LevelView, levels: tuple[LevelView, ...], version_id: int | None) -> ColumnElement[bool]:
    """Whether a person does all that a level asks of her tier at first."""
    by_tier = [
        and_(Person.tier == tier, *(_has(need, level, levels) for need in level.needs_of(tier))) for tier in TIERS
    ]
    if not level.needs_attestation:
        return or_(*by_tier)
    if version_id is None:
        return false()
    return and_(attestations.holds_for(Person.id.expression, literal(version_id)), or_(*by_tier))


def _has(need: Need, level: LevelView, levels: tuple[LevelView, ...]) -> ColumnElement[bool]:
    waived = exists().where(
        Waiver.person_id == Person.id,
        Waiver.level_id == level.id,
        Waiver.kind == need.kind,
        Waiver.slug == need.slug,
        Waiver.ended_at.is_(None),
    )
    shown = {"course": _completed, "quiz": _passed}
    done = _stands(need, levels) if need.kind == "level" else shown[need.kind](need)
    return or_(waived, done)


def _completed(need: Need) -> ColumnElement[bool]:
    course = select(Course.id).where(Course.slug == need.slug).scalar_subquery()
    fresh = Enrollment.completed_at >= _since(need) if need.within_months else true()
    return exists().where(
        Enrollment.person_id == Person.id,
        Enrollment.course_id == course,
        Enrollment.completed_at.is_not(None),
        fresh,
    )


def _passed(need: Need) -> ColumnElement[bool]:
    fresh = Attempt.submitted_at >= _since(need) if need.within_months else true()
    return (
        select(Attempt.id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(
            Attempt.person_id == Person.id,
            Quiz.slug == need.slug,
            Attempt.passed.is_(True),
            Attempt.percent_hundredths >= 100 * (need.percent or 0),
            fresh,
        )
        .correlate(Person)
        .exists()
    )


def _stands(need: Need, levels: tuple[LevelView, ...]) -> ColumnElement[bool]:
    """Whether she has the level, or one above it."""
    wanted = next((one for one in levels if one.code == need.slug), None)
    if wanted is None:
        return false()
    enough = [one.id for one in levels if one.kind == "level" == wanted.kind and one.rank > wanted.rank]
    return exists().where(
        _below.person_id == Person.id, _below.level_id.in_([wanted.id, *enough]), _below.status == "active"
    )


def _since(need: Need) -> object:
    return clock.now() - timedelta(days=round(DAYS_A_MONTH * (need.within_months or 0)))


def holders(session: Session) -> dict[int, int]:
    """How many people have each level, by its number. Two statements."""
    given = (
        select(Authorization.level_id, func.count(Authorization.person_id.distinct()))
        .where(Authorization.status.in_(STANDS))
        .group_by(Authorization.level_id)
    )
    proved = (
        select(Certificate.level_id, func.count(Certificate.person_id.distinct()))
        .where(Certificate.valid_until >= days.today())
        .group_by(Certificate.level_id)
    )
    giving = {level.id for level in ladder.levels(session) if level.gives_authorization}
    proofs = {level_id: count for level_id, count in session.execute(proved) if level_id not in giving}
    return proofs | dict(session.execute(given).all())
