"""The dry run: every closed attempt that had the question is looked at, in chunks, and nothing is changed.

Each chunk is a transaction of its own, so that the progress can be seen and others can write in between. A run whose
worker dies begins from the start; what it had found is still there and is not found twice.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lms.base import clock
from lms.base.db import Database
from quizzes.regrading import looking, runs
from quizzes.regrading.looking import Change
from quizzes.regrading.models import Regrade, RegradeChange

READ_AT_ONCE = 20_000
"""So many attempts are read in one go: databases read long runs in one sweep, and short ones in as many sweeps."""
KEPT_AT_ONCE = 2000
"""For so many attempts the changes are kept in one transaction: on SQLite everybody else who writes waits for it."""


def compute(database: Database, regrade_id: int, going: Callable[[], bool] = lambda: True) -> None:
    """Find what a regrade would change. Stops when it was dropped meanwhile, or when `going` says so."""
    with database.reading() as session:
        how = looking.remarking(session, runs.get(session, regrade_id))
        attempts = looking.touched(session, list(how.versions))
    if not _begin(database, regrade_id, len(attempts)):
        return
    for start in range(0, len(attempts), READ_AT_ONCE):
        some = attempts[start : start + READ_AT_ONCE]
        with database.reading() as session:
            found = looking.changes_between(session, how, some[0], some[-1])
        for done, part in _parts(some, found):
            if not going() or not _keep(database, regrade_id, part, start + done):
                return
    _finish(database, regrade_id)


def _parts(attempts: Sequence[int], found: Sequence[Change]) -> Iterator[tuple[int, Sequence[Change]]]:
    """The changes in the order of the attempts, in parts, each with how many of the attempts it comes up to."""
    begun = 0
    for start in range(0, len(attempts), KEPT_AT_ONCE):
        last = attempts[start : start + KEPT_AT_ONCE][-1]
        end = bisect_right(found, last, key=lambda change: change.attempt_id)
        yield min(start + KEPT_AT_ONCE, len(attempts)), found[begun:end]
        begun = end


def _begin(database: Database, regrade_id: int, total: int) -> bool:
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state != "computing":
            return False
        regrade.total, regrade.done = total, 0
        return True


def _keep(database: Database, regrade_id: int, found: Sequence[Change], done: int) -> bool:
    """Keep what a chunk would change; says whether the run still goes on."""
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state != "computing":
            return False
        add(session, regrade_id, found)
        regrade.done = max(done, regrade.done)
        return True


def add(session: Session, regrade_id: int, found: Sequence[Change]) -> None:
    """Keep changes, but those that are kept already. The caller holds the lock of the regrade."""
    attempts = [change.attempt_id for change in found]
    known = set(
        session.scalars(
            select(RegradeChange.attempt_id).where(
                RegradeChange.regrade_id == regrade_id, RegradeChange.attempt_id.in_(attempts)
            )
        )
    )
    fresh = [change.row(regrade_id) for change in found if change.attempt_id not in known]
    if fresh:
        session.connection().execute(insert(RegradeChange), fresh)


def _finish(database: Database, regrade_id: int) -> None:
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state == "computing":
            regrade.gained = _count(session, regrade, before=False)
            regrade.lost = _count(session, regrade, before=True)
            regrade.state, regrade.computed_at = "ready", clock.now()


def _count(session: Session, regrade: Regrade, *, before: bool) -> int:
    """How many attempts go from this verdict to the other."""
    statement = select(func.count()).where(
        RegradeChange.regrade_id == regrade.id,
        RegradeChange.passed_before.is_(before),
        RegradeChange.passed_after.is_(not before),
    )
    return session.scalar(statement) or 0
