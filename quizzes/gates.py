"""Whether somebody may start a quiz, and why not."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from courses.progress import Standing
from lms.base import clock, i18n
from lms.base.i18n import gettext, ngettext, pick
from quizzes import retakes
from quizzes.attempt_models import OPEN, Attempt, Release
from quizzes.models import QuizVersion
from quizzes.questions import QuizView
from quizzes.retakes import Wait

COUNTED = ("marked", "abandoned")
"""States of attempts that count as a try."""


@dataclass(frozen=True)
class Gate:
    """Whether somebody may start: the open attempt to go on with, or the sentence that says why not, or neither.

    `waiting` is an attempt that people are marking; `wait` says how many attempts are left, and when the next may be.
    """

    open: Attempt | None = None
    waiting: Attempt | None = None
    reason: str = ""
    wait: Wait = field(default_factory=Wait)


class Mine(NamedTuple):
    """Somebody's attempts at a quiz, the newest first, and when a coach last released her for a new series.

    `version_id` is the version of the course she is on in the enrollment of the newest; none when it is not begun.
    """

    attempts: list[Attempt]
    released_at: datetime | None
    version_id: int | None = None


_RELEASED = (
    select(func.max(Release.released_at))
    .where(Release.person_id == bindparam("person_id"), Release.quiz_id == bindparam("quiz_id"))
    .scalar_subquery()
)
_MINE = (
    select(Attempt, _RELEASED.label("released_at"), Enrollment.version_id)
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .join(Enrollment, Enrollment.id == Attempt.enrollment_id)
    .where(Attempt.person_id == bindparam("person_id"), QuizVersion.quiz_id == bindparam("quiz_id"))
    .order_by(Attempt.id.desc())
)


def of_person(session: Session, person_id: int, quiz: QuizView) -> Mine:
    """Somebody's attempts at a quiz. One statement."""
    found = session.execute(_MINE, {"person_id": person_id, "quiz_id": quiz.id}).all()
    newest = found[0] if found else None
    return Mine([row.Attempt for row in found], newest and newest.released_at, newest and newest.version_id)


def gate(standing: Standing, quiz: QuizView, mine: Mine) -> Gate:
    """Whether somebody may start a quiz, from where she stands in its course and her attempts at it."""
    enrollment = standing.enrollment
    here = [attempt for attempt in mine.attempts if enrollment and attempt.enrollment_id == enrollment.id]
    for attempt in here:
        if attempt.state in OPEN:
            return Gate(open=attempt)
        if attempt.state == "submitted":
            return Gate(
                waiting=attempt, reason=gettext("Somebody is reading your answers. You get a mail when it is done.")
            )
    wait = waiting_of(mine, enrollment.id if enrollment else 0, quiz)
    return Gate(reason=_locked(standing) or _closed(quiz) or _too_early(wait), wait=wait)


def waiting_of(mine: Mine, enrollment_id: int, quiz: QuizView) -> Wait:
    """When the owner of these attempts may try again, as far as her earlier tries go. Voided ones do not count."""
    counted = (one for one in mine.attempts if one.enrollment_id == enrollment_id and one.state in COUNTED)
    return retakes.wait([one.submitted_at for one in counted if one.submitted_at], mine.released_at, quiz, clock.now())


def _locked(standing: Standing) -> str:
    if standing.enrollment is None:
        return gettext("Begin with the course. The quiz opens when its lessons are done.")
    if standing.completed_at:
        return gettext("You have completed this course. There is nothing left to pass.")
    if left := standing.lessons_left:
        return ngettext(
            "One lesson is left before the quiz: %(lessons)s.",
            "%(num)s lessons are left before the quiz: %(lessons)s.",
            len(left),
            lessons=", ".join(pick(lesson.titles) for lesson in left),
        )
    return ""


def _closed(quiz: QuizView) -> str:
    if quiz.closes_at and quiz.closes_at <= clock.now():
        return gettext("This quiz closed on %(moment)s.", moment=i18n.moment(quiz.closes_at))
    return ""


def _too_early(wait: Wait) -> str:
    if wait.until is None:
        return ""
    words = {"moment": i18n.moment(wait.until)}
    if wait.exhausted:
        return gettext(
            "You have used your attempts for now. You can try again on %(moment)s, or sooner when a coach lets you.",
            **words,
        )
    return gettext("You can try again on %(moment)s. Take the time to reread what the result names.", **words)
