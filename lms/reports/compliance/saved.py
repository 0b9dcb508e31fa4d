"""Reports that somebody keeps under a name, and has mailed as figures and a link each week or month."""

import secrets
from datetime import date, timedelta
from urllib.parse import urlencode

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from certificates import days
from lms.base import clock, outbox
from lms.base.access import ROLES
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import force_locale, gettext
from lms.base.settings import in_force
from lms.people.models import Person, PersonRole
from lms.privacy import council
from lms.reports.compliance import hiding, populations
from lms.reports.compliance.filters import Choice
from lms.reports.compliance.models import GROUPS, POPULATIONS, RHYTHMS, SavedReport

READERS = tuple(role for role in ROLES if role in {"hub", "administrator", "auditor", "board"})
"""Roles that may see reports."""
LONGEST_NAME = 100


def reports(session: Session, owner_id: int) -> list[SavedReport]:
    """The reports that somebody keeps, by name."""
    return list(session.scalars(select(SavedReport).where(SavedReport.owner_id == owner_id).order_by(SavedReport.name)))


def report(session: Session, owner_id: int, uid: str) -> SavedReport:
    """A report of somebody's own. Raises `NotFound`."""
    found = session.scalar(select(SavedReport).where(SavedReport.owner_id == owner_id, SavedReport.uid == uid))
    if found is None:
        raise NotFound
    return found


def save(session: Session, owner_id: int, name: str, choice: Choice, rhythm: str = "") -> SavedReport:
    """Keep a choice under a name. Raises `Invalid` without a name, or with one she has given already."""
    kept = SavedReport(
        uid=secrets.token_hex(16),
        owner_id=owner_id,
        name=_free_name(session, owner_id, name),
        population=POPULATIONS[0],
        grouped_by=choice.by,
        rhythm=_known(rhythm),
        next_on=next_day(rhythm, days.today()),
        made_at=clock.now(),
        **choice.filters,
    )
    session.add(kept)
    session.flush()
    return kept


def change(session: Session, owner_id: int, uid: str, name: str, rhythm: str) -> None:
    """Give a report another name or rhythm. Raises `NotFound` and `Invalid`."""
    kept = report(session, owner_id, uid)
    if name.strip() != kept.name:
        kept.name = _free_name(session, owner_id, name)
    if rhythm != kept.rhythm:
        kept.rhythm, kept.next_on = _known(rhythm), next_day(rhythm, days.today())
    session.flush()


def remove(session: Session, owner_id: int, uid: str) -> None:
    """Forget a report of somebody's own. Raises `NotFound`."""
    session.execute(delete(SavedReport).where(SavedReport.id == report(session, owner_id, uid).id))


def choice_of(kept: SavedReport) -> Choice:
    """The choice that a report keeps."""
    return Choice(**{name: getattr(kept, name) for name in GROUPS}, by=kept.grouped_by)


def next_day(rhythm: str, after: date) -> date | None:
    """The next day on which a report is mailed: a Monday, or the first of a month; none without a rhythm."""
    if rhythm == "weekly":
        return after + timedelta(days=7 - after.weekday())
    return days.months_after(after.replace(day=1), 1) if rhythm == "monthly" else None


def send_due(session: Session) -> int:
    """Queue the mails of reports whose day has come; returns how many. For the nightly job.

    A report of somebody who has left or may not see reports any more waits: nothing is mailed, nothing is lost.
    """
    today = days.today()
    allowed = select(PersonRole.person_id).where(PersonRole.role.in_(READERS))
    due = session.execute(
        select(SavedReport, Person)
        .join(Person, Person.id == SavedReport.owner_id)
        .where(SavedReport.next_on <= today, Person.status != "left", Person.id.in_(allowed))
        .order_by(SavedReport.id)
    ).all()
    for kept, owner in due:
        with force_locale(owner.language):
            _send(session, kept, owner, today)
        kept.next_on = next_day(kept.rhythm, today)
    session.flush()
    return len(due)


def _send(session: Session, kept: SavedReport, owner: Person, today: date) -> None:
    choice = choice_of(kept)
    found = hiding.report(session, populations.today_facts(today), choice, council.smallest(session))
    names, total = populations.names(), found.total
    lines = [hiding.one_at_a_time() if found.mixed else gettext("Too few people to show figures of.")]
    if not found.hidden:
        told = {one: f"{total.of(one)} ({total.share(one) or 0}%)" for one in POPULATIONS}
        told |= dict.fromkeys(total.kept_back & told.keys(), gettext("not shown"))
        lines = [f"{names[one]}: {figure}" for one, figure in told.items()]
        lines.insert(0, gettext("People at work: %(count)s", count=total.people))
    link = f"{in_force().base_url}/reports" + (f"?{urlencode(choice.link)}" if choice.link else "")
    greeting = gettext("Hello %(name)s,", name=owner.given_name)
    outbox.queue(
        session,
        key=f"report:{kept.uid}:{today}",
        recipient=owner.email,
        subject=gettext("Your report: %(name)s", name=" ".join(kept.name.split())),
        body="\n\n".join([greeting, "\n".join(lines), link]),
    )


def _free_name(session: Session, owner_id: int, name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(gettext("Give the report a name, such as “Speakers in the Benelux”."))
    if len(name) > LONGEST_NAME:
        raise Invalid(gettext("The name is too long. Up to %(most)s letters fit.", most=LONGEST_NAME))
    taken = select(SavedReport.id).where(SavedReport.owner_id == owner_id, SavedReport.name == name)
    if session.scalar(taken) is not None:
        raise Invalid(gettext("You keep a report called “%(name)s” already. Choose another name.", name=name))
    return name


def _known(rhythm: str) -> str:
    if rhythm not in RHYTHMS:
        raise Invalid(gettext("Choose how often the report is mailed: never, each week or each month."))
    return rhythm
