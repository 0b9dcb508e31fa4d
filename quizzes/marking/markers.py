"""Who may mark what. One rule, for the queue and for each task in it.

Coaches mark what waits for coaches, and so does the learner's own manager unless the quiz is marked anonymously: she
would know the hand. Peers are people who completed the same course, never the learner's manager. A moderator is a
coach, or somebody of the hub or an administrator. Nobody marks her own answer, nor the same answer twice.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from courses.enrollment_models import Enrollment
from lms.people.models import Person, PersonRole
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking.models import MarkingTask
from quizzes.models import Quiz, QuizVersion

MODERATOR = 3
"""The slot of the one who decides when two markers are apart."""
JUDGES = ("coach", "hub", "administrator")
"""Who moderates, and decides appeals."""

_other = aliased(MarkingTask)


def tasks(reader_id: int, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of the tasks that somebody may do, has taken or has done, with item, attempt, quiz and learner joined."""
    return (
        select(*columns)
        .select_from(MarkingTask)
        .join(PaperItem, PaperItem.id == MarkingTask.item_id)
        .join(Attempt, Attempt.id == PaperItem.attempt_id)
        .join(QuizVersion, QuizVersion.id == Attempt.quiz_version_id)
        .join(Quiz, Quiz.id == QuizVersion.quiz_id)
        .join(Person, Person.id == Attempt.person_id)
        .where(_may_mark(reader_id))
    )


def has_role(reader_id: int, *roles: str) -> ColumnElement[bool]:
    """Whether somebody holds one of these roles."""
    return exists().where(PersonRole.person_id == reader_id, PersonRole.role.in_(roles))


def leads_learner(reader_id: int) -> ColumnElement[bool]:
    """Whether somebody is the manager of the learner in the row."""
    return func.coalesce(Person.manager_id, 0) == reader_id


def _may_mark(reader_id: int) -> ColumnElement[bool]:
    is_coach, leads = has_role(reader_id, "coach"), leads_learner(reader_id)
    unseen = not_(and_(QuizVersion.anonymous_marking, leads))
    is_moderation = MarkingTask.slot == MODERATOR
    took_part = exists().where(
        _other.item_id == MarkingTask.item_id, _other.id != MarkingTask.id, _other.marker_id == reader_id
    )
    return and_(
        Person.id != reader_id,
        not_(took_part),
        or_(
            and_(is_moderation, unseen, has_role(reader_id, *JUDGES)),
            and_(not_(is_moderation), MarkingTask.marked_by == "coach", unseen, or_(is_coach, leads)),
            and_(not_(is_moderation), MarkingTask.marked_by == "peer", not_(leads), _completed(reader_id)),
        ),
    )


def _completed(reader_id: int) -> ColumnElement[bool]:
    return exists().where(
        Enrollment.person_id == reader_id,
        Enrollment.course_id == Quiz.course_id,
        Enrollment.completed_at.is_not(None),
    )
