"""Executives and those who write for them, licensed together: when one of the two stops, neither speaks this way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, exists, or_, select, update
from sqlalchemy.orm import Session

from certificates import authority, days, register
from certificates.permissions import deciders, holds, letters
from certificates.permissions.models import SpeakerPair
from lms.base import audit, clock
from lms.base.db import parts
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people import directory
from lms.people.models import Person


@dataclass(frozen=True)
class Half:
    """One of the two: who, and whether a permission of hers holds today."""

    person_id: int
    name: str
    holds: bool


@dataclass(frozen=True)
class Pair:
    """An executive and a writer. They speak this way only while a permission of both holds."""

    id: int
    executive: Half
    writer: Half
    reason: str
    made_at: datetime

    @property
    def holds(self) -> bool:
        return self.executive.holds and self.writer.holds

    def other(self, person_id: int) -> Half:
        """The half that somebody is not."""
        return self.writer if self.executive.person_id == person_id else self.executive


def make(session: Session, executive_id: int, writer_id: int, reason: str, *, by_id: int) -> SpeakerPair:
    """License two together, by the hub. Raises `Forbidden`, `NotFound`, `Invalid` and `Conflict`."""
    _hub(session, by_id, (executive_id, writer_id))
    executive, writer = directory.get(session, executive_id), directory.get(session, writer_id)
    words = " ".join(reason.split())
    if executive_id == writer_id:
        raise Invalid(gettext("A pair is two people: choose another writer."))
    if executive.tier != "executive":
        raise Invalid(gettext("%(name)s is no executive. Choose somebody who is.", name=executive.name))
    if not words:
        raise Invalid(gettext("Say why: the reason is kept."))
    holds.lock(session, [executive_id, writer_id])
    if "left" in (executive.status, writer.status):
        raise Conflict(gettext("One of the two does not work here any more."))
    if _open(session, SpeakerPair.executive_id == executive_id, SpeakerPair.writer_id == writer_id):
        raise Conflict(gettext("These two are a pair already."))
    pair = SpeakerPair(
        executive_id=executive_id, writer_id=writer_id, reason=words, made_by_id=by_id, made_at=clock.now()
    )
    session.add(pair)
    session.flush()
    audit.record(session, "made a pair", f"speaker_pair:{pair.id}", actor_id=by_id, reason=words)
    letters.paired(session, pair, executive, writer)
    return pair


def end(session: Session, pair_id: int, *, by_id: int) -> None:
    """End a pair, by the hub or one of the two. Raises `NotFound`, and `Conflict` when it has ended."""
    pair = session.get(SpeakerPair, pair_id)
    if pair is None:
        raise NotFound
    if by_id not in (pair.executive_id, pair.writer_id):
        _hub(session, by_id, ())
    holds.lock(session, [pair.executive_id, pair.writer_id])
    session.refresh(pair)
    if pair.ended_at is not None:
        raise Conflict(gettext("This pair has ended."))
    pair.ended_at, pair.ended_by_id = clock.now(), by_id
    session.flush()
    audit.record(session, "ended a pair", f"speaker_pair:{pair_id}", actor_id=by_id)


def end_of(session: Session, person_ids: Collection[int], *, by_id: int | None = None) -> None:
    """End the pairs of people who leave."""
    for some in parts(sorted(person_ids)):
        theirs = or_(SpeakerPair.executive_id.in_(some), SpeakerPair.writer_id.in_(some))
        ended = {"ended_at": clock.now(), "ended_by_id": by_id}
        session.execute(update(SpeakerPair).where(theirs, SpeakerPair.ended_at.is_(None)).values(**ended))


def pairs_of(session: Session, person_id: int) -> list[Pair]:
    """The pairs that somebody is one half of, the newest first, with how both stand today."""
    rows = _open(session, or_(SpeakerPair.executive_id == person_id, SpeakerPair.writer_id == person_id))
    halves = _halves(session, {number for row in rows for number in (row.executive_id, row.writer_id)})
    return [
        Pair(row.id, halves[row.executive_id], halves[row.writer_id], row.reason, row.made_at) for row in reversed(rows)
    ]


def paired_on(session: Session, executive_id: int, writer_id: int, on: date) -> bool:
    """Whether two were licensed together at the end of a day. One statement."""
    last = days.end_of(on)
    made = exists().where(
        SpeakerPair.executive_id == executive_id,
        SpeakerPair.writer_id == writer_id,
        SpeakerPair.made_at < last,
        or_(SpeakerPair.ended_at.is_(None), SpeakerPair.ended_at >= last),
    )
    return bool(session.scalar(select(made)))


def executives_of(session: Session, writer_id: int) -> list[Row[str, str]]:
    """The executives for whom somebody may write as one of a pair today, by name: `uid` and `name`. One statement."""
    name = (Person.given_name + " " + Person.family_name).label("name")
    pair = select(Person.uid, name).join(SpeakerPair, SpeakerPair.executive_id == Person.id)
    open_ones = pair.where(SpeakerPair.writer_id == writer_id, SpeakerPair.ended_at.is_(None))
    return list(session.execute(open_ones.order_by(Person.family_name, Person.given_name, Person.id)).all())


def _open(session: Session, *which: object) -> Sequence[Row[int, int, int, str, datetime]]:
    columns = (
        SpeakerPair.id,
        SpeakerPair.executive_id,
        SpeakerPair.writer_id,
        SpeakerPair.reason,
        SpeakerPair.made_at,
    )
    statement = select(*columns).where(*which, SpeakerPair.ended_at.is_(None)).order_by(SpeakerPair.id)  # type: ignore[arg-type]
    return session.execute(statement).all()


def _halves(session: Session, person_ids: Collection[int]) -> dict[int, Half]:
    people = session.execute(
        select(Person.id, Person.given_name, Person.family_name).where(Person.id.in_(person_ids))
    ).all()
    today = days.today()
    return {
        row.id: Half(
            row.id,
            f"{row.given_name} {row.family_name}".strip(),
            any(authority.holds(standing, today) for standing in register.standings(session, row.id, today)),
        )
        for row in people
    }


def _hub(session: Session, by_id: int, about: tuple[int, ...]) -> None:
    if by_id in about:
        raise Forbidden(gettext("Nobody decides about herself."))
    if "hub" not in deciders.roles_of(session, by_id):
        raise Forbidden(gettext("Only the social media hub does this."))
