"""What people are told about accounts, in their own language. The outbox carries it."""

from sqlalchemy.orm import Session

from certificates import vocabulary
from certificates.handles.models import BrandedHandle, HandleClaim
from certificates.models import Handle
from lms.base import i18n, mail, outbox
from lms.base.i18n import force_locale, gettext
from lms.people import directory
from lms.people.models import Person


def decided(session: Session, claim: HandleClaim) -> None:
    """Tell somebody what became of a claim."""
    person = directory.get(session, claim.person_id)
    with force_locale(person.language):
        subject = gettext("Your account @%(name)s", name=claim.name)
        channel = vocabulary.word("channel", claim.channel)
        body = mail.render("handles/mail/decided.txt", claim=claim, person=person, channel=channel)
    outbox.queue(session, key=f"handle_claim:{claim.id}:decided", recipient=person.email, subject=subject, body=body)


def lost(session: Session, held: Handle) -> None:
    """Tell somebody that an account of hers is now registered as somebody else's."""
    person = directory.get(session, held.person_id)
    if person.status == "left":
        return
    with force_locale(person.language):
        subject = gettext("Your account @%(name)s", name=held.name)
        channel = vocabulary.word("channel", held.channel)
        body = mail.render("handles/mail/lost.txt", held=held, person=person, channel=channel)
    outbox.queue(session, key=f"handle:{held.id}:lost", recipient=person.email, subject=subject, body=body)


def sunset(session: Session, branded: BrandedHandle, owner: Person, step: int) -> None:
    """Remind the owner of an account of the company that it is to be closed, once for each `step` in days before."""
    assert branded.sunset_on is not None
    with force_locale(owner.language):
        day = i18n.day(branded.sunset_on)
        subject = gettext("@%(name)s is to be closed on %(day)s", name=branded.name, day=day)
        channel = vocabulary.word("channel", branded.channel)
        body = mail.render("handles/mail/sunset.txt", branded=branded, owner=owner, channel=channel)
    key = f"branded_handle:{branded.id}:{branded.sunset_on}:{step}"
    outbox.queue(session, key=key, recipient=owner.email, subject=subject, body=body)
