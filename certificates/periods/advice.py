"""May this colleague post this? The answer for somebody inside, with what would close the gap."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from certificates import authority, days, ladder, register
from certificates.authority import Question, Voice
from certificates.ladder import LevelView
from certificates.models import Handle
from certificates.periods.calendar import Calendar
from certificates.permissions import pairs
from certificates.rulings import Circumstances, Ruling
from certificates.standing import Standing
from lms.people.models import Person

MOST_FOUND = 8
CLOSED_BY_A_LEVEL = {"none", "endorsement", "topic", "red_topic", "channel", "language", "country", "reply", "commit"}
"""The reasons of a no that another permission would turn into a yes."""


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be asked about."""

    id: int
    uid: str
    name: str
    left: bool = False


@dataclass(frozen=True)
class Advice:
    """The answer about a colleague. `level` is the lowest level or endorsement that would close the gap, if one would.

    `standing` is the permission that the answer is about, with what endorsements add to it.
    """

    ruling: Ruling
    standing: Standing | None
    circumstances: Circumstances
    level: LevelView | None


def colleagues(session: Session, typed: str) -> list[Colleague]:
    """Whom somebody means by a name, a part of it, or an account; at most one more than `MOST_FOUND`. One statement."""
    words = typed.lower().lstrip("@").split()
    if not words:
        return []
    name = Person.given_name + " " + Person.family_name
    named = and_(*(or_(*(name.icontains(form, autoescape=True) for form in _forms(word))) for word in words[:6]))
    held = exists().where(
        Handle.person_id == Person.id,
        Handle.name == words[0],
        Handle.confirmed_at.is_not(None),
        Handle.released_at.is_(None),
    )
    meant = held if typed.startswith("@") else or_(held, named)
    found = session.execute(
        select(Person.id, Person.uid, Person.given_name, Person.family_name)
        .where(meant, Person.status != "left")
        .order_by(Person.family_name, Person.given_name, Person.id)
        .limit(MOST_FOUND + 1)
    )
    return [Colleague(row.id, row.uid, f"{row.given_name} {row.family_name}".strip()) for row in found]


def by_uid(session: Session, uid: str) -> Colleague | None:
    """A colleague by public id, also one who has left, or nothing. One statement."""
    row = session.execute(
        select(Person.id, Person.uid, Person.given_name, Person.family_name, Person.status).where(Person.uid == uid)
    ).one_or_none()
    if row is None:
        return None
    return Colleague(row.id, row.uid, f"{row.given_name} {row.family_name}".strip(), row.status == "left")


def advise(session: Session, colleague: Colleague, question: Question, calendar: Calendar) -> Advice:
    """Whether a colleague may do what is asked on that day, and what would close the gap. At most three statements."""
    found = given_on(session, colleague, question.on)
    circumstances = calendar.on(question.on)
    ruling, standing = authority.best(found, question, circumstances)
    level = None
    if ruling.key in CLOSED_BY_A_LEVEL and not colleague.left:
        level = _closing(ladder.levels(session), found, question, circumstances)
    return Advice(ruling, standing, circumstances, level)


def advise_in_voice(
    session: Session, writer: Colleague, executive: Colleague, question: Question, calendar: Calendar
) -> Advice:
    """Whether a colleague may do what is asked in the voice of an executive. At most five statements."""
    paired = pairs.paired_on(session, executive.id, writer.id, question.on)
    voice = Voice(executive.name, tuple(given_on(session, executive, question.on)), paired)
    circumstances = calendar.on(question.on)
    written_by = given_on(session, writer, question.on)
    ruling, standing = authority.best_in_voice(voice, written_by, question, circumstances)
    return Advice(ruling, standing, circumstances, None)


def given_on(session: Session, colleague: Colleague, on: date) -> list[Standing]:
    """The permissions of a colleague on a day; who has left has none from today on. Two statements."""
    found = register.standings(session, colleague.id, on)
    if not colleague.left or on < days.today():
        return found
    return [one.as_left() for one in found]


def _closing(
    levels: tuple[LevelView, ...], found: list[Standing], question: Question, circumstances: Circumstances
) -> LevelView | None:
    """The lowest level, else endorsement, that with all its scope would give a yes."""
    offered = sorted((one for one in levels if one.gives_authorization and not one.retired), key=lambda one: one.rank)
    for level in offered:
        if authority.best([*found, _as_if_given(level, question.on)], question, circumstances)[0].allowed:
            return level
    return None


def _as_if_given(level: LevelView, on: date) -> Standing:
    return Standing(
        "active",
        on,
        on,
        level.scope,
        level.rank,
        kind=level.kind,
        code=level.code,
        may_reply=level.may_reply,
        may_commit=level.may_commit,
        may_in_crisis=level.may_in_crisis,
    )


def _forms(word: str) -> set[str]:
    """A word as it may be written: SQLite folds only A to Z."""
    return {word} if word.isascii() else {word, word.upper(), word.title()}
