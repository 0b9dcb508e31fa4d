"""Marking: a marker's points become a mark, and the last mark of an attempt its result."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from quizzes import closing, definitions, papers
from quizzes.attempt_models import Attempt, Mark, PaperItem
from quizzes.marking import letters, markers, rubric, tasks
from quizzes.marking.models import MarkingTask, RubricMark
from quizzes.papers import Item
from quizzes.questions import Marked
from quizzes.regrading import holding

LONGEST = 2000
"""Letters of a reason."""


def mark(session: Session, marker_id: int, task_id: int, points: Mapping[int, int], comment: str) -> None:
    """Keep what a marker gives: points by the place of the criterion, counted from 1, and the reason.

    Sending the same task twice is sending it once. Raises `NotFound` for a task that is not hers to do, `Conflict`
    when she does not have it (any more) or the attempt does not count, `Invalid` for points or a reason that miss.
    """
    attempt = _locked_attempt(session, task_id)
    task = _task(session, marker_id, task_id)
    if task.done_at and task.marker_id == marker_id:
        return
    _refuse_unless_hers(attempt, task, marker_id)
    item = next(one for one in papers.items(session, attempt) if one.id == task.item_id)
    criteria = rubric.criteria(item.question)
    credit = rubric.credit(criteria, points)
    check_reason(comment)
    task.credit, task.comment, task.done_at = credit, comment, clock.now()
    session.add_all(
        RubricMark(task_id=task.id, criterion_id=one.id, points=points[place])
        for place, one in enumerate(criteria, 1)
        if one is not rubric.WHOLE
    )
    audit.record(session, "marked an answer", f"marking_task:{task.id}", actor_id=marker_id, credit=credit)
    session.flush()
    _settle(session, attempt, task, item)


def check_reason(words: str) -> None:
    """Raise `Invalid` when the words that a learner will read are missing or too long."""
    if not words:
        raise Invalid(gettext("Say why, in a sentence or two: it is what the learner reads."))
    if len(words) > LONGEST:
        raise Invalid(gettext("This is longer than %(most)s letters. Make it shorter.", most=LONGEST))


def add_mark(session: Session, item_id: int, found: Marked, source: str, marker_id: int | None) -> None:
    """Add a mark that a person gave; it counts from now on."""
    last = session.scalar(select(func.max(Mark.number)).where(Mark.item_id == item_id)) or 0
    session.add(
        Mark(
            item_id=item_id,
            number=last + 1,
            credit=found.credit,
            crossed=found.crossed,
            source=source,
            marker_id=marker_id,
            marked_at=clock.now(),
        )
    )
    session.flush()


def _locked_attempt(session: Session, task_id: int) -> Attempt:
    attempt = session.scalar(
        select(Attempt)
        .join(PaperItem, PaperItem.attempt_id == Attempt.id)
        .join(MarkingTask, MarkingTask.item_id == PaperItem.id)
        .where(MarkingTask.id == task_id)
    )
    if attempt is None:
        raise NotFound
    closing.lock_enrollment(session, attempt.enrollment_id)
    session.refresh(attempt, with_for_update=True)
    return attempt


def _task(session: Session, marker_id: int, task_id: int) -> MarkingTask:
    found: MarkingTask | None = session.scalar(
        markers.tasks(marker_id, MarkingTask)
        .where(MarkingTask.id == task_id)
        .with_for_update(of=MarkingTask)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _refuse_unless_hers(attempt: Attempt, task: MarkingTask, marker_id: int) -> None:
    if attempt.state != "submitted":
        raise Conflict(gettext("This attempt does not count any more, so there is nothing to mark."))
    if task.marker_id is None:
        raise Conflict(gettext("Take this one first, then mark it."))
    if task.marker_id != marker_id:
        raise Conflict(gettext("Somebody else has this one now: after 24 hours it went back to the queue."))


def _settle(session: Session, attempt: Attempt, last: MarkingTask, item: Item) -> None:
    """What follows when an item has a marker less to wait for: nothing yet, a moderator, or its mark."""
    statement = select(MarkingTask).where(MarkingTask.item_id == item.id).order_by(MarkingTask.slot)
    done = session.scalars(statement).all()
    if any(task.done_at is None for task in done):
        return
    quiz = definitions.version(session, attempt.quiz_version_id)
    marks = [item.kind.marked_by_hand(item.question, item.answer, task.credit or 0) for task in done]
    if len(done) == 2 and rubric.are_apart(marks[0], marks[1], quiz.apart):
        tasks.open_moderation(session, last)
        return
    if last.slot == markers.MODERATOR:
        add_mark(session, item.id, marks[-1], "moderator", last.marker_id)
    else:
        add_mark(session, item.id, rubric.mean(marks), "marker", last.marker_id if len(done) == 1 else None)
    if not _left(session, attempt):
        _decide(session, attempt)


def _left(session: Session, attempt: Attempt) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(MarkingTask)
            .join(PaperItem, PaperItem.id == MarkingTask.item_id)
            .where(PaperItem.attempt_id == attempt.id, MarkingTask.done_at.is_(None))
        )
        or 0
    )


def _decide(session: Session, attempt: Attempt) -> None:
    quiz = definitions.version(session, attempt.quiz_version_id)
    paper = holding.hold(session, attempt, papers.items(session, attempt), partial(closing.verdict, quiz))
    decided = closing.decide(session, attempt, quiz, paper, "marked by hand")
    audit.record(
        session,
        "decided an attempt",
        f"attempt:{attempt.id}",
        because="marked by hand",
        passed=decided.passed,
        record=decided.record_sha256,
    )
    letters.marked(session, attempt, quiz)
