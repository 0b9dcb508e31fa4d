"""Deciding appeals, by somebody who had no hand in the result: not its marker, not the learner, not her manager."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import Person
from quizzes import closing, definitions, papers
from quizzes.attempt_models import Attempt, PaperItem
from quizzes.marking import deciding, letters, markers, reasons
from quizzes.marking.models import Appeal, MarkingTask
from quizzes.marking.reasons import Reason
from quizzes.papers import Item
from quizzes.questions import Marked, QuizView

REFUSED, CREDIT, VOID = "refused", "credit", "void"
RULINGS = (REFUSED, CREDIT, VOID)
"""What can come of an appeal: nothing changes; more credit for the question; or the attempt does not count."""
SHOWN = 200
"""So many appeals stand on a page."""


@dataclass(frozen=True)
class Ruling:
    """What somebody decides, and why. `credit` in percent and `crosses` a red line go with "credit"."""

    outcome: str
    answer: str
    credit: int | None = None
    crosses: bool = False


@dataclass(frozen=True)
class Case:
    """An appeal with the attempt it is about, for who decides it. `learner` is empty where marking is anonymous."""

    appeal: Appeal
    attempt: Attempt
    quiz: QuizView
    learner: str
    items: tuple[Item, ...]
    said: Mapping[int, list[Reason]]

    @property
    def item(self) -> Item | None:
        """The question it is about; none for the whole attempt."""
        return next((one for one in self.items if one.id == self.appeal.item_id), None)


@dataclass(frozen=True)
class Open:
    """An appeal in the queue. `position` is the question it is about, none for the whole attempt."""

    id: int
    quiz: QuizView
    learner: str
    position: int | None
    made_at: datetime
    due_at: datetime

    @property
    def overdue(self) -> bool:
        return self.due_at < clock.now()


def waiting(session: Session, reader_id: int) -> tuple[list[Open], int]:
    """The appeals that somebody may decide, the oldest due first, at most `SHOWN`; and how many there are."""
    found = session.execute(
        _appeals(
            reader_id, Appeal, Person, Attempt.quiz_version_id, PaperItem.position, func.count().over().label("all")
        )
        .where(Appeal.decided_at.is_(None))
        .order_by(Appeal.due_at, Appeal.id)
        .limit(SHOWN)
    ).all()
    quizzes = {id: definitions.version(session, id) for id in {row.quiz_version_id for row in found}}
    shown = [
        Open(
            id=row.Appeal.id,
            quiz=quizzes[row.quiz_version_id],
            learner="" if quizzes[row.quiz_version_id].anonymous_marking else row.Person.name,
            position=row.position,
            made_at=row.Appeal.made_at,
            due_at=row.Appeal.due_at,
        )
        for row in found
    ]
    return shown, found[0].all if found else 0


def count_waiting(session: Session, reader_id: int) -> int:
    """How many appeals wait for somebody. One statement."""
    return session.scalar(_appeals(reader_id, func.count(Appeal.id)).where(Appeal.decided_at.is_(None))) or 0


def case(session: Session, reader_id: int, appeal_id: int) -> Case:
    """An open appeal that somebody may decide. Raises `NotFound`."""
    row = session.execute(
        _appeals(reader_id, Appeal, Attempt, Person).where(Appeal.id == appeal_id, Appeal.decided_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    quiz = definitions.version(session, row.Attempt.quiz_version_id)
    items = papers.items(session, row.Attempt)
    wanted = [item for item in items if row.Appeal.item_id in (None, item.id)]
    learner = "" if quiz.anonymous_marking else row.Person.name
    return Case(row.Appeal, row.Attempt, quiz, learner, tuple(wanted), reasons.of_attempt(session, row.Attempt.id))


def decide(session: Session, reader_id: int, appeal_id: int, ruling: Ruling) -> None:
    """Decide an appeal; the learner gets a letter either way. An appeal never makes a result worse.

    Raises `NotFound` for one that is not hers to decide, `Conflict` for one that is decided or whose attempt does not
    count any more, and `Invalid` for a ruling that misses something.
    """
    attempt = _locked_attempt(session, appeal_id)
    appeal = session.scalar(
        _appeals(reader_id, Appeal)
        .where(Appeal.id == appeal_id)
        .with_for_update(of=Appeal)
        .execution_options(populate_existing=True)
    )
    if appeal is None:
        raise NotFound
    if appeal.decided_at:
        raise Conflict(gettext("This appeal was decided in the meantime."))
    deciding.check_reason(ruling.answer)
    _carry_out(session, attempt, appeal, reader_id, ruling)
    appeal.outcome = REFUSED if ruling.outcome == REFUSED else "upheld"
    appeal.answer, appeal.decided_by, appeal.decided_at = ruling.answer, reader_id, clock.now()
    session.flush()
    audit.record(
        session,
        "decided an appeal",
        f"attempt:{attempt.id}",
        actor_id=reader_id,
        outcome=ruling.outcome,
        credit=ruling.credit,
        passed=attempt.passed,
    )
    letters.appeal_decided(session, appeal, attempt, definitions.version(session, attempt.quiz_version_id))


def _appeals(reader_id: int, *columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Appeal)
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(PaperItem, PaperItem.id == Appeal.item_id)
        .where(_may_hear(reader_id))
    )


def _may_hear(reader_id: int) -> ColumnElement[bool]:
    marked = (
        exists()
        .where(
            MarkingTask.item_id.in_(select(PaperItem.id).where(PaperItem.attempt_id == Attempt.id).correlate(Attempt)),
            MarkingTask.marker_id == reader_id,
            MarkingTask.done_at.is_not(None),
        )
        .correlate(Attempt)
    )
    return and_(
        markers.has_role(reader_id, *markers.JUDGES),
        Person.id != reader_id,
        not_(markers.leads_learner(reader_id)),
        not_(marked),
    )


def _locked_attempt(session: Session, appeal_id: int) -> Attempt:
    statement = select(Attempt).join(Appeal, Appeal.attempt_id == Attempt.id).where(Appeal.id == appeal_id)
    attempt = session.scalar(statement)
    if attempt is None:
        raise NotFound
    closing.lock_enrollment(session, attempt.enrollment_id)
    session.refresh(attempt, with_for_update=True)
    return attempt


def _carry_out(session: Session, attempt: Attempt, appeal: Appeal, reader_id: int, ruling: Ruling) -> None:
    if ruling.outcome == REFUSED:
        return
    if attempt.state == "voided" or attempt.passed:
        raise Conflict(gettext("This result has changed since: the attempt was passed, or does not count any more."))
    if ruling.outcome == VOID:
        closing.void(session, attempt, reader_id, ruling.answer)
        return
    items = papers.items(session, attempt)
    item = next((one for one in items if one.id == appeal.item_id), None)
    if ruling.outcome != CREDIT or item is None:
        raise Invalid(gettext("Say what comes of the appeal."))
    deciding.add_mark(session, item.id, _better(item, ruling), "appeal", reader_id)
    quiz = definitions.version(session, attempt.quiz_version_id)
    closing.decide(session, attempt, quiz, papers.items(session, attempt), "appeal")


def _better(item: Item, ruling: Ruling) -> Marked:
    """The mark that an upheld appeal gives: better than the one before, in credit or in no longer crossing a line."""
    before = item.mark or Marked(0, False)
    if ruling.credit is None or not 0 <= ruling.credit <= 100:
        raise Invalid(gettext("Give the new credit for the question, from 0 to 100 percent."))
    crosses = ruling.crosses and before.crossed
    if ruling.credit < before.credit or (ruling.credit == before.credit and crosses == before.crossed):
        raise Invalid(
            gettext(
                "The question has %(credit)s percent now. A learner who is right gets more, or no red line.",
                credit=before.credit,
            )
        )
    return Marked(ruling.credit, crosses)
