"""Closing attempts: marked, decided, and kept so that the decision can be proved. One transaction each."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from courses import progress
from courses.enrollment_models import Enrollment
from lms.base import audit, clock
from lms.base.errors import Conflict
from lms.base.events import announce
from lms.base.i18n import gettext
from quizzes import definitions, grading, papers, promises
from quizzes.analysis import facts
from quizzes.attempt_models import OPEN, Attempt, Mark, Result
from quizzes.clocks import GRACE
from quizzes.events import AttemptDecided
from quizzes.grading import Verdict
from quizzes.marking import tasks
from quizzes.papers import Item
from quizzes.questions import Marked, QuizView
from quizzes.records import record
from quizzes.regrading import holding

AT_ONCE = 200
"""So many attempts the sweeper closes in one transaction."""


def is_overdue(attempt: Attempt) -> bool:
    """Whether the attempt is open although its time, with the grace, is over."""
    return attempt.state in OPEN and clock.now() > attempt.deadline_at + GRACE


def submit(session: Session, attempt: Attempt) -> Attempt:
    """Hand in an attempt, for its owner or the clock: mark it, and record a pass. A second time changes nothing.

    An attempt whose time is over is closed at its deadline, with what was answered by then; one in which nothing was
    answered by then is abandoned.
    """
    lock_enrollment(session, attempt.enrollment_id)
    session.refresh(attempt, with_for_update=True)
    if attempt.state in OPEN:
        _close(session, attempt)
    return attempt


def close_overdue(session: Session) -> int:
    """Close and mark attempts whose time is over, the oldest first; returns how many. For the sweeper."""
    overdue = session.scalars(
        select(Attempt)
        .where(Attempt.state.in_(OPEN), Attempt.deadline_at < clock.now() - GRACE)
        .order_by(Attempt.enrollment_id)
        .limit(AT_ONCE)
    ).all()
    for attempt in overdue:
        submit(session, attempt)
    return len(overdue)


def _close(session: Session, attempt: Attempt) -> None:
    now, overdue = clock.now(), is_overdue(attempt)
    quiz = definitions.version(session, attempt.quiz_version_id)
    paper = [replace(item, mark=item.kind.mark(item.question, item.answer)) for item in papers.items(session, attempt)]
    waiting = [item for item in paper if item.answered and item.kind.waits_for(item.question)]
    promises.keep(session, attempt, paper)
    session.add_all(_mark(item) for item in paper if item not in waiting)
    if not waiting:
        paper = holding.hold(session, attempt, paper, partial(verdict, quiz))
    attempt.late = attempt.late or attempt.deadline_at < now <= attempt.deadline_at + GRACE
    attempt.submitted_at = attempt.deadline_at if overdue else now
    attempt.break_until = None
    deed, actor_id = ("closed an attempt", None) if overdue else ("handed in an attempt", attempt.person_id)
    if waiting:
        attempt.state = "submitted"
        tasks.open_for(session, attempt, quiz, waiting)
        session.flush()
        audit.record(session, deed, f"attempt:{attempt.id}", actor_id=actor_id, waits=len(waiting))
        return
    state = "abandoned" if overdue and not attempt.revision else "marked"
    decided = decide(session, attempt, quiz, paper, "time over" if overdue else "handed in", state)
    audit.record(
        session, deed, f"attempt:{attempt.id}", actor_id=actor_id, passed=decided.passed, record=decided.record_sha256
    )


def void(session: Session, attempt: Attempt, actor_id: int, reason: str) -> None:
    """Have an attempt count for nothing, neither as a try nor in the figures, as after an outage. Says why.

    Raises `Conflict` for one that was passed: a pass is taken away by a regrade, with its second hand.
    """
    lock_enrollment(session, attempt.enrollment_id)
    session.refresh(attempt, with_for_update=True)
    if attempt.state == "voided":
        return
    if attempt.passed:
        raise Conflict(gettext("This attempt was passed. A pass is only taken away by regrading a question."))
    before, attempt.state, attempt.break_until = attempt.state, "voided", None
    facts.forget(session, attempt.id)
    audit.record(session, "voided an attempt", f"attempt:{attempt.id}", actor_id=actor_id, before=before, reason=reason)


def _mark(item: Item) -> Mark:
    assert item.mark is not None
    return Mark(item_id=item.id, credit=item.mark.credit, crossed=item.mark.crossed, marked_at=clock.now())


def verdict(quiz: QuizView, paper: Sequence[Item]) -> Verdict:
    """The verdict on a paper as it is marked now."""
    marks = (replace(item.mark or Marked(0, False), clauses=item.question.clauses) for item in paper)
    return grading.verdict(marks, quiz.pass_mark, quiz.must_pass)


def decide(
    session: Session,
    attempt: Attempt,
    quiz: QuizView,
    paper: Sequence[Item],
    because: str,
    state: str = "marked",
    regrade_id: int | None = None,
) -> Result:
    """Add the verdict on a closed attempt, all of whose items are marked, and let what follows from a pass follow.

    `because` is one of `attempt_models.BECAUSE`. The caller holds the lock, and has added the marks.
    """
    found = verdict(quiz, paper)
    last = _last_number(session, attempt) if attempt.passed is not None else 0
    result = Result(
        attempt_id=attempt.id,
        number=last + 1,
        percent_hundredths=found.percent_hundredths,
        red_lines=found.red_lines_crossed,
        missed=" ".join(found.missed),
        passed=found.passed,
        rules=grading.RULES,
        because=because,
        regrade_id=regrade_id,
        at=clock.now(),
    )
    result.record_sha256 = record.digest(attempt, quiz, paper, result)
    row = {column.name: getattr(result, column.name) for column in Result.__table__.columns}
    session.connection().execute(insert(Result), row)  # before the attempt: the database looks for it there
    attempt.percent_hundredths, attempt.passed = found.percent_hundredths, found.passed
    attempt.state = state
    session.flush()
    facts.keep(session, attempt, quiz, paper)
    if found.passed:
        progress.record_pass(session, attempt.enrollment_id)
    if regrade_id is None:
        announce(
            session,
            AttemptDecided(attempt.person_id, attempt.enrollment_id, found.passed, found.red_lines_crossed),
        )
    return result


def newest(session: Session, attempt_id: int) -> Result | None:
    """The result of an attempt that counts, or nothing while there is none."""
    found = select(Result).where(Result.attempt_id == attempt_id).order_by(Result.number.desc()).limit(1)
    return session.scalar(found)


def _last_number(session: Session, attempt: Attempt) -> int:
    return session.scalar(select(func.max(Result.number)).where(Result.attempt_id == attempt.id)) or 0


def lock_enrollment(session: Session, enrollment_id: int) -> None:
    """One at a time begins or closes attempts of an enrollment. Always before the attempt's own lock."""
    session.execute(select(Enrollment.id).where(Enrollment.id == enrollment_id).with_for_update())
