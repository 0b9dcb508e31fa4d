"""One certificate as anyone may check it: what was printed, and how it stands on a day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from certificates import days, numbers, register
from certificates.level_models import Level
from certificates.models import Authorization, Certificate
from certificates.standing import Scope, Standing, standing_on
from lms.base.i18n import pick
from lms.people.models import Person, Unit

_UID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Record:
    """A certificate as anyone may check it, with its standing on a day. `state` is one of `valid`, `future`,
    `waiting`, `paused`, `ended` and `withdrawn`; `withdrawn_on` is set when it is withdrawn by now, whatever the day
    asked about; `newer_uid` when it was renewed; `spotless` when it was never paused."""

    uid: str
    number: str
    content: dict[str, Any]
    content_sha256: str
    holder_name: str
    unit: str
    issued_on: date
    valid_from: date
    ends_on: date
    on: date
    state: str
    standing: Standing | None
    withdrawn_on: date | None
    newer_uid: str | None
    spotless: bool

    @property
    def words(self) -> dict[str, Any]:
        return pick(self.content["level"]["texts"])


def find_uid(session: Session, typed: str) -> str | None:
    """The public id of the certificate with a number as somebody typed it, or nothing."""
    number = numbers.normalized(typed)
    return number and session.scalar(select(Certificate.uid).where(Certificate.number == number))


_newer, _newer_given = aliased(Certificate), aliased(Authorization)
_RECORD = (
    select(
        Certificate.uid,
        Certificate.number,
        Certificate.content,
        Certificate.content_sha256,
        Certificate.holder_name,
        Certificate.issued_at,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.person_id,
        Certificate.level_id,
        Certificate.cycle,
        Level.rank,
        Person.status.label("employment"),
        Unit.path.label("unit"),
        Authorization.id.label("authorization_id"),
        Authorization.starts_on,
        Authorization.ends_on,
    )
    .join(Level, Level.id == Certificate.level_id)
    .join(Person, Person.id == Certificate.person_id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
    .outerjoin(Authorization, Authorization.certificate_id == Certificate.id)
)


def record(session: Session, uid: str, on: date | None = None) -> Record | None:
    """A certificate by its public id with its standing on a day (today unless told), or nothing. Three statements."""
    if not _UID.fullmatch(uid):
        return None
    row: Row[Any] | None = session.execute(_RECORD.where(Certificate.uid == uid)).one_or_none()
    if row is None:
        return None
    today = days.today()
    on = on or today
    history = register.histories(session, [row.authorization_id]).get(row.authorization_id, [])
    standing = standing_on(
        history,
        on,
        starts_on=row.starts_on or row.valid_from,
        ends_on=row.ends_on or row.valid_until,
        scopes=dict.fromkeys(
            {change.revision for change in history},
            Scope.of((part["dimension"], part["value"]) for part in row.content["scope"]),
        ),
        rank=row.rank,
    )
    withdrawn = next((days.day_of(change.at) for change in reversed(history) if change.status == "revoked"), None)
    ends_on = _last_day(row, standing)
    state = _state_on(row, standing, ends_on, on, today)
    return Record(
        uid=row.uid,
        number=numbers.shown(row.number),
        content=row.content,
        content_sha256=row.content_sha256,
        holder_name=row.holder_name,
        unit=(row.unit or "").rsplit("/", 1)[-1],
        issued_on=days.day_of(row.issued_at),
        valid_from=row.valid_from,
        ends_on=ends_on,
        on=on,
        state="withdrawn" if withdrawn and on >= withdrawn else state,
        standing=standing,
        withdrawn_on=withdrawn,
        newer_uid=_find_newer(session, row, today) if state == "ended" else None,
        spotless=not any(change.status in {"suspended", "revoked"} for change in history),
    )


def _last_day(row: Row[Any], standing: Standing | None) -> date:
    """The last day: as printed, or sooner when it was ended sooner."""
    last: date = min(row.valid_until, row.ends_on or row.valid_until)
    if standing is not None and standing.status == "ended" and standing.since is not None:
        return min(last, days.day_of(standing.since))
    return last


def _state_on(row: Row[Any], standing: Standing | None, ends_on: date, on: date, today: date) -> str:
    if row.authorization_id is None:
        return register.state("active", row.valid_from, ends_on, on)
    if standing is None:
        return "future"
    if row.employment == "left" and on >= today and standing.status != "revoked":
        return "ended"
    return register.state(standing.status, standing.starts_on, ends_on, on)


def _find_newer(session: Session, row: Row[Any], today: date) -> str | None:
    """The public id of the certificate that came after, if it holds today."""
    return session.scalar(
        select(_newer.uid)
        .join(_newer_given, _newer_given.certificate_id == _newer.id)
        .join(Person, Person.id == _newer.person_id)
        .where(
            _newer.person_id == row.person_id,
            _newer.level_id == row.level_id,
            _newer.cycle > row.cycle,
            _newer_given.status == "active",
            _newer_given.ends_on >= today,
            Person.status != "left",
        )
        .order_by(_newer.cycle.desc())
        .limit(1)
    )
