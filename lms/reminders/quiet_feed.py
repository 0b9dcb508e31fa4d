"""The days on which less may be said as a calendar (RFC 5545), at the private address of whoever works here."""

from datetime import UTC, datetime, time

from sqlalchemy.orm import Session

from certificates import vocabulary
from certificates.periods import calendar as periods
from certificates.periods.calendar import Period
from courses.sessions import calendar
from lms.base import clock
from lms.base.i18n import force_locale, gettext
from lms.people.models import Person
from lms.reminders.feed import PAST, all_day, document


def calendar_of(session: Session, person: Person, site: str, host: str) -> str:
    """Quiet periods and embargoes as text, in somebody's language: what the page "May I post?" shows everybody inside.

    What was cancelled is not in it. One statement, and three more after a change of the calendar.
    """
    since = clock.today() - PAST
    found = periods.calendar(session).standing(since)
    with force_locale(person.language):
        return document(gettext("Quiet periods"), [_event(one, site, host) for one in found])


def _event(one: Period, site: str, host: str) -> list[str]:
    covered = "; ".join(vocabulary.word(dimension, code) for dimension, code in one.scope.pairs())
    about = gettext("What it covers: %(list)s", list=covered or gettext("Everything"))
    return all_day(
        f"quiet-{one.id}@{host}",
        datetime.combine(one.made_on, time(), UTC),
        one.starts_on,
        gettext("Quiet period: %(title)s", title=one.title),
        f"{site}/may-i-post",
        last=one.ends_on,
        more=[f"DESCRIPTION:{calendar.text(about)}"],
    )
