"""Looking for the link that shows whose an account is: done by the worker, never while somebody waits at a page."""

from collections.abc import Callable
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.handles import claims, fetching, links
from certificates.handles.fetching import NotRead, Reach
from certificates.handles.models import HandleClaim
from certificates.models import Certificate
from lms.base import clock
from lms.base.db import Database
from lms.base.settings import in_force

AT_ONCE = 20
"""How many claims are looked at in one go; others are served in between."""


@cache
def everywhere() -> Reach:
    """The public internet."""
    return Reach()


def work_off(database: Database, going: Callable[[], bool], reach: Reach | None = None) -> int:
    """Look at the profiles of claims not looked at yet; returns how many. For the worker.

    No transaction is open while a page is read: it may be slow, and others want to write.
    """
    for done in range(AT_ONCE):
        with database.transaction() as session:
            taken = _take(session) if going() else None
        if taken is None:
            return done
        claim_id, address, wanted = taken
        problem = look(address, wanted, reach or everywhere())
        with database.transaction() as session:
            _note(session, claim_id, problem)
    return AT_ONCE


def look(address: str, wanted: frozenset[str], reach: Reach) -> str:
    """Whether a profile links to one of the wanted addresses; returns what stood in the way, nothing when it does."""
    try:
        return "" if links.leads_to(fetching.page(address, reach), wanted) else "no_link"
    except NotRead as failure:
        return failure.problem


def addresses_of(session: Session, person_id: int) -> list[str]:
    """The pages of this site that are about one person: of these a profile links to one, the newest first."""
    uids = select(Certificate.uid).where(Certificate.person_id == person_id).order_by(Certificate.id.desc())
    return [f"{in_force().base_url}/verify/{uid}" for uid in session.scalars(uids)]


def _take(session: Session) -> tuple[int, str, frozenset[str]] | None:
    """The next claim by a link, marked as looked at, so that no other worker takes it too."""
    found = session.scalars(
        select(HandleClaim)
        .where(HandleClaim.state == "open", HandleClaim.method == "link", HandleClaim.tried_at.is_(None))
        .order_by(HandleClaim.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if found is None:
        return None
    found.tried_at = clock.now()
    return found.id, found.profile_url, frozenset(addresses_of(session, found.person_id))


def _note(session: Session, claim_id: int, problem: str) -> None:
    """Keep what was seen. A link gives the account unless somebody else claims or holds it: then a person decides."""
    found = session.scalars(select(HandleClaim).where(HandleClaim.id == claim_id).with_for_update()).one()
    if found.state != "open":
        return
    if not problem and claims.contested(session, found):
        problem = "contested"
    if problem:
        found.problem = problem
    else:
        claims.give(session, found, by_id=None)
