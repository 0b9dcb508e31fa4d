"""Which steps of ladders left the house in a mail, by the journal: a restored database does not tell them again.

The row of a reminder goes with the database; what the journal knows stays. A step is known there by what is the same in
every state of the database: the random names of enrollment and rule, its day and for whom it is.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.enrollment_models import Enrollment
from lms.assignments.models import AssignmentRule
from lms.base import journal
from lms.base.db import parts
from lms.base.outbox import MailsLeave
from lms.base.settings import in_force
from lms.reminders.models import Reminder
from lms.reminders.planning import Step

BEFORE = "told before a restore"
"""Written beside a step that the journal knows and this database did not."""
DIGEST = "digest:"
"""The beginning of the keys of mails that carry steps."""


def mails_leave(session: Session, event: MailsLeave) -> None:
    """Add the steps that mails carry to what is noted when they are sent. One statement."""
    keys = [key for key in event.keys if key.startswith(DIGEST)]
    if not keys:
        return
    statement = (
        select(Reminder.mail_key, Enrollment.uid, AssignmentRule.uid, Reminder.days, Reminder.audience)
        .join(Enrollment, Enrollment.id == Reminder.enrollment_id)
        .join(AssignmentRule, AssignmentRule.id == Reminder.rule_id)
        .where(Reminder.mail_key.in_(keys))
    )
    for key, enrollment, rule, days, audience in session.execute(statement):
        event.carried.setdefault(key or "", []).append(_identity(enrollment, rule, days, audience))


def apart(session: Session, steps: Collection[Step]) -> tuple[list[Step], list[Step]]:
    """Steps nobody was told of yet, and those that were told before the database was restored. One statement."""
    rules = select(AssignmentRule.id, AssignmentRule.uid).where(AssignmentRule.id.in_({one.rule_id for one in steps}))
    uids: dict[int, str] = dict(session.execute(rules).all())
    named = [(one, _identity(one.uid, uids[one.rule_id], one.days, one.audience)) for one in steps]
    known = _known([name for _, name in named])
    return [one for one, name in named if name not in known], [one for one, name in named if name in known]


def mailed(keys: Collection[str]) -> set[str]:
    """Those of these digests that were sent, also when the database does not know it."""
    named = {journal.identity_of(key): key for key in keys}
    return {named[one] for one in _known(list(named))}


def _identity(enrollment: str, rule: str, days: int, audience: str) -> bytes:
    return journal.identity_of("step", enrollment, rule, str(days), audience)


def _known(identities: Sequence[bytes]) -> set[bytes]:
    """Those that the journal says were sent: one look for each part."""
    with journal.opened(in_force().instance) as notes:
        return {one for some in parts(identities) for one in notes.sent_of(some)}
