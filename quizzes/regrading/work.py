"""What the worker does for regrades that wait for it, a few seconds after they were asked for."""

import logging
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from lms.base.db import Database
from quizzes.regrading import applying, computing, runs
from quizzes.regrading.models import Regrade

log = logging.getLogger("lms")
WORK: dict[str, Callable[[Database, int, Callable[[], bool]], None]] = {
    "computing": computing.compute,
    "applying": applying.apply,
    "undoing": applying.undo,
}


def work_off(database: Database, going: Callable[[], bool] = lambda: True) -> int:
    """Do what waits, the oldest first, as long as `going` says so; returns how many regrades were at work.

    When the database is in the way, the next call goes on. At any other mistake a regrade stops as `failed`, is told
    of in the log, and can be sent on its way again.
    """
    with database.reading() as session:
        waiting = session.execute(
            select(Regrade.id, Regrade.state).where(Regrade.state.in_(WORK)).order_by(Regrade.id)
        ).all()
    for regrade_id, state in waiting:
        try:
            WORK[state](database, regrade_id, going)
        except DBAPIError as error:
            log.warning("regrade %s waits: %s", regrade_id, error.orig)
        except Exception:
            log.exception("regrade %s failed while %s", regrade_id, state)
            _stop(database, regrade_id, state)
    return len(waiting)


def _stop(database: Database, regrade_id: int, state: str) -> None:
    with database.transaction() as session:
        regrade = runs.locked(session, regrade_id)
        if regrade.state == state:
            regrade.state = "failed"
