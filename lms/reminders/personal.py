"""What a manager says to somebody in person: a nudge in her own words, a course she gives. In mail and on the list."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from secrets import token_hex

from sqlalchemy.orm import Session

from lms.base import clock, i18n, mail, outbox
from lms.base.db import insert_many
from lms.base.i18n import force_locale, gettext, pick
from lms.base.outbox import Letter
from lms.reminders.models import Notice, Nudge


@dataclass(frozen=True)
class Reader:
    """Who is written to, about a course."""

    id: int
    email: str
    given_name: str
    language: str
    course_id: int
    course_slug: str
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Writer:
    """Who writes, and the address to answer to."""

    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Letters:
    """Mail and list entries of one occasion."""

    letters: list[Letter]
    notices: list[dict[str, object]]


def nudge(session: Session, readers: Collection[Reader], words: Mapping[int, str], writer: Writer) -> None:
    """Send each reader her words (by number of the person), in a frame of her own language.

    Whether she may be nudged is asked before. A handful of statements, however many they are.
    """
    now = clock.now()
    sent = [
        {"person_id": one.id, "course_id": one.course_id, "by_id": writer.id, "words": words[one.id], "sent_at": now}
        for one in readers
    ]
    insert_many(session, Nudge, sent)
    made = Letters([], [])
    for one in readers:
        with force_locale(one.language):
            title = pick(one.titles, one.language)
            subject = gettext("%(name)s about “%(course)s”", name=writer.name, course=title)
            values = {"writer": writer, "words": words[one.id], "slug": one.course_slug, "title": title}
            body = mail.render("reminders/mail/nudge.txt", **values)
        _add(made, "nudge", one, subject, words[one.id], body)
    _send(session, made)


def given(session: Session, readers: Iterable[Reader], writer: Writer, *, due_on: date, reason: str) -> None:
    """Tell each reader that a manager gave her a course, by when and why."""
    made = Letters([], [])
    for one in readers:
        with force_locale(one.language):
            title = pick(one.titles, one.language)
            subject = gettext("%(name)s gave you “%(course)s”", name=writer.name, course=title)
            said = gettext("Please finish it by %(day)s.", day=i18n.day(due_on))
            values = {"given_name": one.given_name, "subject": subject, "said": said, "reason": reason}
            body = mail.render("reminders/mail/given.txt", slug=one.course_slug, writer=writer, **values)
        _add(made, "given", one, subject, f"{said} {reason}".strip(), body)
    _send(session, made)


def _add(made: Letters, occasion: str, reader: Reader, subject: str, shown: str, body: str) -> None:
    key = f"{occasion}:{token_hex(8)}:{reader.id}"
    made.letters.append(Letter(key, reader.email, subject, body))
    address = f"/courses/{reader.course_slug}"
    made.notices.append(
        {"person_id": reader.id, "key": key, "subject": subject, "body": shown, "address": address}
        | {"told_at": clock.now()}
    )


def _send(session: Session, made: Letters) -> None:
    outbox.queue_all(session, made.letters)
    insert_many(session, Notice, made.notices)
