"""Attempts at a quiz: begun on a frozen paper, saved answer by answer, handed in once.

The clock is the server's. An answer counts until the deadline and a little longer, for slow networks; after that the
attempt is closed with what was answered, by whoever touches it first: its owner or the sweeper.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, bindparam, insert, select
from sqlalchemy.orm import Session

from courses import progress
from courses.enrollment_models import Enrollment
from lms.base import clock
from lms.base.db import rows
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person
from quizzes import accommodations, cases, closing, definitions, drawing, gates, papers, pool
from quizzes.attempt_models import OPEN, Accommodation, Attempt, PaperItem, Response
from quizzes.clocks import Clock
from quizzes.models import Quiz, QuizVersion
from quizzes.questions import Answer, QuizView

TIMES = (100, 150, 200)
"""How much time somebody may choose to take, in percent of the usual: no reason asked (WCAG 2.2.1)."""


class Stale(Conflict):
    """The page is older than the attempt: something was answered in another window, or the time of a case is over."""


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt that somebody can go on with."""

    attempt_id: int
    quiz_slug: str
    course_id: int
    deadline_at: datetime


def get(session: Session, attempt_id: int, person_id: int) -> Attempt:
    """Somebody's own attempt. Raises `NotFound`, the same for a missing one and for another's."""
    found = session.scalar(select(Attempt).where(Attempt.id == attempt_id, Attempt.person_id == person_id))
    if found is None:
        raise NotFound
    return found


_OPEN = (
    select(Attempt.id, Quiz.slug, Quiz.course_id, Attempt.deadline_at)
    .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
    .join(Quiz, Quiz.id == QuizVersion.quiz_id)
    .where(
        Attempt.person_id == bindparam("person_id"),
        Attempt.state.in_(OPEN),
        Attempt.deadline_at > bindparam("now"),
    )
    .order_by(Attempt.deadline_at)
)


def open_for(session: Session, person_id: int) -> list[OpenAttempt]:
    """The attempts somebody can go on with, the most urgent first. One statement."""
    return [OpenAttempt(*row) for row in rows(session, _OPEN, {"person_id": person_id, "now": clock.now()})]


def start(session: Session, person_id: int, quiz_slug: str, *, time: int = 100, language: str = "") -> Attempt:
    """Begin an attempt, or return the one that is open. `time` is one of `TIMES`; `language` that of the page.

    Raises `NotFound` for an unknown quiz, `Conflict` with the reason when somebody may not start.
    """
    quiz = definitions.live(session, quiz_slug)
    standing = progress.standing(session, person_id, quiz.course_slug)
    if standing.enrollment:
        found = _lock(session, standing.enrollment)
    mine = gates.of_person(session, person_id, quiz)
    passable = gates.gate(standing, quiz, mine)
    if passable.open and not closing.is_overdue(passable.open):
        return passable.open
    if passable.open:
        if closing.submit(session, passable.open).passed:
            return passable.open
        return start(session, person_id, quiz_slug, time=time, language=language)
    if passable.reason:
        raise Conflict(passable.reason)
    assert standing.enrollment is not None
    number = max((one.number for one in mine.attempts if one.enrollment_id == standing.enrollment.id), default=0) + 1
    return _begin(session, quiz, standing.enrollment, number, replace(found, language=language or found.language), time)


@dataclass(frozen=True)
class Starter:
    """Who starts: her tier, the language she reads, and her accommodation if there is one."""

    tier: str
    language: str
    accommodation: Accommodation | None


def _lock(session: Session, enrollment: Enrollment) -> Starter:
    """One at a time begins attempts of an enrollment."""
    row = session.execute(
        select(Enrollment, Person.tier, Person.language, Accommodation)
        .join(Person, Person.id == Enrollment.person_id)
        .outerjoin(Accommodation, and_(Accommodation.person_id == Enrollment.person_id, accommodations.IN_FORCE))
        .where(Enrollment.id == enrollment.id)
        .with_for_update(of=Enrollment)
        .execution_options(populate_existing=True)
    ).one()
    return Starter(row.tier, row.language, row.Accommodation)


def _begin(
    session: Session, quiz: QuizView, enrollment: Enrollment, number: int, starter: Starter, time: int
) -> Attempt:
    """A new attempt with its frozen paper. The seed is kept: with the bank as it was, it draws the same paper."""
    own: Clock = accommodations.clock_of(starter.accommodation, time)
    seed, now = secrets.randbits(48), clock.now()
    bank = pool.drawable(session, quiz.id, enrollment.person_id)
    paper = drawing.draw(bank, quiz.questions_drawn, seed, quiz.quotas, starter.tier)
    attempt = Attempt(
        person_id=enrollment.person_id,
        enrollment_id=enrollment.id,
        quiz_version_id=quiz.version_id,
        number=number,
        seed=seed,
        language=starter.language,
        tier=starter.tier,
        time_percent=own.percent,
        extra_minutes=own.extra_minutes,
        no_timer=own.no_timer,
        break_seconds=60 * own.break_minutes,
        started_at=now,
        deadline_at=own.deadline(now, quiz.minutes, quiz.closes_at),
    )
    session.add(attempt)
    session.flush()
    rows_of_paper = [
        {
            "attempt_id": attempt.id,
            "position": place,
            "question_version_id": one.version_id,
            "choice_order": list(drawing.order(one, seed)),
        }
        for place, one in enumerate(paper, 1)
    ]
    if rows_of_paper:
        session.execute(insert(PaperItem), rows_of_paper)
    return attempt


def save(
    session: Session,
    attempt: Attempt,
    item_position: int,
    answer: Answer,
    revision: int,
    *,
    certainty: int | None = None,
) -> Attempt:
    """Keep the answer to the question at a place of the paper, for the owner of the attempt.

    `revision` is the newest the page knows. Saving what is already saved changes nothing, whatever the revision.
    `certainty` is 1 to 3, or none when it was not asked or not said.
    Raises `NotFound` for a place that is not on the paper, `Invalid` for an answer that is not offered, `Conflict`
    when the attempt is closed, and `Stale`, a conflict too, when something was answered elsewhere in the meantime,
    what was said cannot be taken back, or the question's own time is over.
    """
    session.refresh(attempt, with_for_update=True)
    item = papers.item(session, attempt, item_position)
    if attempt.state not in OPEN or closing.is_overdue(attempt):
        raise Conflict(gettext("This attempt is closed. Your answers up to then are counted."))
    if attempt.break_until:
        raise Conflict(gettext("You are taking a break, and the clock stands still. Go on first, then answer."))
    item.kind.validate(item.question, answer)
    unchanged = answer == item.answer or (item.answer is None and not any(answer.values()))
    if unchanged and certainty in (None, item.certainty):
        return attempt
    if cases.is_over(session, attempt, item):
        raise Stale(gettext("The time for this case is over. What you chose by then counts."))
    if revision != attempt.revision:
        raise Stale(
            gettext("You answered in another window, so this page is older than your answers. Load it again to go on.")
        )
    if not item.kind.follows(item.question, item.answer, answer):
        raise Stale(gettext("What you said there cannot be taken back. Load the page again to go on from it."))
    _append(session, attempt, item.id, answer, certainty or item.certainty)
    return attempt


def _append(session: Session, attempt: Attempt, item_id: int, answer: Answer, certainty: int | None) -> None:
    now = clock.now()
    attempt.revision += 1
    attempt.late = attempt.late or now > attempt.deadline_at
    session.add(
        Response(
            attempt_id=attempt.id,
            item_id=item_id,
            revision=attempt.revision,
            answer=answer,
            certainty=certainty,
            answered_at=now,
        )
    )
    session.flush()
