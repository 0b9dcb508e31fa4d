"""Reading records: what was asked, answered when, marked how and decided by which rule, and whether it still agrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.base.audit import AuditEntry
from lms.base.errors import NotFound
from lms.people.models import Person
from quizzes import definitions, papers
from quizzes.attempt_models import Attempt, Break, Mark, Response, Result
from quizzes.marking import reasons
from quizzes.marking.models import MarkingTask
from quizzes.marking.reasons import Reason
from quizzes.papers import Item
from quizzes.questions import Marked, QuizView
from quizzes.records import record
from quizzes.records.record import moment

AT_MOST = 50
"""So many attempts a search shows."""


@dataclass(frozen=True)
class Decision:
    """A result, the marks it was made from by item, and whether the digest that was kept still agrees with them.

    `agrees` is none for a result of before digests were kept.
    """

    result: Result
    marks: Mapping[int, Mark]
    sha256: str
    agrees: bool | None


@dataclass(frozen=True)
class Marking:
    """What a person gave for an item, in a task that is done."""

    task: MarkingTask
    marker: Person
    item: Item

    @property
    def reason(self) -> Reason:
        return reasons.reason(self.task, self.item.question)


@dataclass(frozen=True)
class Record:
    """All there is about an attempt. `decisions`, `responses`, `breaks` and `history` are in order of time.

    `markings` are by item and slot. While an attempt waits, those of an item that somebody has yet to mark are left
    out: one marker reads nothing of the other.
    """

    attempt: Attempt
    person: Person
    quiz: QuizView
    paper: tuple[Item, ...]
    responses: tuple[Response, ...]
    marks: tuple[Mark, ...]
    markings: tuple[Marking, ...]
    breaks: tuple[Break, ...]
    decisions: tuple[Decision, ...]
    history: tuple[AuditEntry, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing has changed since it was decided."""
        return all(one.agrees is not False for one in self.decisions)

    def answers(self, item: Item) -> list[Response]:
        """What was answered to a question, the first first."""
        return [one for one in self.responses if one.item_id == item.id]

    def marked(self, item: Item) -> list[Marking]:
        """What people gave for a question, by slot."""
        return [one for one in self.markings if one.item.id == item.id]


