"""What people are told about certificates, in their own language. The outbox carries it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
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

Words = Mapping[str, Any]
"""What a certificate says of its level, in one language."""


def granted(session: Session, event: AuthorizationsGranted) -> None:
    """Tell holders what they may do now, with the link to show; and their managers, who work here, nothing of results.

    Each is written to in her own language, once for a permission. A handful of statements for many.
    """
    for some in parts(event.authorization_ids):
        rows = session.execute(_GRANTED.where(Authorization.id.in_(some)).order_by(Authorization.id)).all()
        letters = [*_each(rows, _holder, _congratulations), *_each(rows, _manager, _word_to_manager)]
        outbox.queue_new(session, letters)


def _each(
    rows: Sequence[Row[Any]],
    reader: Callable[[Row[Any]], Person | None],
    letters: Callable[[Sequence[Row[Any]], Words, date], Iterator[Letter]],
) -> Iterator[Letter]:
    alike = defaultdict[tuple[str, str, date], list[Row[Any]]](list)
    for row in rows:
        person = reader(row)
        if person is not None:
            alike[person.language, row.texts, row.valid_until].append(row)
    for (language, texts, until), found in alike.items():
        with force_locale(language):
            yield from letters(found, pick(json.loads(texts), language), until)


def _holder(row: Row[Any]) -> Person | None:
    person: Person = row.Person
    return person


def _manager(row: Row[Any]) -> Person | None:
    person: Person | None = row.Manager
    return person


def _congratulations(rows: Sequence[Row[Any]], words: Words, until: date) -> Iterator[Letter]:
    blanks = ("given_name", "uid", "number")
    form = mail.Form("certificates/mail/congratulate.txt", blanks, words=words, until=until)
    subject = gettext("Your certificate: %(level)s", level=words["name"])
    for row in rows:
        body = form.filled(given_name=row.Person.given_name, uid=row.uid, number=numbers.shown(row.number))
        yield Letter(f"authorization:{row.id}:congratulate", row.Person.email, subject, body)


def _word_to_manager(rows: Sequence[Row[Any]], words: Words, until: date) -> Iterator[Letter]:
    blanks = ("given_name", "holder_name", "uid")
    form = mail.Form("certificates/mail/tell_manager.txt", blanks, words=words, until=until)
    for row in rows:
        subject = gettext("%(name)s is certified: %(level)s", name=row.holder_name, level=words["name"])
        body = form.filled(given_name=row.Manager.given_name, holder_name=row.holder_name, uid=row.uid)
        yield Letter(f"authorization:{row.id}:tell_manager", row.Manager.email, subject, body)


_leader = aliased(Person, name="Manager")
_GRANTED = (
    select(
        Authorization.id,
        Certificate.uid,
        Certificate.number,
        Certificate.holder_name,
        Certificate.valid_until,
        Certificate.content["level", "texts"].as_string().label("texts"),
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
