"""The versions of a question: who kept them, when, what differs, and whether earlier attempts were marked otherwise."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.people.models import Person
from quizzes import definitions, written
from quizzes.attempt_models import PaperItem
from quizzes.authoring import particulars
from quizzes.authoring.particulars import Difference
from quizzes.models import Quiz
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import QuestionView

State = Literal["", "drawn", "waits"]


@dataclass(frozen=True)
class Entry:
    """A version. `author` is none when it came from files, `asked` says whether it was ever on a paper."""

    number: int
    at: datetime
    author: str | None
    change: str
    state: State
    asked: bool
    question: QuestionView
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class History:
    """All versions of a question, the newest first."""

    entries: tuple[Entry, ...]

    @property
    def was_asked(self) -> bool:
        return any(entry.asked for entry in self.entries)

    @property
    def regrade(self) -> bool:
        """Whether the version that is drawn marks otherwise than an earlier one that learners had."""
        newest = self.entries[0]
        key = written.of_view(newest.question)
        return newest.state == "drawn" and any(
            entry.asked and not written.marked_alike(written.of_view(entry.question), key) for entry in self.entries[1:]
        )

    @property
    def waits(self) -> bool:
        """Whether a version waits for a reviewer."""
        return any(entry.state == "waits" for entry in self.entries)

    def version(self, number: int) -> Entry:
        """A version by number. Raises `NotFound`."""
        for entry in self.entries:
            if entry.number == number:
                return entry
        raise NotFound


_VERSIONS = (
    select(
        QuestionVersion,
        Question.current_id,
        Question.proposed_id,
        Person,
        exists().where(PaperItem.question_version_id == QuestionVersion.id).label("asked"),
    )
    .join(Question, Question.id == QuestionVersion.question_id)
    .join(Quiz, Quiz.id == Question.quiz_id)
    .outerjoin(Person, Person.id == QuestionVersion.author_id)
    .order_by(QuestionVersion.number)
)


def of(session: Session, slug: str, key: str) -> History:
    """The versions of a question of a quiz. Raises `NotFound`. The same number of statements for any number of them."""
    rows = session.execute(_VERSIONS.where(Quiz.slug == slug, Question.key == key)).all()
    if not rows:
        raise NotFound
    views = definitions.questions(session, (row.QuestionVersion.id for row in rows))
    ordered = [views[row.QuestionVersion.id] for row in rows]
    changes = [(), *(tuple(particulars.differences(old, new)) for old, new in pairwise(ordered))]
    entries = [
        Entry(
            number=row.QuestionVersion.number,
            at=row.QuestionVersion.created_at,
            author=row.Person.name if row.Person else None,
            change=row.QuestionVersion.change,
            state=_state(row.QuestionVersion.id, row.current_id, row.proposed_id),
            asked=row.asked,
            question=view,
            differences=differences,
        )
        for row, view, differences in zip(rows, ordered, changes, strict=True)
    ]
    return History(tuple(reversed(entries)))


def _state(version_id: int, current_id: int | None, proposed_id: int | None) -> State:
    return "drawn" if version_id == current_id else "waits" if version_id == proposed_id else ""