def find(session: Session, uid: str, person_id: int | None = None) -> Record:
    """The record of an attempt by its uid; of this person only, if one is named. Raises `NotFound`.

    Nine statements, and two more when people mark a question of it.
    """
    statement = select(Attempt, Person).join(Person, Person.id == Attempt.person_id).where(Attempt.uid == uid)
    if person_id is not None:
        statement = statement.where(Attempt.person_id == person_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    attempt: Attempt = row.Attempt
    quiz = definitions.version(session, attempt.quiz_version_id)
    paper = papers.items(session, attempt)
    marks = session.scalars(
        select(Mark).where(Mark.item_id.in_([item.id for item in paper])).order_by(Mark.item_id, Mark.number)
    ).all()
    results = session.scalars(select(Result).where(Result.attempt_id == attempt.id).order_by(Result.number)).all()
    history = _history(session, attempt.id)
    return Record(
        attempt=attempt,
        person=row.Person,
        quiz=quiz,
        paper=tuple(paper),
        responses=tuple(
            session.scalars(select(Response).where(Response.attempt_id == attempt.id).order_by(Response.revision))
        ),
        marks=tuple(marks),
        markings=tuple(_markings(session, attempt, paper)),
        breaks=tuple(session.scalars(select(Break).where(Break.attempt_id == attempt.id).order_by(Break.id))),
        decisions=tuple(_decision(attempt, quiz, paper, marks, one, history) for one in results),
        history=history,
    )


def _markings(session: Session, attempt: Attempt, paper: Sequence[Item]) -> list[Marking]:
    by_people = {item.id: item for item in paper if item.kind.waits_for(item.question)}
    if not by_people:
        return []
    found = session.execute(
        select(MarkingTask, Person)
        .outerjoin(Person, Person.id == MarkingTask.marker_id)
        .where(MarkingTask.item_id.in_(by_people))
        .order_by(MarkingTask.item_id, MarkingTask.slot)
        .options(selectinload(MarkingTask.points))
        .execution_options(populate_existing=True)
    ).all()
    waiting = {task.item_id for task, _ in found if attempt.state == "submitted" and task.done_at is None}
    return [
        Marking(task, marker, by_people[task.item_id])
        for task, marker in found
        if task.done_at and task.item_id not in waiting
    ]


def _history(session: Session, attempt_id: int) -> tuple[AuditEntry, ...]:
    return tuple(
        session.scalars(select(AuditEntry).where(AuditEntry.subject == f"attempt:{attempt_id}").order_by(AuditEntry.id))
    )


def _decision(
    attempt: Attempt,
    quiz: QuizView,
    paper: Sequence[Item],
    marks: Sequence[Mark],
    result: Result,
    history: Sequence[AuditEntry],
) -> Decision:
    """A result with the marks that stood when it was made: the digest is computed from them anew."""
    then = {mark.item_id: mark for mark in marks if mark.marked_at <= result.at}
    as_it_was = [replace(item, mark=_marked(item, then.get(item.id))) for item in paper]
    sha256 = record.digest(attempt, quiz, as_it_was, result)
    told = {entry.details.get("record") for entry in history}
    kept = result.record_sha256
    by_rules = result.because in ("handed in", "time over")
    agrees = (kept == sha256 and (kept in told or not by_rules)) if kept else None
    return Decision(result, then, sha256, agrees)


def _marked(item: Item, mark: Mark | None) -> Marked | None:
    return Marked(mark.credit, mark.crossed, mark.voided, item.question.clauses) if mark else None


@dataclass(frozen=True)
class Found:
    """An attempt in a list."""

    attempt: Attempt
    person: Person
    quiz: QuizView


def search(session: Session, words: str, before: datetime | None = None) -> list[Found]:
    """The newest closed attempts, of whoever's name, e-mail address or number has these words. Two statements."""
    statement = (
        select(Attempt, Person)
        .join(Person, Person.id == Attempt.person_id)
        .where(Attempt.submitted_at.is_not(None))
        .order_by(Attempt.submitted_at.desc(), Attempt.id.desc())
        .limit(AT_MOST)
    )
    if words:
        name = Person.given_name + " " + Person.family_name
        like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        statement = statement.where(
            name.ilike(like, escape="\\") | Person.email.ilike(like, escape="\\") | (Attempt.uid == words)
        )
    if before:
        statement = statement.where(Attempt.submitted_at < before)
    return [
        Found(row.Attempt, row.Person, definitions.version(session, row.Attempt.quiz_version_id))
        for row in session.execute(statement)
    ]


def document(found: Record) -> dict[str, Any]:
    """The record as a file: complete by itself, to be read and checked without this system."""
    attempt = found.attempt
    return {
        "format": record.FORMAT,
        "how_to_check": (
            "For each decision, write `decided` as JSON with sorted keys, no blanks and UTF-8, and take its SHA-256: "
            "it equals `record_sha256`. Do the same with each of `questions`: it equals its name."
        ),
        "holder": found.person.name,
        "state": attempt.state,
        "submitted_at": moment(attempt.submitted_at) if attempt.submitted_at else None,
        "deadline_at": moment(attempt.deadline_at),
        "late": attempt.late,
        "questions": {item.question.sha256: item.question.content for item in found.paper},
        "responses": [
            {
                "revision": one.revision,
                "position": next(item.position for item in found.paper if item.id == one.item_id),
                "answer": one.answer,
                "certainty": one.certainty,
                "answered_at": moment(one.answered_at),
            }
            for one in found.responses
        ],
        "breaks": [[moment(one.began_at), moment(one.ended_at) if one.ended_at else None] for one in found.breaks],
        "decisions": [
            {
                "decided": record.decided(attempt, found.quiz, _as_it_was(found, one), one.result),
                "record_sha256": one.result.record_sha256,
            }
            for one in found.decisions
        ],
        "marks": [_mark(found, mark) for mark in found.marks],
        "markings": [_marking(one) for one in found.markings],
        "history": [
            {"at": moment(one.at), "by": one.actor_id, "deed": one.deed, "details": one.details}
            for one in found.history
        ],
    }


def _as_it_was(found: Record, decision: Decision) -> list[Item]:
    return [replace(item, mark=_marked(item, decision.marks.get(item.id))) for item in found.paper]


def _mark(found: Record, mark: Mark) -> dict[str, Any]:
    return {
        "position": next(item.position for item in found.paper if item.id == mark.item_id),
        "number": mark.number,
        "credit": mark.credit,
        "crossed": mark.crossed,
        "voided": mark.voided,
        "source": mark.source,
        "by": mark.marker_id,
        "regrade": mark.regrade_id,
        "at": moment(mark.marked_at),
    }


def _marking(one: Marking) -> dict[str, Any]:
    keys = {criterion.id: criterion.key for criterion in one.item.question.criteria}
    return {
        "position": one.item.position,
        "slot": one.task.slot,
        "by": one.task.marker_id,
        "at": moment(one.task.done_at) if one.task.done_at else None,
        "credit": one.task.credit,
        "comment": one.task.comment,
        "points": {keys[given.criterion_id]: given.points for given in one.task.points},
    }
