"""Asking whether somebody may speak, by account or public id, on a day: what `/speakers/check` answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Date, Row, bindparam, cast, false, null, or_, select, true, union_all
from sqlalchemy.orm import Session

from certificates import days, naming, register, vocabulary
from certificates.authority import DEEDS, Question, Ruling, Voice, best, best_in_voice
from certificates.handles.models import BrandedHandle
from certificates.level_models import DIMENSIONS
from certificates.models import Handle
from certificates.periods import calendar
from certificates.permissions import pairs
from certificates.standing import Standing
from lms.base.db import Moment, rows
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.base.settings import in_force
from lms.people.models import Person

LONGEST = 100
MOST_OF_A_NAME = 20
"""How many records of one account are looked at: an account of the company that was closed may be another's now."""
PARTS = ("handle", "person", *DIMENSIONS, "deed", "on")
"""What can be said in a question: who, by account or public id, and what about."""
_UID = re.compile(r"[0-9a-f]{32}")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Answer:
    """The answer to "may she?". `person` is there when she lets herself be found and holds something or did so.

    Listed by initials, her `uid` is withheld: it leads to the whole name.
    """

    allowed: bool
    reason: str
    step: str
    on: date
    person: dict[str, str | None] | None
    scope: dict[str, Any] | None


def check(session: Session, handle: str, person_uid: str, question: Question) -> Answer:
    """Whether the holder of a handle, or a person by public id, may do what is asked on a day. Three statements.

    Raises `Invalid` when it cannot be known who is meant.
    """
    row = _by_uid(session, person_uid) if person_uid else _by_handle(session, handle, question)
    if row is None:
        return _unknown(handle, question.on)
    if row.branded:
        return _of_the_company(row, question.on)
    circumstances = calendar.of_state(session, tuple(row)[-4:]).on(question.on)
    ruling, standing = best(_standings(session, row, question.on), question, circumstances)
    return _answer(row, ruling, standing, question.on)


def check_in_voice(session: Session, handle: str, person_uid: str, voice_uid: str, question: Question) -> Answer:
    """Whether somebody may do what is asked in the voice of an executive, by public id, on a day. Seven statements.

    The executive is named, and her scope told, only when she lets herself be found. Raises `Invalid`.
    """
    if not _UID.fullmatch(voice_uid):
        raise Invalid(gettext("The id of a person has 32 signs, 0 to 9 and a to f."))
    row = _by_uid(session, person_uid) if person_uid else _by_handle(session, handle, question)
    executive = _by_uid(session, voice_uid)
    if row is None or executive is None:
        return _unknown(handle if row is None else "", question.on)
    if row.branded:
        raise Invalid(gettext("This is an account of the company. Ask about the person who writes."))
    name = _person(executive)["name"] if executive.listed else None
    paired = pairs.paired_on(session, executive.id, row.id, question.on)
    voice = Voice(name or gettext("this executive"), _standings(session, executive, question.on), paired)
    circumstances = calendar.of_state(session, tuple(row)[-4:]).on(question.on)
    ruling, standing = best_in_voice(voice, _standings(session, row, question.on), question, circumstances)
    answer = _answer(row, ruling, standing, question.on)
    return answer if executive.listed else replace(answer, scope=None)


