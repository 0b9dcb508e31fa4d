"""Reading many attempts at once, and what a regrade would make of each: rows and numbers, no objects of the ORM."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from lms.base.db import rows
from quizzes import definitions, grading
from quizzes.attempt_models import Attempt, Mark, PaperItem, Response
from quizzes.grading import Verdict
from quizzes.question_models import Question, QuestionVersion
from quizzes.questions import Marked, QuizView
from quizzes.regrading.models import Regrade
from quizzes.regrading.remarking import Remark, Remarking

CLOSED = ("marked", "abandoned")
Found = dict[int, tuple[Any, Remark]]
"""By attempt: the row of the item that changes, and its new mark."""


@dataclass(frozen=True)
class Change:
    """What a regrade would do to an attempt: a row of `RegradeChange` without the number of the regrade."""

    attempt_id: int
    item_id: int
    person_id: int
    credit_before: int
    credit_after: int
    crossed_before: bool
    crossed_after: bool
    voided_before: bool
    voided_after: bool
    percent_before: int
    percent_after: int
    passed_before: bool
    passed_after: bool
    red_lines_after: int
    missed_after: str

    def row(self, regrade_id: int) -> dict[str, Any]:
        """The change as the values of a row."""
        return {"regrade_id": regrade_id, **vars(self)}

    @property
    def loses(self) -> bool:
        return self.passed_before and not self.passed_after


def key_version(session: Session, question: Question) -> int:
    """The version whose key holds: the one that is drawn; of a retired question the newest that no review waits for."""
    if question.current_id is not None:
        return question.current_id
    newest = select(QuestionVersion.id).where(QuestionVersion.question_id == question.id)
    if question.proposed_id is not None:
        newest = newest.where(QuestionVersion.id != question.proposed_id)
    return session.scalars(newest.order_by(QuestionVersion.number.desc()).limit(1)).one()


def remarking(session: Session, regrade: Regrade) -> Remarking:
    """How a regrade marks: three statements, fewer once the versions are in memory."""
    ids = session.scalars(select(QuestionVersion.id).where(QuestionVersion.question_id == regrade.question_id)).all()
    versions = definitions.questions(session, ids)
    return Remarking(regrade.policy, versions[regrade.key_version_id], versions)


def touched(session: Session, versions: Sequence[int]) -> list[int]:
    """The closed attempts on whose paper one of these versions stands, in order. One statement."""
    statement = (
        select(PaperItem.attempt_id)
        .join(Attempt, Attempt.id == PaperItem.attempt_id)
        .where(PaperItem.question_version_id.in_(versions), Attempt.state.in_(CLOSED))
        .distinct()
        .order_by(PaperItem.attempt_id)
    )
    return list(rows(session, statement, {}).scalars())


_last, _later = aliased(Mark), aliased(Response)
_NEWEST_MARK = ~exists().where(_last.item_id == Mark.item_id, _last.number > Mark.number)
_NEWEST_ANSWER = ~exists().where(_later.item_id == Response.item_id, _later.revision > Response.revision)
_asked = aliased(PaperItem)
Columns = tuple[Any, ...]
_NOW: Columns = (
    *(PaperItem.id.label("item_id"), PaperItem.question_version_id),
    *(Mark.credit, Mark.crossed, Mark.voided),
)
_OF_ATTEMPT: Columns = (
    *(Mark.marker_id, Attempt.person_id, Attempt.quiz_version_id),
    *(Attempt.percent_hundredths, Attempt.passed),
)
_SUMS: Columns = func.sum(Mark.credit), func.count(), func.sum(case((Mark.crossed, 1), else_=0))
Among = Callable[[Any], ColumnElement[bool]]
"""Which attempts are meant: a condition on the column of their numbers."""


def changes(session: Session, how: Remarking, attempts: Sequence[int]) -> list[Change]:
    """What would change on these attempts, a few of them; those on which nothing would are left out.

    Two statements, and another where a quiz has must-pass clauses.
    """
    return _changes(session, how, lambda number: number.in_(attempts)) if attempts else []


def changes_between(session: Session, how: Remarking, first: int, last: int) -> list[Change]:
    """What would change on the closed attempts with these numbers and those between that had the question.

    For a long run of attempts: two bounds are planned well by any database, a list of thousands is not.
    """
    return _changes(session, how, lambda number: number.between(first, last))


def _changes(session: Session, how: Remarking, among: Among) -> list[Change]:
    found: Found = {}
    for row in rows(session, _asked_of(how, among), {}):
        now = row.credit, row.crossed, row.voided
        new = how.mark(row.question_version_id, row.answer, now, by_hand=row.marker_id is not None)
        if new != now:
            found[row.attempt_id] = row, new
    verdicts = _verdicts(session, found, how, among)
    return [_change(row, new, verdicts[attempt_id]) for attempt_id, (row, new) in found.items()]


def _asked_of(how: Remarking, among: Among) -> Select[Any]:
    """The items with the question, their answers, and how their attempts stand."""
    columns: Any = PaperItem.attempt_id, *_NOW, *_OF_ATTEMPT, cast(Response.answer, Text).label("answer")
    found: Select[Any] = (
        select(*columns)
        .join(Attempt, Attempt.id == PaperItem.attempt_id)
        .join(Mark, Mark.item_id == PaperItem.id)
        .outerjoin(Response, and_(Response.item_id == PaperItem.id, _NEWEST_ANSWER))
        .where(
            _NEWEST_MARK,
            among(PaperItem.attempt_id),
            among(Attempt.id),
            PaperItem.question_version_id.in_(list(how.versions)),
            Attempt.state.in_(CLOSED),
        )
        .order_by(PaperItem.attempt_id)
    )
    return found


def _papers(how: Remarking, among: Among, *columns: Any) -> Select[Any]:
    """All items of the papers on which the question stands, with their newest marks."""
    return (
        select(_asked.attempt_id, *columns)
        .join(PaperItem, PaperItem.attempt_id == _asked.attempt_id)
        .join(Mark, Mark.item_id == PaperItem.id)
        .where(
            _NEWEST_MARK,
            among(_asked.attempt_id),
            among(PaperItem.attempt_id),  # what follows from the line before; without it all papers are swept
            _asked.question_version_id.in_(list(how.versions)),
        )
    )


def _verdicts(session: Session, found: Found, how: Remarking, among: Among) -> dict[int, Verdict]:
    """The verdict on each attempt with the new mark in the place of the old, by the rules of its own quiz version.

    Sums are enough where a quiz has no must-pass clauses; elsewhere every mark is read.
    """
    versions = {row.quiz_version_id for row, _ in found.values()}
    quizzes = {version_id: definitions.version(session, version_id) for version_id in versions}
    by_sum: Found = {}
    by_clause: Found = {}
    for attempt_id, (row, new) in found.items():
        (by_clause if quizzes[row.quiz_version_id].must_pass else by_sum)[attempt_id] = row, new
    verdicts: dict[int, Verdict] = {}
    if by_sum:
        statement = _papers(how, among, *_SUMS).where(Mark.voided.is_(False)).group_by(_asked.attempt_id)
        verdicts |= _by_sum(rows(session, statement, {}), by_sum, quizzes)
    if by_clause:
        verdicts |= _by_clause(session, rows(session, _papers(how, among, *_NOW), {}).all(), by_clause, quizzes)
    return verdicts


def _by_sum(found_sums: Iterable[Any], found: Found, quizzes: Mapping[int, QuizView]) -> dict[int, Verdict]:
    verdicts = {}
    sums = {attempt_id: rest for attempt_id, *rest in found_sums}
    for attempt_id, (row, new) in found.items():
        credit, questions, crossed = sums.get(attempt_id, (0, 0, 0))
        for sign, mark in ((-1, (row.credit, row.crossed, row.voided)), (1, new)):
            if not mark[2]:
                credit, questions, crossed = credit + sign * mark[0], questions + sign, crossed + sign * mark[1]
        verdicts[attempt_id] = grading.of_sums(credit, questions, crossed, quizzes[row.quiz_version_id].pass_mark)
    return verdicts


def _by_clause(
    session: Session, items: Sequence[Any], found: Found, quizzes: Mapping[int, QuizView]
) -> dict[int, Verdict]:
    questions = definitions.questions(session, {item.question_version_id for item in items})
    papers: dict[int, list[Marked]] = defaultdict(list)
    for attempt_id, item_id, version_id, *now in items:
        if attempt_id not in found:
            continue
        row, new = found[attempt_id]
        credit, crossed, voided = new if row.item_id == item_id else now
        papers[attempt_id].append(Marked(credit, crossed, voided, questions[version_id].clauses))
    rules = {attempt_id: quizzes[row.quiz_version_id] for attempt_id, (row, _) in found.items()}
    return {
        attempt_id: grading.verdict(marks, rules[attempt_id].pass_mark, rules[attempt_id].must_pass)
        for attempt_id, marks in papers.items()
    }


def _change(row: Any, new: Remark, verdict: Verdict) -> Change:
    return Change(
        attempt_id=row.attempt_id,
        item_id=row.item_id,
        person_id=row.person_id,
        credit_before=row.credit,
        credit_after=new[0],
        crossed_before=row.crossed,
        crossed_after=new[1],
        voided_before=row.voided,
        voided_after=new[2],
        percent_before=row.percent_hundredths,
        percent_after=verdict.percent_hundredths,
        passed_before=row.passed,
        passed_after=verdict.passed,
        red_lines_after=verdict.red_lines_crossed,
        missed_after=" ".join(verdict.missed),
    )
