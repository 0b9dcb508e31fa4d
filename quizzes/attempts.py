"""Attempts at a quiz: begun on a frozen paper, saved answer by answer, handed in once.

The clock is the server's. An answer counts until the deadline and a little longer, for slow networks; after that the
attempt is closed with what was answered, by whoever touches it first: its owner or the sweeper.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses import progress
from courses.enrollment_models import Enrollment
from courses.progress import Standing
from lms.base import audit, clock
from lms.base.db import rows
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext, ngettext, pick
from quizzes import definitions, drawing, grading, papers
from quizzes.models import Attempt, Mark, PaperItem, Quiz, QuizVersion, Response
from quizzes.questions import Answer, QuizView

GRACE = timedelta(seconds=30)
"""How long after the deadline an answer that was under way still counts."""

TIMES = (100, 150, 200)
"""How much time somebody may choose to take, in percent of the usual: no reason asked (WCAG 2.2.1)."""


class Stale(Conflict):
    """The page is older than what was answered in another window."""


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt that somebody can go on with."""

    attempt_id: int
    quiz_slug: str
    course_id: int
    deadline_at: datetime


@dataclass(frozen=True)
class Gate:
    """Whether somebody may start: the open attempt to go on with, or the sentence that says why not, or neither."""

    open: Attempt | None = None
    reason: str = ""


def get(session: Session, attempt_id: int, person_id: int) -> Attempt:
    """Somebody's own attempt. Raises `NotFound`, the same for a missing one and for another's."""
    found = session.scalar(select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id))
    if found is None:
        raise NotFound
    return found


def of_person(session: Session, person_id: int, quiz: QuizView) -> list[Attempt]:
    """Somebody's attempts at a quiz, the newest first."""
    return list(
        session.scalars(
            select(Attempt)
            .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
            .where(Attempt.person_id == person_id, QuizVersion.quiz_id == quiz.id)
            .order_by(Attempt.id.desc())
        )
    )


_OPEN = (
    select(Attempt.id, Quiz.slug, Quiz.course_id, Attempt.deadline_at)
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .join(Quiz, Quiz.id == QuizVersion.quiz_id)
    .where(
        Attempt.person_id == bindparam("person_id"),
        Attempt.state == "in_progress",
        Attempt.deadline_at > bindparam("now"),
    )
    .order_by(Attempt.deadline_at)
)


def open_for(session: Session, person_id: int) -> list[OpenAttempt]:
    """The attempts somebody can go on with, the most urgent first. One statement."""
    return [OpenAttempt(*row) for row in rows(session, _OPEN, {"person_id": person_id, "now": clock.now()})]


def is_overdue(attempt: Attempt) -> bool:
    """Whether the attempt is open although its time, with the grace, is over."""
    return attempt.state == "in_progress" and clock.now() > attempt.deadline_at + GRACE


def gate(standing: Standing, mine: list[Attempt]) -> Gate:
    """Whether somebody may start a quiz, from where she stands in its course and her attempts at it."""
    enrollment = standing.enrollment
    for attempt in mine:
        if enrollment and attempt.enrollment_id == enrollment.id and attempt.state == "in_progress":
            return Gate(open=attempt)
    return Gate(reason=_locked(standing))


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


def start(session: Session, person_id: int, quiz_slug: str, *, time: int = 100) -> Attempt:
    """Begin an attempt, or return the one that is open. `time` is one of `TIMES`.

    Raises `NotFound` for an unknown quiz, `Conflict` with the reason when somebody may not start.
    """
    quiz = definitions.live(session, quiz_slug)
    standing = progress.standing(session, person_id, quiz.course_slug)
    if standing.enrollment:
        session.refresh(standing.enrollment, with_for_update=True)
    mine = of_person(session, person_id, quiz)
    found = gate(standing, mine)
    if found.open and not is_overdue(found.open):
        return found.open
    if found.open and submit(session, found.open).passed:
        return found.open
    if reason := found.reason or _locked(standing):
        raise Conflict(reason)
    assert standing.enrollment is not None
    return _begin(session, quiz, standing.enrollment, time)


