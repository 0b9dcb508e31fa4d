"""What the social media hub does to the calendar: add and cancel quiet periods, switch crisis mode on and off."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from certificates import days
from certificates.periods.models import CrisisPeriod, QuietPeriod, QuietPeriodScope
from certificates.standing import Scope
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext


@dataclass(frozen=True)
class Plan:
    """A quiet period to be made, first to last day."""

    title: str
    starts_on: date
    ends_on: date
    note: str = ""
    exempt_rank: int | None = None
    scope: Scope = field(default_factory=Scope)


def make_period(session: Session, plan: Plan, *, by_id: int) -> QuietPeriod:
    """Add a quiet period or an embargo. Raises `Invalid` when its days cannot be."""
    _check_days(plan)
    made = QuietPeriod(
        title=plan.title,
        note=plan.note,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        exempt_rank=plan.exempt_rank,
        made_by_id=by_id,
        made_at=clock.now(),
        scope=[QuietPeriodScope(dimension=dimension, value=value) for dimension, value in plan.scope.pairs()],
    )
    session.add(made)
    session.flush()
    audit.record(session, "added a quiet period", f"quiet period:{made.id}", actor_id=by_id, title=plan.title)
    return made


def cancel_period(session: Session, period_id: int, *, by_id: int) -> None:
    """Cancel a quiet period that runs or is to come: past days keep the answer they had.

    Raises `NotFound`, and `Conflict` when it is over or was cancelled before.
    """
    period = session.scalar(select(QuietPeriod).where(QuietPeriod.id == period_id).with_for_update())
    if period is None:
        raise NotFound
    if period.cancelled_at is not None:
        raise Conflict(gettext("This quiet period was cancelled before."))
    if period.ends_on < days.today():
        raise Conflict(gettext("This quiet period is over. What was quiet then stays so."))
    period.cancelled_at, period.cancelled_by_id = clock.now(), by_id
    session.flush()
    audit.record(session, "cancelled a quiet period", f"quiet period:{period.id}", actor_id=by_id, title=period.title)


def start_crisis(session: Session, title: str, line: str, *, by_id: int) -> CrisisPeriod:
    """Switch crisis mode on, with the official line that everybody may share.

    Raises `Conflict` when it is on: there is one crisis at a time.
    """
    made = CrisisPeriod(title=title, line=line, started_by_id=by_id, started_at=clock.now())
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        raise Conflict(
            gettext("Crisis mode is on already. Switch it off first, or let its official line stand.")
        ) from None
    audit.record(session, "switched crisis mode on", f"crisis:{made.id}", actor_id=by_id, title=title, line=line)
    return made


def end_crisis(session: Session, crisis_id: int, *, by_id: int) -> None:
    """Switch crisis mode off. Raises `NotFound`, and `Conflict` when it is off."""
    crisis = session.scalar(select(CrisisPeriod).where(CrisisPeriod.id == crisis_id).with_for_update())
    if crisis is None:
        raise NotFound
    if crisis.ended_at is not None:
        raise Conflict(gettext("This crisis is over already; crisis mode was switched off."))
    crisis.running, crisis.ended_at, crisis.ended_by_id = None, clock.now(), by_id
    session.flush()
    audit.record(session, "switched crisis mode off", f"crisis:{crisis.id}", actor_id=by_id, title=crisis.title)


def restate(session: Session, crisis_id: int, line: str, *, by_id: int) -> CrisisPeriod:
    """Give the crisis that lasts another official line: the one before stays on record with its time.

    Raises `NotFound`, and `Conflict` when it is over.
    """
    end_crisis(session, crisis_id, by_id=by_id)
    return start_crisis(session, session.get_one(CrisisPeriod, crisis_id).title, line, by_id=by_id)


def _check_days(plan: Plan) -> None:
    if plan.starts_on < days.today():
        raise Invalid(
            gettext("The first day is in the past. A quiet period begins today or later: what was allowed stays so.")
        )
    if plan.ends_on < plan.starts_on:
        raise Invalid(gettext("The last day is before the first. Choose the same day or a later one."))
    if plan.ends_on > days.LATEST:
        raise Invalid(gettext("The last day is too far away. Choose one before the year 2101."))
