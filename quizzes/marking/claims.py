"""Taking a task, and giving it back. Who has taken one and left it for a day has given it back."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import gettext
from quizzes.attempt_models import Attempt
from quizzes.marking import markers
from quizzes.marking.models import MarkingTask

LASTS = timedelta(hours=24)
"""How long a task stays with somebody who took it."""


def is_free(task: type[MarkingTask] = MarkingTask) -> ColumnElement[bool]:
    """Whether nobody works on a task."""
    left = task.claimed_at <= clock.now() - LASTS
    return and_(task.done_at.is_(None), or_(task.marker_id.is_(None), left))


def claim(session: Session, reader_id: int, task_id: int) -> None:
    """Take a task. Taking what one has already is fine.

    Raises `NotFound` for one that is not hers to do, and `Conflict` when somebody else was faster.
    """
    task = _locked(session, reader_id, task_id)
    if task.done_at or (task.marker_id != reader_id and not _left_alone(task)):
        raise Conflict(gettext("Somebody else took this one just now. Choose another."))
    task.marker_id, task.claimed_at = reader_id, clock.now()
    audit.record(session, "took a marking task", f"marking_task:{task.id}", actor_id=reader_id)
    session.flush()


def give_back(session: Session, reader_id: int, task_id: int) -> None:
    """Give back a task that one has taken. Raises `NotFound`, and `Conflict` when it is not hers any more."""
    task = _locked(session, reader_id, task_id)
    if task.done_at or task.marker_id != reader_id:
        raise Conflict(gettext("You do not have this one any more, so there is nothing to give back."))
    task.marker_id = task.claimed_at = None
    audit.record(session, "gave back a marking task", f"marking_task:{task.id}", actor_id=reader_id)
    session.flush()


def _left_alone(task: MarkingTask) -> bool:
    return task.marker_id is None or (task.claimed_at or task.made_at) <= clock.now() - LASTS


def _locked(session: Session, reader_id: int, task_id: int) -> MarkingTask:
    """A task that somebody may do, with all of its item locked: two slots never go to one person."""
    own = aliased(MarkingTask)
    session.execute(
        select(MarkingTask.id)
        .where(MarkingTask.item_id == select(own.item_id).where(own.id == task_id).scalar_subquery())
        .order_by(MarkingTask.id)
        .with_for_update()
    )
    found: MarkingTask | None = session.scalar(
        markers.tasks(reader_id, MarkingTask)
        .where(MarkingTask.id == task_id, Attempt.state == "submitted")
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found
