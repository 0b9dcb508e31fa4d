"""Finding speakers, and asking whether somebody may speak: what the public register answers."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from certificates import days, register, vocabulary
from certificates.authority import Question, Ruling, best
from certificates.level_models import LevelText
from certificates.models import Authorization, AuthorizationScope, Certificate, Handle
from certificates.standing import Standing
from lms.base import i18n
from lms.base.db import rows
from lms.base.errors import Invalid
from lms.base.i18n import gettext
from lms.people.models import Person, Unit

PAGE = 20
NEAR_AMONG = 3000
ALIKE = 0.7
LONGEST = 100
_UID = re.compile(r"[0-9a-f]{32}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Wanted:
    """What is looked for; an empty part is not looked for."""

    words: str = ""
    channel: str = ""
    topic: str = ""
    language: str = ""
    country: str = ""

    @property
    def enough(self) -> bool:
        """Whether this is a search at all: the register is not a list to walk through."""
        return len(self.words) > 1 or any((self.channel, self.topic, self.language, self.country))


@dataclass(frozen=True)
class Speaker:
    """Somebody who may speak today, as the public sees her."""

    uid: str
    name: str
    unit: str
    level: str
    ends_on: date


@dataclass(frozen=True)
class Found:
    """A page of speakers; `near` are names like the one looked for, when there is none with it."""

    speakers: list[Speaker]
    page: int
    more: bool
    near: list[Speaker]


@dataclass(frozen=True)
class Answer:
    """The answer to "may she?". `person` is there when she lets herself be found and holds something or did so."""

    allowed: bool
    reason: str
    step: str
    on: date
    person: dict[str, str] | None
    scope: dict[str, Any] | None


def search(session: Session, wanted: Wanted, page: int = 1) -> Found:
    """Listed people with a permission that holds today and covers what is looked for. At most two statements."""
    if not wanted.enough:
        return Found([], 1, False, [])
    statement = _speakers(wanted, *_named(wanted.words), limit=PAGE + 1, offset=PAGE * (page - 1))
    rows = session.execute(statement).all()
    near = _near(session, wanted) if not rows and page == 1 and wanted.words else []
    return Found([_speaker(row) for row in rows[:PAGE]], page, len(rows) > PAGE, near)


def check(session: Session, handle: str, person_uid: str, question: Question) -> Answer:
    """Whether the holder of a handle, or a person by public id, may do what is asked on a day. Three statements.

    Raises `Invalid` when it cannot be known who is meant.
    """
    row = _by_uid(session, person_uid) if person_uid else _by_handle(session, handle, question.channel)
    if row is None:
        return _unknown(handle, question.on)
    found = register.standings(session, row.id, question.on)
    if row.status == "left" and question.on >= days.today():
        found = []
    ruling, standing = best(found, question)
    return _answer(row, ruling, standing, question.on)


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


def question(typed: dict[str, str]) -> tuple[str, str, Question]:
    """Handle, public id of the person, and question, from what was typed. Raises `Invalid` for what cannot be one."""
    if any(len(value) > LONGEST or "\0" in value for value in typed.values()):
        raise Invalid(gettext("One of the words is too long."))
    handle, person = typed["handle"].strip().lstrip("@").lower(), typed["person"].strip().lower()
    if not handle and not person:
        raise Invalid(gettext("Say who it is about: the name of the account, such as ana.peeters."))
    if person and not _UID.fullmatch(person):
        raise Invalid(gettext("The id of a person has 32 signs, 0 to 9 and a to f."))
    parts = {name: vocabulary.code_of(name, typed[name].strip()) for name in ("channel", "topic", "language")}
    return handle, person, Question(on=parse_day(typed["on"].strip()), **parts)


def _speakers(wanted: Wanted, *conditions: ColumnElement[bool], limit: int, offset: int = 0) -> Executable:
    """One row for each speaker, by name: with the newest permission that holds today and covers what is looked for."""
    names = (Person.family_name, Person.given_name, Person.id)
    chosen = (
        select(func.max(Authorization.id).label("id"))
        .join(Person, Person.id == Authorization.person_id)
        .where(*_holding(days.today()), *_covering(wanted), *conditions)
        .group_by(*names)
        .order_by(*names)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    return (
        select(
            Certificate.uid,
            Authorization.ends_on,
            Person.given_name,
            Person.family_name,
            Unit.path.label("unit"),
            LevelText.name.label("level"),
        )
        .select_from(chosen)
        .join(Authorization, Authorization.id == chosen.c.id)
        .join(Certificate, Certificate.id == Authorization.certificate_id)
        .join(Person, Person.id == Authorization.person_id)
        .join(LevelText, and_(LevelText.level_id == Authorization.level_id, LevelText.language == i18n.language()))
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .order_by(*names)
    )


def _holding(today: date) -> list[ColumnElement[bool]]:
    return [
        Authorization.status == "active",
        Authorization.starts_on <= today,
        Authorization.ends_on >= today,
        Person.listed.is_(True),
        Person.status != "left",
    ]


def _covering(wanted: Wanted) -> list[ColumnElement[bool]]:
    """The permission covers the channel, topic and language looked for, by name or as a whole."""
    own = ["own"] if wanted.channel in vocabulary.personal_channels() else []
    values = {
        "channel": [wanted.channel, "*", *own] if wanted.channel else [],
        "topic": [wanted.topic, "*"] if wanted.topic else [],
        "language": [wanted.language, "*"] if wanted.language else [],
        "country": [],
    }
    return [
        exists().where(
            AuthorizationScope.authorization_id == Authorization.id,
            AuthorizationScope.revision == Authorization.revision,
            AuthorizationScope.dimension == dimension,
            AuthorizationScope.value.in_(covering),
        )
        for dimension, covering in values.items()
        if covering
    ]


def _named(words: str) -> list[ColumnElement[bool]]:
    """Every word is in the name, or all of it is a handle. SQLite folds only A to Z, so variants are tried."""
    if not words:
        return []
    name = Person.given_name + " " + Person.family_name
    in_name = [or_(*(name.icontains(form, autoescape=True) for form in _forms(word))) for word in words.split()[:6]]
    handle = exists().where(
        Handle.person_id == Person.id, Handle.name == words.lstrip("@").lower(), Handle.released_at.is_(None)
    )
    return [or_(handle, *(() if words.startswith("@") else (_all(in_name),)))]


def _forms(word: str) -> set[str]:
    return {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}


def _all(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *rest = conditions
    for condition in rest:
        first = first & condition
    return first


def _near(session: Session, wanted: Wanted) -> list[Speaker]:
    """Speakers whose name is like the one looked for: another spelling, a slip of the keys."""
    letters = {word[0] for word in wanted.words.lstrip("@").split()}
    if not letters:
        return []
    starts = [
        column.ilike(f"{letter}%")
        for letter in sorted(letters - {"%", "_", "\\"})
        for column in (Person.given_name, Person.family_name)
    ]
    rows = session.execute(_speakers(wanted, or_(*starts), limit=NEAR_AMONG)).all() if starts else []
    matcher = difflib.SequenceMatcher(b=wanted.words.casefold())
    scored = [(_likeness(matcher, row), row) for row in rows]
    best_first = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [_speaker(row) for _, row in best_first[:5]]


def _likeness(matcher: difflib.SequenceMatcher[str], row: Row[Any]) -> float:
    """How much a name is like the one looked for, from 0.7 to 1; 0 for less. Dear sums only where cheap ones allow."""
    best_so_far = 0.0
    for name in (row.given_name, row.family_name, f"{row.given_name} {row.family_name}"):
        matcher.set_seq1(name.casefold())
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) >= ALIKE:
            best_so_far = max(best_so_far, matcher.ratio())
    return best_so_far if best_so_far >= ALIKE else 0.0


def _speaker(row: Row[Any]) -> Speaker:
    return Speaker(
        uid=row.uid,
        name=f"{row.given_name} {row.family_name}".strip(),
        unit=(row.unit or "").rsplit("/", 1)[-1],
        level=row.level,
        ends_on=row.ends_on,
    )


_PERSON: Any = select(Person.id, Person.uid, Person.given_name, Person.family_name, Person.listed, Person.status)
_BY_UID = _PERSON.where(Person.uid == bindparam("uid"))
_BY_HANDLE = (
    _PERSON.join(Handle, Handle.person_id == Person.id)
    .where(Handle.name == bindparam("handle"), Handle.released_at.is_(None))
    .distinct()
    .limit(2)
)
_BY_HANDLE_ON_CHANNEL = _BY_HANDLE.where(Handle.channel == bindparam("channel"))


def _by_uid(session: Session, uid: str) -> Row[Any] | None:
    return rows(session, _BY_UID, {"uid": uid}).one_or_none()


def _by_handle(session: Session, handle: str, channel: str) -> Row[Any] | None:
    statement = _BY_HANDLE_ON_CHANNEL if channel and channel != "own" else _BY_HANDLE
    found: Sequence[Row[Any]] = rows(session, statement, {"handle": handle, "channel": channel}).all()
    if len(found) > 1:
        raise Invalid(gettext("More than one person has an account with this name. Say on which channel."))
    return found[0] if found else None


def _unknown(handle: str, on: date) -> Answer:
    reason = gettext("We know no such person.")
    if handle:
        reason = gettext("We know no speaker with the account “%(handle)s”.", handle=handle)
    step = gettext("Check the spelling and the channel. Be careful until you know more.")
    return Answer(False, reason, step, on, None, None)


def _answer(row: Row[Any], ruling: Ruling, standing: Standing | None, on: date) -> Answer:
    shown = row.listed and standing is not None and standing.status != "revoked"
    person = {"uid": row.uid, "name": f"{row.given_name} {row.family_name}".strip()} if shown else None
    return Answer(ruling.allowed, ruling.reason, ruling.step, on, person, _scope_shown(standing) if shown else None)


def _scope_shown(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "channels": sorted(standing.scope.channels),
        "topics": sorted(standing.scope.topics),
        "languages": sorted(standing.scope.languages),
        "starts_on": standing.starts_on.isoformat(),
        "ends_on": standing.ends_on.isoformat(),
    }
