"""Forgetting somebody in everything that was added around her: rows that are hers alone go, and what others wrote or
brought loses the words that name her. What proves something stays, under no name."""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, Table, delete, or_, select, true, update
from sqlalchemy.orm import Session

from lms.base.db import Base, parts
from lms.people.events import PersonErased
from lms.people.models import Person

HERS_ALONE = {
    "absence": ("person_id",),
    "accommodation": ("person_id",),
    "calendar_feed": ("person_id",),
    "deputy": ("manager_id", "deputy_id"),
    "draft_step": ("person_id",),
    "notice": ("person_id",),
    "nudge": ("person_id",),
    "practice_card": ("person_id",),
    "presence": ("person_id",),
    "reporting_line": ("person_id", "manager_id"),
    "reviewer": ("person_id",),
    "saved_report": ("owner_id",),
}
"""Rows that are of use to nobody once she is gone."""
WORDS = {
    "api_token": ("name",),
    "appeal": ("words", "answer"),
    "assignment_rule": ("name", "reason"),
    "branded_handle": ("purpose", "recovery"),
    "chat_message": ("body", "error"),
    "chat_room": ("name",),
    "course": ("owner", "business_reason"),
    "crisis_period": ("title", "line"),
    "deputy": ("reason",),
    "entitlement_task": ("note",),
    "exemption": ("reason",),
    "hold": ("reason", "lift_reason"),
    "import_problem": ("value", "sentence"),
    "live_session": ("place", "link"),
    "marking_task": ("comment",),
    "media": ("name",),
    "media_item": ("title",),
    "notice": ("subject", "body"),
    "nudge": ("words",),
    "outbox_message": ("error",),
    "people_import": ("file_name",),
    "quiet_period": ("title", "note"),
    "regrade": ("reason",),
    "report_export": ("name", "error"),
    "revocation": ("reason", "remark"),
    "review_comment": ("words", "quote"),
    "saved_report": ("name",),
    "webhook_message": ("body", "error"),
    "waiver": ("reason",),
    "authorization": ("reason",),
    "speaker_pair": ("reason",),
    "contribution": ("words", "remark", "url"),
}
"""Columns of others' rows in which somebody may have written her name. What names her there is blanked."""
CLOSED_BY = {"appeal": "decided_at", "hold": "lifted_at", "marking_task": "done_at", "revocation": "decided_at"}
"""Rows that the database itself lets nobody change once this moment is set. Until then their words can go."""
STAYS: Mapping[str, tuple[str, ...]] = {
    "appeal": ("words", "answer"),
    "approval": ("remark",),
    "attempt_release": ("reason",),
    "audit_entry": ("details",),
    "authorization_status": ("reason",),
    "certificate_status": ("reason",),
    "coach_answer": ("words",),
    "enrollment_change": ("reason",),
    "exercise_entry": ("words", "place"),
    "guideline_sign_off": ("remark",),
    "hold": ("reason", "lift_reason"),
    "marking_task": ("comment",),
    "response": ("answer",),
    "revocation": ("reason", "remark"),
    "sign_off": ("note",),
}
"""Words that stay, of the tables in `CLOSED_BY` where the row is closed: the database refuses to change them, for they
prove what was answered, decided and why, and the audit trail and evidence packs are chained over them. They hang on
somebody without a name from then on; the page about her permissions shows them no more."""
BLANK = "–"
TELLING = 4
"""From so many signs on an employee number names somebody in a text, and not a count of days."""


def person_erased(session: Session, event: PersonErased) -> None:
    """Forget what hangs on a person here. Her name and address still stand, and go after this."""
    person = session.get_one(Person, event.person_id)
    session.flush()
    _forget_imports(session, person)
    for name, columns in HERS_ALONE.items():
        table = Base.metadata.tables[name]
        session.execute(delete(table).where(or_(*(table.c[column] == person.id for column in columns))))
    _forget_own_words(session, person.id)
    for name, columns in WORDS.items():
        _blank(session, Base.metadata.tables[name], columns, person)
    person.location, person.time_zone = "", "UTC"
    session.flush()
    session.expire_all()


def _forget_imports(session: Session, person: Person) -> None:
    """What files from HR changed about her, and where they named her as a manager, stays without the values."""
    table = Base.metadata.tables["import_change"]
    session.execute(update(table).where(table.c.person_id == person.id).values(before="", after=""))
    for key in (person.employee_id, person.email):
        for column in ("before", "after"):
            if key:
                session.execute(update(table).where(table.c[column] == key).values({column: BLANK}))
    told = Base.metadata.tables["import_problem"]
    hers = or_(*(told.c.value == key for key in (person.employee_id, person.email) if key))
    session.execute(update(told).where(hers).values(value=BLANK, sentence=BLANK))


def _forget_own_words(session: Session, person_id: int) -> None:
    """What is hers or about her, whether it names her or not."""
    for name, who, column in (("exemption", "person_id", "reason"), ("report_export", "asked_by_id", "name")):
        table = Base.metadata.tables[name]
        session.execute(update(table).where(table.c[who] == person_id).values({column: BLANK}))
    appeal, attempt = Base.metadata.tables["appeal"], Base.metadata.tables["attempt"]
    hers = appeal.c.attempt_id.in_(select(attempt.c.id).where(attempt.c.person_id == person_id))
    session.execute(update(appeal).where(hers, _open(appeal)).values(words=BLANK))


def _blank(session: Session, table: Table, columns: tuple[str, ...], person: Person) -> None:
    """Take the words out of those rows of a table that name her in full, by address or by number."""
    for column in columns:
        rows = session.execute(select(table.c.id, table.c[column]).where(_maybe(table.c[column], person), _open(table)))
        named = [row[0] for row in rows if _naming(person).search(row[1])]
        for some in parts(named):
            session.execute(update(table).where(table.c.id.in_(some)).values({column: BLANK}))


def _open(table: Table) -> ColumnElement[bool]:
    """Which rows of a table can still be changed."""
    closed = CLOSED_BY.get(table.name)
    return table.c[closed].is_(None) if closed else true()


def _maybe(column: ColumnElement[str], person: Person) -> ColumnElement[bool]:
    """A condition that a database can answer, wider than what is meant."""
    return or_(*(column.icontains(words, autoescape=True) for words in _said(person)))


def _said(person: Person) -> Iterator[str]:
    yield person.name.split()[-1]
    yield person.email
    if person.employee_id and len(person.employee_id) >= TELLING:
        yield person.employee_id


def _naming(person: Person) -> re.Pattern[str]:
    name = r"\s+".join(re.escape(word) for word in person.name.split())
    exact = [re.escape(words) for words in list(_said(person))[1:]]
    return re.compile(rf"(?<!\w)(?:{'|'.join([name, *exact])})(?!\w)", re.IGNORECASE)
