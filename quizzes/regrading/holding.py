"""Regrades that were applied while an attempt was open or waited for a marker: they hold for it once it is decided."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, func, insert, or_, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.db import rows
from quizzes import definitions
from quizzes.attempt_models import Attempt, Mark
from quizzes.grading import Verdict
from quizzes.papers import Item
from quizzes.questions import Marked
from quizzes.regrading.looking import Change
from quizzes.regrading.models import Regrade, RegradeChange
from quizzes.regrading.remarking import BY_KEY, Remark, Remarking

Judge = Callable[[Sequence[Item]], Verdict]
"""The verdict on a paper."""


def hold(session: Session, attempt: Attempt, paper: Sequence[Item], judge: Judge) -> list[Item]:
    """The paper of an attempt that is decided for the first time, as the regrades leave it that came before that.

    Each gives its mark after the one by rules or by hand, and keeps the change so that undoing finds it. One statement
    when no regrade holds. The caller holds the locks, has added the marks, and has not touched the attempt yet.
    """
    paper = list(paper)
    for regrade in held(session, attempt, paper):
        item = next(item for item in paper if item.question.number == regrade.question_id)
        new = _remark(session, regrade, item)
        assert item.mark is not None
        if new == _now(item.mark):
            continue
        changed = replace(item, mark=Marked(*new, clauses=item.question.clauses))
        then = [changed if one.id == item.id else one for one in paper]
        session.add(_mark(regrade, changed, newest_numbers(session, [item.id])[item.id] + 1))
        change = _change(attempt, item.mark, changed, judge(paper), judge(then))
        session.flush()
        session.connection().execute(insert(RegradeChange), change.row(regrade.id))
        paper = then
    return paper


def held(session: Session, attempt: Attempt, paper: Iterable[Item]) -> list[Any]:
    """The regrades that hold for a paper, the oldest first: columns, no objects. One statement.

    They stand, the attempt began before they were applied, and their key is not older than the version on the paper.
    None of them was let happen by the learner herself.
    """
    questions = {item.question.number: item.question.version_id for item in paper}
    statement = (
        select(Regrade.id, Regrade.question_id, Regrade.key_version_id, Regrade.policy)
        .where(
            Regrade.question_id.in_(list(questions)),
            Regrade.policy != "leave",
            or_(Regrade.state == "applied", and_(Regrade.state == "waiting", Regrade.undone_by.is_not(None))),
            Regrade.applied_at >= attempt.started_at,
            Regrade.applied_by != attempt.person_id,
            or_(Regrade.approved_by.is_(None), Regrade.approved_by != attempt.person_id),
        )
        .order_by(Regrade.id)
    )
    found = rows(session, statement, {}).all()
    return [one for one in found if one.key_version_id >= questions[one.question_id]]


def newest_numbers(session: Session, items: Sequence[int]) -> dict[int, int]:
    """The number of the mark that counts, by item. One statement."""
    statement = select(Mark.item_id, func.max(Mark.number)).where(Mark.item_id.in_(items)).group_by(Mark.item_id)
    return dict(session.execute(statement).all())


def _remark(session: Session, regrade: Any, item: Item) -> Remark:
    assert item.mark is not None
    key = definitions.question(session, regrade.key_version_id)
    how = Remarking(regrade.policy, key, {item.question.version_id: item.question})
    answer = None if item.answer is None else json.dumps(item.answer)
    by_hand = item.answered and bool(item.kind.waits_for(item.question))
    return how.mark(item.question.version_id, answer, _now(item.mark), by_hand=by_hand)


def _now(mark: Marked) -> Remark:
    return mark.credit, mark.crossed, mark.voided


def _mark(regrade: Any, item: Item, number: int) -> Mark:
    assert item.mark is not None
    return Mark(
        item_id=item.id,
        number=number,
        credit=item.mark.credit,
        crossed=item.mark.crossed,
        voided=item.mark.voided,
        source="regrade",
        key_version_id=regrade.key_version_id if regrade.policy in BY_KEY else None,
        regrade_id=regrade.id,
        marked_at=clock.now(),
    )


def _change(attempt: Attempt, before: Marked, item: Item, was: Verdict, then: Verdict) -> Change:
    assert item.mark is not None
    return Change(
        attempt_id=attempt.id,
        item_id=item.id,
        person_id=attempt.person_id,
        credit_before=before.credit,
        credit_after=item.mark.credit,
        crossed_before=before.crossed,
        crossed_after=item.mark.crossed,
        voided_before=before.voided,
        voided_after=item.mark.voided,
        percent_before=was.percent_hundredths,
        percent_after=then.percent_hundredths,
        passed_before=was.passed,
        passed_after=then.passed,
        red_lines_after=then.red_lines_crossed,
        missed_after=" ".join(then.missed),
    )
