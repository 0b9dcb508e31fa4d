"""Naming who stands in for a manager, and telling her so: by mail and on the list of messages."""

from sqlalchemy.orm import Session

from lms.base import clock, i18n, mail, outbox
from lms.base.i18n import force_locale, gettext
from lms.base.outbox import Letter
from lms.people import deputies, directory
from lms.people.deputies import Wanted
from lms.people.models import Deputy
from lms.reminders.models import Notice

ADDRESS = "/team"


def name(session: Session, manager_id: int, wanted: Wanted, *, by_id: int) -> Deputy:
    """Name who stands in for a manager, by herself or by an administrator, and tell the one named in her language.

    Raises `Invalid` and `Conflict` as `deputies.name` does.
    """
    named = deputies.name(session, manager_id, wanted, by_id=by_id)
    deputy, manager = directory.get(session, named.deputy_id), directory.get(session, manager_id)
    key = f"deputy:{named.id}"
    with force_locale(deputy.language):
        subject = gettext("You stand in for %(name)s", name=manager.name)
        first, last = i18n.day(named.from_on), i18n.day(named.until_on)
        said = gettext(
            "From %(first)s until %(last)s you see the team of %(name)s, and may nudge, give courses and more time.",
            first=first,
            last=last,
            name=manager.name,
        )
        values = {"given_name": deputy.given_name, "subject": subject, "said": said, "reason": named.reason}
        body = mail.render("reminders/mail/deputy.txt", **values)
    outbox.queue_all(session, [Letter(key, deputy.email, subject, body)])
    told = f"{said} {named.reason}".strip()
    session.add(Notice(person_id=deputy.id, key=key, subject=subject, body=told, address=ADDRESS, told_at=clock.now()))
    session.flush()
    return named
