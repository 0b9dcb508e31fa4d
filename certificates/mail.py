"""What people are told about certificates, in their own language. The outbox carries it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, aliased

from certificates import numbers
from certificates.events import AuthorizationsGranted
from certificates.models import Authorization, Certificate
from lms.base import i18n, mail, outbox
from lms.base.db import parts
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import Letter, OutboxMessage
from lms.people.models import Person


def granted(session: Session, event: AuthorizationsGranted) -> None:
    """Tell holders what they may do now, with the link to show; and their managers, who work here, nothing of results.

    Each is written to in her own language, once for a permission. A handful of statements for many.
    """
    for some in parts(event.authorization_ids):
        rows = session.execute(_GRANTED.where(Authorization.id.in_(some)).order_by(Authorization.id)).all()
        letters = [*_each(rows, _holder, _congratulations), *_each(rows, _manager, _word_to_manager)]
        outbox.queue_new(session, letters)


def _each(
    rows: Sequence[Row[Any]], reader: Callable[[Row[Any]], Person | None], letter: Callable[[Row[Any]], Letter]
) -> Iterator[Letter]:
    by_language = defaultdict[str, list[Row[Any]]](list)
    for row in rows:
        person = reader(row)
        if person is not None:
            by_language[person.language].append(row)
    for language, found in by_language.items():
        with force_locale(language):
            yield from [letter(row) for row in found]


def _holder(row: Row[Any]) -> Person | None:
    person: Person = row.Person
    return person


def _manager(row: Row[Any]) -> Person | None:
    person: Person | None = row.Manager
    return person


def _congratulations(row: Row[Any]) -> Letter:
    holder = row.Person
    words = pick(row.content["level"]["texts"], holder.language)
    subject = gettext("Your certificate: %(level)s", level=words["name"])
    values = {"number": numbers.shown(row.number), "certificate": row, "holder": holder, "words": words}
    body = mail.render("certificates/mail/congratulate.txt", **values)
    return Letter(f"authorization:{row.id}:congratulate", holder.email, subject, body)


def _word_to_manager(row: Row[Any]) -> Letter:
    manager = row.Manager
    words = pick(row.content["level"]["texts"], manager.language)
    subject = gettext("%(name)s is certified: %(level)s", name=row.holder_name, level=words["name"])
    values = {"number": numbers.shown(row.number), "certificate": row, "holder": row.Person, "words": words}
    body = mail.render("certificates/mail/tell_manager.txt", manager=manager, **values)
    return Letter(f"authorization:{row.id}:tell_manager", manager.email, subject, body)


_leader = aliased(Person, name="Manager")
_GRANTED = (
    select(
        Authorization.id,
        Certificate.uid,
        Certificate.number,
        Certificate.holder_name,
        Certificate.valid_until,
        Certificate.content,
        Person,
        _leader,
    )
    .join(Certificate, Certificate.id == Authorization.certificate_id)
    .join(Person, Person.id == Authorization.person_id)
    .outerjoin(_leader, and_(_leader.id == Person.manager_id, _leader.status != "left"))
)


def remind(session: Session, certificate: Certificate, holder: Person, step: int) -> int:
    """Remind a holder that a certificate ends, once for each `step` in days before; returns how many were queued."""
    key = f"certificate:{certificate.id}:ends:{step}"
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return 0
    with force_locale(holder.language):
        words = pick(certificate.content["level"]["texts"], holder.language)
        subject = gettext(
            "Your certificate “%(level)s” ends on %(day)s", level=words["name"], day=i18n.day(certificate.valid_until)
        )
        body = mail.render(
            "certificates/mail/ends.txt",
            number=numbers.shown(certificate.number),
            certificate=certificate,
            holder=holder,
            words=words,
        )
    outbox.queue(session, key=key, recipient=holder.email, subject=subject, body=body)
    return 1
