"""What waits for a marker, and one task of it with all she may know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.base.errors import NotFound
from lms.people.models import Person
from quizzes import definitions, papers
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking import claims, markers, reasons
from quizzes.marking.models import MarkingTask
from quizzes.marking.reasons import Reason
from quizzes.models import Quiz, QuizText, QuizVersion
from quizzes.papers import Item
from quizzes.questions import QuestionView

SHOWN = 200
"""So many tasks stand on a page."""


@dataclass(frozen=True)
class Waiting:
    """A task in the queue. `learner` is empty when the quiz is marked without names; `language` that of the attempt.

    `mine` says that the reader has taken it, `is_free` that nobody works on it.
    """

    id: int
    slot: int
    quiz: Mapping[str, str]
    question: QuestionView
    learner: str
    language: str
    due_at: datetime
    mine: bool
    is_free: bool

    @property
    def overdue(self) -> bool:
        return self.due_at < clock.now()

    @property
    def is_moderation(self) -> bool:
        return self.slot == markers.MODERATOR


@dataclass(frozen=True)
class Queue:
    """The tasks of a reader, the oldest due first, at most `SHOWN`; `count` is how many there are."""

    tasks: tuple[Waiting, ...] = ()
    count: int = 0

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.tasks)


@dataclass(frozen=True)
class Desk:
    """A task at which the reader sits: what is to be marked, and for a moderator what the markers said."""

    waiting: Waiting
    item: Item
    said: tuple[Reason, ...] = ()


_lower = aliased(MarkingTask)
_COLUMNS = (
    MarkingTask.id,
    MarkingTask.slot,
    MarkingTask.marker_id,
    MarkingTask.due_at,
    PaperItem.question_version_id,
    PaperItem.position,
    Attempt.language,
    Attempt.quiz_version_id,
    QuizVersion.anonymous_marking,
    Person.given_name,
    Person.family_name,
)


def waiting(session: Session, reader_id: int) -> Queue:
    """What waits for somebody, as far as nobody else works on it. The same few statements, however much it is."""
    mine, free = MarkingTask.marker_id == reader_id, claims.is_free()
    one_slot = not_(
        exists().where(_lower.item_id == MarkingTask.item_id, _lower.slot < MarkingTask.slot, claims.is_free(_lower))
    )
    found = session.execute(
        markers.tasks(reader_id, *_COLUMNS, free.label("is_free"), func.count().over().label("all"))
        .where(MarkingTask.done_at.is_(None), Attempt.state == "submitted", or_(mine, free & one_slot))
        .order_by(MarkingTask.due_at, MarkingTask.id)
        .limit(SHOWN)
    ).all()
    return Queue(_shown(session, reader_id, found), found[0].all if found else 0)


def for_peers(session: Session, reader_id: int, quiz_id: int) -> int:
    """How many answers of a quiz wait for somebody who completed its course. One statement."""
    found = markers.tasks(reader_id, func.count(MarkingTask.item_id.distinct())).where(
        Quiz.id == quiz_id,
        MarkingTask.marked_by == "peer",
        Attempt.state == "submitted",
        MarkingTask.done_at.is_(None),
        or_(MarkingTask.marker_id == reader_id, claims.is_free()),
    )
    return session.scalar(found) or 0


def desk(session: Session, reader_id: int, task_id: int) -> Desk:
    """A task that somebody may do and nobody has done. Raises `NotFound`.

    The answer is there for who has taken it; what other markers said for a moderator alone.
    """
    row = session.execute(
        markers.tasks(reader_id, *_COLUMNS, claims.is_free().label("is_free"), Attempt).where(
            MarkingTask.id == task_id, MarkingTask.done_at.is_(None), Attempt.state == "submitted"
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    (found,) = _shown(session, reader_id, [row])
    item = papers.item(session, row.Attempt, row.position)
    if not found.mine:
        return Desk(found, replace(item, answer=None))
    said = reasons.of_item(session, item.id, item.question) if found.is_moderation else ()
    return Desk(found, item, tuple(said))


def _shown(session: Session, reader_id: int, found: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Waiting, ...]:
    found = list(found)
    questions = definitions.questions(session, {row.question_version_id for row in found})
    titles = _titles(session, {row.quiz_version_id for row in found}) if found else {}
    return tuple(
        Waiting(
            id=row.id,
            slot=row.slot,
            quiz=titles[row.quiz_version_id],
            question=questions[row.question_version_id],
            learner="" if row.anonymous_marking else f"{row.given_name} {row.family_name}".strip(),
            language=row.language,
            due_at=row.due_at,
            mine=row.marker_id == reader_id,
            is_free=row.is_free,
        )
        for row in found
    )


def _titles(session: Session, versions: Iterable[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    rows = session.execute(
        select(QuizText.version_id, QuizText.language, QuizText.title).where(QuizText.version_id.in_(versions))
    )
    for version_id, language, title in rows:
        found.setdefault(version_id, {})[language] = title
    return found