def _standings(session: Session, row: Row[Any], on: date) -> tuple[Standing, ...]:
    """How somebody stood on a day; who has left has no permission from today on."""
    found = register.standings(session, row.id, on)
    return tuple(one.as_left() if row.status == "left" and on >= days.today() else one for one in found)


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer in the shape that programs rely on."""
    return {
        "allowed": answer.allowed,
        "reason": f"{answer.reason} {answer.step}".strip(),
        "on": answer.on.isoformat(),
        "person": answer.person,
        "scope": answer.scope,
    }


def parse_day(typed: str) -> date:
    """The day that was typed, today when nothing was. Raises `Invalid`."""
    if not typed:
        return days.today()
    try:
        day = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:
        day = None
    if day is None or not days.EARLIEST <= day <= days.LATEST:
        sentence = gettext(
            "“%(typed)s” is not a day. Write it as year-month-day, such as 2026-05-31.", typed=typed[:30]
        )
        raise Invalid(sentence)
    return day


def question(typed: Mapping[str, str]) -> tuple[str, str, Question]:
    """Handle, public id of the person, and question, from what was typed. Raises `Invalid` for what cannot be one."""
    if any(len(value) > LONGEST or _NO_TEXT.search(value) for value in typed.values()):
        raise Invalid(gettext("One of the words is too long."))
    handle, person = typed["handle"].strip().lstrip("@").lower(), typed["person"].strip().lower()
    if not handle and not person:
        raise Invalid(gettext("Say who it is about: the name of the account, such as ana.peeters."))
    if person and not _UID.fullmatch(person):
        raise Invalid(gettext("The id of a person has 32 signs, 0 to 9 and a to f."))
    parts = {name: vocabulary.code_of(name, typed.get(name, "").strip()) for name in DIMENSIONS}
    deed = typed.get("deed", "").strip().lower()
    if deed and deed not in DEEDS:
        raise Invalid(gettext("A deed is “post”, “reply” or “commit”. Leave it out to ask about posting."))
    return handle, person, Question(on=parse_day(typed["on"].strip()), deed=deed, **parts)


_NAMES = (
    *(Person.id, Person.uid, Person.given_name, Person.family_name),
    *(Person.listed, Person.listed_as, Person.status),
)
_ONES_OWN = (
    false().label("branded"),
    cast(null(), Date).label("sunset_on"),
    cast(null(), Moment).label("closed_at"),
)
_STATE = calendar.state_columns()
_BY_UID = select(*_NAMES, *_ONES_OWN, *_STATE).where(Person.uid == bindparam("uid"))
_HELD = (
    select(*_NAMES, *_ONES_OWN, *_STATE)
    .join(Handle, Handle.person_id == Person.id)
    .where(
        Handle.name == bindparam("handle"),
        Handle.confirmed_at < bindparam("end_of_day"),
        or_(Handle.released_at.is_(None), Handle.released_at >= bindparam("end_of_day")),
    )
    .distinct()
)
_BRANDED = (
    select(*_NAMES, true(), BrandedHandle.sunset_on, BrandedHandle.closed_at, *_STATE)
    .join(BrandedHandle, BrandedHandle.owner_id == Person.id)
    .where(BrandedHandle.name == bindparam("handle"), BrandedHandle.registered_at < bindparam("end_of_day"))
)
_BY_HANDLE: Any = union_all(_HELD, _BRANDED).limit(2)
_BY_HANDLE_ON_CHANNEL: Any = union_all(
    _HELD.where(Handle.channel == bindparam("channel")), _BRANDED.where(BrandedHandle.channel == bindparam("channel"))
).limit(MOST_OF_A_NAME)


def _by_uid(session: Session, uid: str) -> Row[Any] | None:
    return rows(session, _BY_UID, {"uid": uid}).one_or_none()


def _by_handle(session: Session, handle: str, question: Question) -> Row[Any] | None:
    """Who held an account at the end of a day, or the owner of one of the company."""
    channel = question.channel
    statement = _BY_HANDLE_ON_CHANNEL if channel and channel != "own" else _BY_HANDLE
    values = {"handle": handle, "channel": channel, "end_of_day": days.end_of(question.on)}
    found: Sequence[Row[Any]] = rows(session, statement, values).all()
    if statement is _BY_HANDLE_ON_CHANNEL:
        found = [row for row in found if row.closed_at is None or row.closed_at >= values["end_of_day"]] or found[:1]
    if len(found) > 1:
        raise Invalid(gettext("More than one person has an account with this name. Say on which channel."))
    return found[0] if found else None


def _unknown(handle: str, on: date) -> Answer:
    if not handle:
        step = gettext("Check the id. Be careful until you know more.")
        return Answer(False, gettext("We know no such person."), step, on, None, None)
    reason = gettext("This account is not registered: we know no speaker with the account “%(handle)s”.", handle=handle)
    step = gettext("Check the spelling, the channel and the day. Be careful until you know more.")
    return Answer(False, reason, step, on, None, None)


def _of_the_company(row: Row[Any], on: date) -> Answer:
    """The answer about an account of the company itself: who keeps it is told when she lets herself be found."""
    company = in_force().company
    closed = row.closed_at is not None and row.closed_at < days.end_of(on)
    if closed or (row.sunset_on is not None and row.sunset_on < on):
        reason = gettext("This account of %(company)s was closed.", company=company)
        return Answer(False, reason, gettext("Do not act on what it says."), on, None, None)
    reason = gettext("This is an account of %(company)s itself.", company=company)
    if not row.listed or row.status == "left":
        return Answer(True, reason, "", on, None, None)
    person = _person(row)
    kept = gettext("It is kept by %(name)s.", name=person["name"])
    return Answer(True, f"{reason} {kept}", "", on, person, None)


def _answer(row: Row[Any], ruling: Ruling, standing: Standing | None, on: date) -> Answer:
    shown = row.listed and standing is not None and standing.status != "revoked"
    person = _person(row) if shown else None
    step = f"{ruling.condition} {ruling.step}".strip()
    return Answer(ruling.allowed, ruling.reason, step, on, person, _scope_shown(standing) if shown else None)


def _person(row: Row[Any]) -> dict[str, str | None]:
    uid = row.uid if row.listed_as == "full" else None
    return {"uid": uid, "name": naming.shown(row.given_name, row.family_name, row.listed_as)}


def _scope_shown(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "channels": sorted(standing.scope.channels),
        "topics": sorted(standing.scope.topics),
        "languages": sorted(standing.scope.languages),
        "countries": sorted(standing.scope.countries),
        "may_reply": standing.may_reply,
        "may_commit": standing.may_commit,
        "starts_on": standing.starts_on.isoformat(),
        "ends_on": standing.ends_on.isoformat(),
    }
