"""Who may mark what. One rule, for the queue and for each task in it.

Coaches mark what waits for coaches, and so do the hub and administrators, so that nothing waits for ever where there is
no coach. So does the learner's own manager unless the quiz is marked anonymously: she would know the hand. Peers are
people who completed the same course, never the learner's manager. A moderator is a coach, or somebody of the hub or an
administrator. Nobody marks her own answer, nor the same answer twice.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from courses.enrollment_models import Enrollment
from lms.people.models import Person, PersonRole
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking.models import MarkingTask
from quizzes.models import Quiz, QuizVersion

MODERATOR = 3
"""The slot of the one who decides when two markers are apart."""
JUDGES = ("coach", "hub", "administrator")
"""Who marks what waits for coaches, moderates, and decides appeals."""

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


def judges(session: Session) -> int:
    """How many people here could mark what waits for coaches. One statement."""
    statement = (
        select(func.count(Person.id.distinct()))
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role.in_(JUDGES), Person.status == "active")
    )
    return session.scalar(statement) or 0


def leads_learner(reader_id: int) -> ColumnElement[bool]:
    """Whether somebody is the manager of the learner in the row."""
    return func.coalesce(Person.manager_id, 0) == reader_id


def _may_mark(reader_id: int) -> ColumnElement[bool]:
    is_judge, leads = has_role(reader_id, *JUDGES), leads_learner(reader_id)
    unseen = not_(and_(QuizVersion.anonymous_marking, leads))
    is_moderation = MarkingTask.slot == MODERATOR
    took_part = exists().where(
        _other.item_id == MarkingTask.item_id, _other.id != MarkingTask.id, _other.marker_id == reader_id
    )
    return and_(
        Person.id != reader_id,
        not_(took_part),
        or_(
            and_(is_moderation, unseen, is_judge),
            and_(not_(is_moderation), MarkingTask.marked_by == "coach", unseen, or_(is_judge, leads)),
            and_(not_(is_moderation), MarkingTask.marked_by == "peer", not_(leads), _completed(reader_id)),
        ),
    )


def _completed(reader_id: int) -> ColumnElement[bool]:
    return exists().where(
        Enrollment.person_id == reader_id,
        Enrollment.course_id == Quiz.course_id,
        Enrollment.completed_at.is_not(None),
    )