def _begin(session: Session, quiz: QuizView, enrollment: Enrollment, time: int) -> Attempt:
    """A new attempt with its frozen paper. The seed is kept in the audit trail."""
    person_id, seed, now = enrollment.person_id, secrets.randbits(48), clock.now()
    bank = definitions.current_questions(session, quiz)
    paper = drawing.draw(bank, quiz.questions_drawn, seed, papers.seen(session, person_id))
    last = session.scalar(select(func.max(Attempt.number)).where(Attempt.enrollment_id == enrollment.id))
    attempt = Attempt(
        person_id=person_id,
        enrollment_id=enrollment.id,
        quiz_version_id=quiz.version_id,
        number=(last or 0) + 1,
        started_at=now,
        deadline_at=now + timedelta(seconds=quiz.minutes * 60 * time // 100),
        items=[
            PaperItem(position=position, question_version_id=drawn.question.version_id, choice_order=list(drawn.order))
            for position, drawn in enumerate(paper, 1)
        ],
    )
    session.add(attempt)
    session.flush()
    audit.record(session, "started an attempt", f"attempt:{attempt.id}", actor_id=person_id, seed=seed, time=time)
    return attempt


def save(session: Session, attempt: Attempt, item_position: int, answer: Answer, revision: int) -> Attempt:
    """Keep the answer to the question at a place of the paper, for the owner of the attempt.

    `revision` is the newest the page knows. Saving what is already saved changes nothing, whatever the revision.
    Raises `NotFound` for a place that is not on the paper, `Invalid` for an answer that is not offered, `Conflict`
    when the attempt is closed, and `Stale`, a conflict too, when something was answered elsewhere in the meantime.
    """
    session.refresh(attempt, with_for_update=True)
    item = papers.item(session, attempt, item_position)
    if attempt.state != "in_progress" or is_overdue(attempt):
        raise Conflict(gettext("This attempt is closed. Your answers up to then are counted."))
    item.kind.validate(item.question, answer)
    if answer == item.answer or (item.answer is None and not any(answer.values())):
        return attempt
    if revision != attempt.revision:
        raise Stale(
            gettext("You answered in another window, so this page is older than your answers. Load it again to go on.")
        )
    _append(session, attempt, item.id, answer)
    return attempt


def _append(session: Session, attempt: Attempt, item_id: int, answer: Answer) -> None:
    now = clock.now()
    attempt.revision += 1
    attempt.late = attempt.late or now > attempt.deadline_at
    session.add(
        Response(attempt_id=attempt.id, item_id=item_id, revision=attempt.revision, answer=answer, answered_at=now)
    )
    session.flush()


def submit(session: Session, attempt: Attempt) -> Attempt:
    """Hand in an attempt, for its owner: mark it, and record a pass. A second time changes nothing.

    An attempt whose time is over is closed at its deadline, with what was answered by then.
    """
    _lock_enrollment(session, attempt.enrollment_id)
    session.refresh(attempt, with_for_update=True)
    if attempt.state == "in_progress":
        _close(session, attempt)
    return attempt


def close_overdue(session: Session) -> int:
    """Close and mark every attempt whose time is over; returns how many. For the sweeper."""
    overdue = session.scalars(
        select(Attempt)
        .where(Attempt.state == "in_progress", Attempt.deadline_at < clock.now() - GRACE)
        .order_by(Attempt.enrollment_id)
    ).all()
    for attempt in overdue:
        submit(session, attempt)
    return len(overdue)


def _close(session: Session, attempt: Attempt) -> None:
    now, overdue = clock.now(), is_overdue(attempt)
    paper = papers.items(session, attempt)
    marks = {item.id: item.kind.mark(item.question, item.answer) for item in paper}
    pass_mark = definitions.version(session, attempt.quiz_version_id).pass_mark
    verdict = grading.verdict(marks.values(), pass_mark)
    session.add_all(
        Mark(item_id=item_id, credit=mark.credit, crossed=mark.crossed, marked_at=now)
        for item_id, mark in marks.items()
    )
    attempt.late = attempt.late or attempt.deadline_at < now <= attempt.deadline_at + GRACE
    attempt.submitted_at = attempt.deadline_at if overdue else now
    attempt.percent_hundredths, attempt.passed = verdict.percent_hundredths, verdict.passed
    attempt.state = "marked"
    session.flush()
    deed, actor_id = ("closed an attempt", None) if overdue else ("handed in an attempt", attempt.person_id)
    audit.record(session, deed, f"attempt:{attempt.id}", actor_id=actor_id, passed=verdict.passed)
    if verdict.passed:
        progress.record_pass(session, attempt.enrollment_id)


def _lock_enrollment(session: Session, enrollment_id: int) -> None:
    """One at a time begins or closes attempts of an enrollment. Always before the attempt's own lock."""
    session.execute(select(Enrollment.id).where(Enrollment.id == enrollment_id).with_for_update())
