"""Carrying a regrade out, and undoing it: some people in one transaction, all that follows for them included.

The regrade counts the people done in the same transaction, so a worker that dies is followed by one that goes on
where it stopped. Everything is looked at anew under the locks of the enrollment and the attempt: what was marked
otherwise since the dry run is taken as it is now, and a pass that nobody agreed to take away is left alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from courses import withdrawing
from courses.enrollment_models import Enrollment
from lms.base import audit, clock
from lms.base.db import Database
from quizzes import closing, definitions, papers
from quizzes.attempt_models import Attempt, Mark, PaperItem, Release, Result
from quizzes.questions import Marked
from quizzes.regrading import computing, holding, letters, looking, runs
from quizzes.regrading.models import Regrade, RegradeChange
from quizzes.regrading.remarking import BY_KEY

AT_ONCE = 10
"""So many people are done in one transaction: on SQLite everybody else who writes waits for it."""

FEW = 1000
"""So many attempts are named one by one in a statement."""


@dataclass(frozen=True)
class Fresh:
    """A new mark for an item of an attempt; `loses` says that somebody agreed to its taking away a pass."""

    attempt_id: int
    mark: Mark
    loses: bool


def apply(database: Database, regrade_id: int, going: Callable[[], bool] = lambda: True) -> None:
    """Carry a regrade out to its end, or until `going` says no: then another call goes on."""
    while going() and _some_of_the_list(database, regrade_id):
        pass
    while going() and _some_who_came_since(database, regrade_id):
        pass


def undo(database: Database, regrade_id: int, going: Callable[[], bool] = lambda: True) -> None:
    """Undo a regrade to its end, or until `going` says no: then another call goes on."""
    while going() and _some_to_undo(database, regrade_id):
        pass


def _some_of_the_list(database: Database, regrade_id: int) -> bool:
    """Do the next people of the dry run; says whether there were any."""
    _read_ahead(database, regrade_id)
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state != "applying":
            return False
        people = session.scalars(
            select(RegradeChange.person_id)
            .where(RegradeChange.regrade_id == regrade_id)
            .group_by(RegradeChange.person_id)
            .order_by(RegradeChange.person_id)
            .offset(regrade.done)
            .limit(AT_ONCE)
        ).all()
        listed = session.execute(
            select(RegradeChange.attempt_id, RegradeChange.passed_before, RegradeChange.passed_after).where(
                RegradeChange.regrade_id == regrade_id, RegradeChange.person_id.in_(people)
            )
        ).all()
        losing = {row.attempt_id for row in listed if row.passed_before and not row.passed_after}
        _remark(session, regrade, [row.attempt_id for row in listed], losing)
        regrade.done += len(people)
        return bool(people)


def _some_who_came_since(database: Database, regrade_id: int) -> bool:
    """Do attempts that were decided since the dry run was asked for; says whether there may be more.

    With the last, all is applied. They are kept among the changes, and none loses a pass: nobody has agreed to that.
    """
    with database.reading() as session:
        regrade = runs.get(session, regrade_id)
        how = looking.remarking(session, regrade)
        since = _decided_since(session, regrade, list(how.versions))
        looked = (looking.changes(session, how, since[at : at + FEW]) for at in range(0, len(since), FEW))
        found = next((some for some in looked if some), [])[:AT_ONCE]
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state != "applying":
            return False
        if found:
            computing.add(session, regrade_id, found)
            _remark(session, regrade, [change.attempt_id for change in found], set())
            return True
        regrade.state, regrade.applied_at = "applied", clock.now()
        audit.record(session, "applied a regrade", f"regrade:{regrade_id}", actor_id=regrade.applied_by)
        return False


def _decided_since(session: Session, regrade: Regrade, versions: Sequence[int]) -> list[int]:
    known = exists().where(RegradeChange.regrade_id == regrade.id, RegradeChange.attempt_id == Attempt.id)
    statement = (
        select(Attempt.id)
        .join(PaperItem, PaperItem.attempt_id == Attempt.id)
        .join(Result, Result.attempt_id == Attempt.id)
        .where(
            PaperItem.question_version_id.in_(versions),
            Attempt.state.in_(looking.CLOSED),
            Result.at >= regrade.asked_at,
            Attempt.person_id.not_in([hand for hand in (regrade.applied_by, regrade.approved_by) if hand]),
            ~known,
        )
        .distinct()
        .order_by(Attempt.id)
    )
    return list(session.scalars(statement))


def _read_ahead(database: Database, regrade_id: int) -> None:
    """Have the versions of the question in memory before anything is locked."""
    with database.reading() as session:
        looking.remarking(session, runs.get(session, regrade_id))


def _remark(session: Session, regrade: Regrade, attempts: Sequence[int], losing: set[int]) -> None:
    found = _locked(session, attempts)
    changes = looking.changes(session, looking.remarking(session, regrade), list(found))
    numbers = holding.newest_numbers(session, [change.item_id for change in changes])
    marks = [
        Fresh(
            change.attempt_id,
            Mark(
                item_id=change.item_id,
                number=numbers[change.item_id] + 1,
                credit=change.credit_after,
                crossed=change.crossed_after,
                voided=change.voided_after,
                source="regrade",
                key_version_id=regrade.key_version_id if regrade.policy in BY_KEY else None,
                regrade_id=regrade.id,
                marked_at=clock.now(),
            ),
            change.attempt_id in losing,
        )
        for change in changes
    ]
    _carry_out(session, regrade, found, marks, "regrade")


def _locked(session: Session, attempts: Iterable[int]) -> dict[int, Attempt]:
    """Closed attempts, locked as everybody locks them: the enrollments first."""
    wanted = list(attempts)
    taken = select(Attempt.enrollment_id).where(Attempt.id.in_(wanted))
    session.execute(select(Enrollment.id).where(Enrollment.id.in_(taken)).order_by(Enrollment.id).with_for_update())
    statement = select(Attempt).where(Attempt.id.in_(wanted), Attempt.state.in_(looking.CLOSED)).order_by(Attempt.id)
    rows = session.scalars(statement.with_for_update().execution_options(populate_existing=True))
    return {attempt.id: attempt for attempt in rows}


_applied, _newest, _older = aliased(Mark), aliased(Mark), aliased(Mark)


def _some_to_undo(database: Database, regrade_id: int) -> bool:
    """Undo it for the next people; says whether there were any. With the last, all is undone."""
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state != "undoing":
            return False
        changed = select(RegradeChange.person_id).where(RegradeChange.regrade_id == regrade_id)
        person_id = RegradeChange.person_id
        people = session.scalars(
            changed.group_by(person_id).order_by(person_id).offset(regrade.done).limit(AT_ONCE)
        ).all()
        if not people:
            regrade.state, regrade.undone_at = "undone", clock.now()
            audit.record(session, "undid a regrade", f"regrade:{regrade_id}", actor_id=regrade.undone_by)
            return False
        attempts = session.scalars(
            select(RegradeChange.attempt_id)
            .where(RegradeChange.regrade_id == regrade_id, RegradeChange.person_id.in_(people))
            .order_by(RegradeChange.attempt_id)
        ).all()
        _restore(session, regrade, attempts)
        regrade.done += len(people)
        return True


def _restore(session: Session, regrade: Regrade, attempts: Sequence[int]) -> None:
    """Give items the mark they had before the regrade, but where somebody has marked them since."""
    found = _locked(session, attempts)
    later = select(func.max(_newest.number)).where(_newest.item_id == _applied.item_id).scalar_subquery()
    statement = (
        select(PaperItem.attempt_id, _applied.number, _older)
        .join(_applied, _applied.item_id == PaperItem.id)
        .join(_older, (_older.item_id == _applied.item_id) & (_older.number == _applied.number - 1))
        .where(PaperItem.attempt_id.in_(list(found)), _applied.regrade_id == regrade.id, _applied.number == later)
        .order_by(PaperItem.attempt_id)
    )
    marks = [
        Fresh(attempt_id, _again(before, number + 1, regrade.id), regrade.undo_approved_by is not None)
        for attempt_id, number, before in session.execute(statement)
    ]
    _carry_out(session, regrade, found, marks, "regrade undone")


def _again(before: Mark, number: int, regrade_id: int) -> Mark:
    return Mark(
        item_id=before.item_id,
        number=number,
        credit=before.credit,
        crossed=before.crossed,
        voided=before.voided,
        source="regrade",
        key_version_id=before.key_version_id,
        regrade_id=regrade_id,
        marker_id=before.marker_id,
        marked_at=clock.now(),
    )


def _carry_out(
    session: Session, regrade: Regrade, found: dict[int, Attempt], marks: Iterable[Fresh], because: str
) -> None:
    """Add marks and verdicts, and let follow what follows from them: passes, courses, certificates, letters."""
    enrollments = {attempt.enrollment_id for attempt in found.values()}
    before = _passing(session, enrollments)
    was = {attempt.id: bool(attempt.passed) for attempt in found.values()}
    decided = [
        found[one.attempt_id] for one in marks if _decided(session, regrade, found[one.attempt_id], one, because)
    ]
    after = _passing(session, enrollments)
    for enrollment_id in sorted(before - after):
        _take_back(session, regrade, enrollment_id, [one for one in decided if one.enrollment_id == enrollment_id])
    letters.tell(session, regrade, _news(decided, was, before, after), undone=because == "regrade undone")


def _decided(session: Session, regrade: Regrade, attempt: Attempt, fresh: Fresh, because: str) -> bool:
    """Add a mark and the verdict that follows; not when a pass would be lost to which nobody agreed."""
    quiz, mark = definitions.version(session, attempt.quiz_version_id), fresh.mark
    new = Marked(mark.credit, mark.crossed, mark.voided)
    paper = [
        replace(item, mark=replace(new, clauses=item.question.clauses)) if item.id == mark.item_id else item
        for item in papers.items(session, attempt)
    ]
    if attempt.passed and not fresh.loses and not closing.verdict(quiz, paper).passed:
        return False
    session.add(mark)
    session.flush()
    closing.decide(session, attempt, quiz, paper, because, attempt.state, regrade.id)
    return True


def _passing(session: Session, enrollments: Iterable[int]) -> set[int]:
    """Those of the enrollments in which an attempt is passed."""
    statement = select(Attempt.enrollment_id).where(
        Attempt.enrollment_id.in_(list(enrollments)), Attempt.state.in_(looking.CLOSED), Attempt.passed.is_(True)
    )
    return set(session.scalars(statement.distinct()))


def _take_back(session: Session, regrade: Regrade, enrollment_id: int, decided: Sequence[Attempt]) -> None:
    """The last passed attempt of an enrollment is not passed any more: the course is open, and she may try at once."""
    withdrawing.withdraw_pass(session, enrollment_id, f"regrade:{regrade.id}")
    hand = regrade.undo_approved_by or regrade.undone_by or regrade.approved_by
    quizzes = {definitions.version(session, attempt.quiz_version_id).id for attempt in decided}
    now: datetime = clock.now()
    session.add_all(
        Release(
            person_id=decided[0].person_id, quiz_id=quiz_id, released_by=hand, reason=regrade.reason, released_at=now
        )
        for quiz_id in sorted(quizzes)
    )
    session.flush()


def _news(decided: Iterable[Attempt], was: dict[int, bool], before: set[int], after: set[int]) -> list[letters.News]:
    """What it means for each person: one line each, the weightiest."""
    found: dict[int, list[tuple[str, Attempt]]] = defaultdict(list)
    for attempt in decided:
        there, now = attempt.enrollment_id in before, attempt.enrollment_id in after
        what = "points" if was[attempt.id] == attempt.passed else "same"
        found[attempt.person_id].append(
            ("lost" if there and not now else "passed" if now and not there else what, attempt)
        )
    lines = (min(each, key=lambda one: letters.WEIGHT.index(one[0])) for each in found.values())
    return [letters.News(attempt.person_id, attempt.id, attempt.quiz_version_id, what) for what, attempt in lines]
