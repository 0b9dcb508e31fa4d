"""Letting somebody try a quiz again before the wait is over: for her manager, and for coaches."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.base import audit, clock, mail, outbox
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import force_locale, gettext, pick
from lms.people.models import Person, PersonRole
from quizzes import definitions, retakes
from quizzes.attempt_models import Attempt, Release
from quizzes.gates import COUNTED
from quizzes.models import Quiz, QuizVersion
from quizzes.questions import QuizView
from quizzes.retakes import Wait

FEWEST, LONGEST = 10, 1000
"""Letters that the reason of a release has."""


@dataclass(frozen=True)
class Waiting:
    """Somebody who failed a quiz and has to wait. `attempts` counts all her tries in this enrollment."""

    person: Person
    quiz: QuizView
    attempts: int
    wait: Wait


def _coached_by(coach_id: int) -> ColumnElement[bool]:
    """The people somebody may release: her own reports, and everybody but herself when she is a coach."""
    is_coach = exists().where(PersonRole.person_id == coach_id, PersonRole.role == "coach")
    return and_(Person.id != coach_id, Person.status != "left", or_(Person.manager_id == coach_id, is_coach))


_RELEASED = (
    select(func.max(Release.released_at))
    .where(Release.person_id == Person.id, Release.quiz_id == Quiz.id)
    .correlate(Person, Quiz)
    .scalar_subquery()
)


def waiting(session: Session, coach_id: int, quiz_id: int = 0, person_id: int = 0) -> list[Waiting]:
    """Those who wait for their next attempt and whom this coach may release, the longest wait first.

    Two statements when the quizzes are in memory. `quiz_id` and `person_id` narrow it to one.
    """
    now = clock.now()
    statement = (
        select(Person, Quiz.id.label("quiz_id"), Attempt.submitted_at, _RELEASED.label("released_at"))
        .join(Enrollment, Enrollment.person_id == Person.id)
        .join(Attempt, Attempt.enrollment_id == Enrollment.id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .where(Enrollment.completed_at.is_(None), Attempt.state.in_(COUNTED), _coached_by(coach_id))
    )
    if quiz_id:
        statement = statement.where(Quiz.id == quiz_id, Person.id == person_id)
    ended: dict[tuple[Person, int], list[datetime]] = {}
    released: dict[tuple[Person, int], datetime | None] = {}
    for row in session.execute(statement):
        ended.setdefault((row.Person, row.quiz_id), []).append(row.submitted_at)
        released[row.Person, row.quiz_id] = row.released_at
    quizzes = definitions.newest(session, {number for _, number in ended})
    found = [
        Waiting(person, quizzes[number], len(ends), retakes.wait(ends, released[person, number], quizzes[number], now))
        for (person, number), ends in ended.items()
    ]
    still = [one for one in found if one.wait.until]
    return sorted(still, key=lambda one: (one.wait.until or now, one.person.id), reverse=True)


def release(session: Session, coach_id: int, person_id: int, slug: str, reason: str) -> None:
    """Let somebody begin a new series of attempts now, with a reason that she reads.

    Raises `NotFound` for a person this coach may not release, `Invalid` without a reason, `Conflict` when she need not
    wait any more.
    """
    reason = reason.strip()
    if not FEWEST <= len(reason) <= LONGEST:
        raise Invalid(gettext("Say in a sentence what has changed: the person reads it, in up to 1,000 letters."))
    quiz = definitions.live(session, slug)
    person = session.scalar(select(Person).where(Person.id == person_id, _coached_by(coach_id)).with_for_update())
    if person is None:
        raise NotFound
    if not waiting(session, coach_id, quiz.id, person_id):
        raise Conflict(gettext("%(name)s can try again already.", name=person.name))
    now = clock.now()
    session.add(Release(person_id=person_id, quiz_id=quiz.id, released_by=coach_id, reason=reason, released_at=now))
    session.flush()
    audit.record(session, "released a retake", f"person:{person_id}", actor_id=coach_id, quiz=quiz.id, reason=reason)
    _tell(session, person, quiz, reason, now)


def _tell(session: Session, person: Person, quiz: QuizView, reason: str, at: datetime) -> None:
    with force_locale(person.language):
        title = pick(quiz.titles, person.language)
        subject = gettext("You can try again: %(quiz)s", quiz=title)
        body = mail.render("quizzes/mail/released.txt", person=person, title=title, slug=quiz.slug, reason=reason)
    key = f"release:{person.id}:{quiz.id}:{at.isoformat()}"
    outbox.queue(session, key=key, recipient=person.email, subject=subject, body=body)
