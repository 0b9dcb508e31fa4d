"""One certificate as anyone may check it: what was printed, and how it stands on a day.

The permission of a certificate is that of its first issue: a correction changes what is printed, and nothing else.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row, String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import days, numbers, register, silence, vocabulary
from certificates.level_models import Level
from certificates.models import Authorization, AuthorizationScope, AuthorizationStatus, Certificate, CertificateStatus
from certificates.periods import calendar
from certificates.rulings import Circumstances
from certificates.standing import Change, Scope, Standing, standing_on
from lms.base.db import rows
from lms.base.i18n import pick
from lms.people.models import Person, Unit

_UID = re.compile(r"[0-9a-f]{32}")
_TURNING = {"R", "AL", "RLE", "LRE", "RLO", "LRO", "RLI", "LRI", "FSI"}
SHOWN, NOTHING = ("topic", "channel", "language", "country"), Circumstances()


@dataclass(frozen=True)
class Part:
    """What is covered of a dimension on the day asked about, in words; `printed` too where that was something else."""

    dimension: str
    words: tuple[str, ...]
    printed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Record:
    """A certificate as anyone may check it, with its standing on a day.

    `state` is one of `valid`, `future`, `waiting`, `paused`, `lapsed` (over, and may be renewed still), `ended`,
    `withdrawn`, `corrected` (a newer issue took its place) and `mistaken` (withdrawn as issued in error).
    `text` is what was printed, as JSON; `rescoped` when the scope was ever changed; `withdrawn_on` is set when it is
    withdrawn by now, whatever the day asked about; `newer_uid` when it was renewed or corrected; `spotless` when it was
    never paused; `parted` when the holder has left; `erased_on` when the name was taken out for good; `silenced` holds
    what stood in the way that day.
    """

    uid: str
    number: str
    text: str
    content_sha256: str
    holder_name: str
    unit: str
    issued_on: date
    valid_from: date
    ends_on: date
    on: date
    state: str
    standing: Standing | None
    rescoped: bool
    withdrawn_on: date | None
    newer_uid: str | None
    spotless: bool
    parted: bool
    erased_on: date | None
    silenced: Circumstances = NOTHING

    @property
    def name(self) -> str:
        """The holder's name, kept from turning the words around it when it is written from right to left."""
        turns = not _TURNING.isdisjoint(map(unicodedata.bidirectional, self.holder_name))
        return f"\u2068{self.holder_name}\u2069" if turns else self.holder_name

    @cached_property
    def content(self) -> dict[str, Any]:
        """Every printed word, frozen at issue: read from its `text` where it is needed."""
        return dict(json.loads(self.text))

    @property
    def words(self) -> dict[str, Any]:
        return pick(self.content["level"]["texts"])

    @property
    def silence(self) -> list[str]:
        """Why the holder had better wait that day although permitted, as sentences for anyone."""
        return silence.sentences(self.standing, self.silenced, past=self.on != days.today()) if self.standing else []

    @property
    def scope(self) -> tuple[Part, ...]:
        """What is covered on the day, a dimension after the other, where anything is printed or covered."""
        return _parts(self.content["scope"], self.standing if self.rescoped else None)

    @property
    def narrower(self) -> bool:
        """Whether something is covered otherwise than it was printed."""
        return any(part.printed is not None for part in self.scope)


def find_uid(session: Session, typed: str) -> str | None:
    """The public id of the certificate with a number as somebody typed it, or nothing."""
    number = numbers.normalized(typed)
    return number and session.scalar(select(Certificate.uid).where(Certificate.number == number))


def record(session: Session, uid: str, on: date | None = None) -> Record | None:
    """A certificate by its public id with its standing on a day (today unless told), or nothing. Three statements."""
    if not _UID.fullmatch(uid):
        return None
    today = days.today()
    row: Row[Any] | None = rows(session, _RECORD, {"uid": uid, "today": today}).one_or_none()
    if row is None:
        return None
    history = [Change(*change) for change in rows(session, _HISTORY, {"authorization_id": row.authorization_id})]
    found = _record(row, history, _scopes(session, row, history), on or today, today)
    known = calendar.of_state(session, tuple(row)[-len(_STATE) :]).on(found.on)
    return _silenced(found, known) if found.state == "valid" and known != NOTHING else found


def _silenced(found: Record, known: Circumstances) -> Record:
    """What holds, with what stands in its way that day."""
    if found.standing is None:
        return found
    pairs = ((part["dimension"], part["value"]) for part in found.content["scope"])
    standing = found.standing if found.rescoped else replace(found.standing, scope=Scope.of(pairs))
    return replace(found, standing=standing, silenced=silence.in_the_way(standing, known))


def _record(row: Row[Any], history: Sequence[Change], scopes: dict[int, Scope], on: date, today: date) -> Record:
    standing = standing_on(
        history,
        on,
        starts_on=row.starts_on or row.valid_from,
        ends_on=row.ends_on or row.valid_until,
        scopes=scopes,
        rank=row.rank,
    )
    ends_on = _last_day(row, standing)
    withdrawn = next((days.day_of(change.at) for change in reversed(history) if change.status == "revoked"), None)
    state = _state_on(row, standing, ends_on, on, today)
    return Record(
        uid=row.uid,
        number=numbers.shown(row.number),
        text=row.content,
        content_sha256=row.content_sha256,
        holder_name=row.holder_name,
        unit=(row.unit or "").rsplit("/", 1)[-1],
        issued_on=days.day_of(row.issued_at),
        valid_from=row.valid_from,
        ends_on=ends_on,
        on=on,
        state="withdrawn" if withdrawn and on >= withdrawn and state != "mistaken" else state,
        standing=standing,
        rescoped=len(scopes) > 1,
        withdrawn_on=withdrawn,
        newer_uid={"corrected": row.corrected_uid, "ended": row.newer_uid, "lapsed": row.newer_uid}.get(state),
        spotless=not any(change.status in {"suspended", "revoked"} for change in history),
        parted=row.employment == "left",
        erased_on=row.erased_at and days.day_of(row.erased_at),
    )


def _scopes(session: Session, row: Row[Any], history: Sequence[Change]) -> dict[int, Scope]:
    """The scopes of the permission by revision; none while it is the one that was given and printed."""
    revisions = {change.revision for change in history}
    if len(revisions) < 2:
        return {}
    pairs: dict[int, list[tuple[str, str]]] = {revision: [] for revision in revisions}
    for part in rows(session, _SCOPES, {"authorization_id": row.authorization_id}):
        pairs.setdefault(part.revision, []).append((part.dimension, part.value))
    return {revision: Scope.of(found) for revision, found in pairs.items()}


def _parts(printed: Sequence[dict[str, Any]], standing: Standing | None) -> tuple[Part, ...]:
    words: dict[str, dict[str, str]] = {}
    for part in printed:
        words.setdefault(part["dimension"], {})[part["value"]] = pick(part["words"])
    if standing is None:
        return tuple(Part(name, tuple(words[name].values())) for name in SHOWN if name in words)
    covered: dict[str, list[str]] = {}
    for dimension, value in standing.scope.pairs():
        covered.setdefault(dimension, []).append(value)
    return tuple(
        _part(name, words.get(name, {}), covered.get(name, [])) for name in SHOWN if name in words or name in covered
    )


def _part(dimension: str, printed: dict[str, str], covered: Sequence[str]) -> Part:
    now = tuple(printed.get(value) or vocabulary.word(dimension, value) for value in covered)
    return Part(dimension, now, None if set(covered) == set(printed) else tuple(printed.values()))


def _last_day(row: Row[Any], standing: Standing | None) -> date:
    """The last day: as printed, or sooner when it was given for less or ended sooner."""
    last: date = min(row.valid_until, (standing.ends_on if standing else row.ends_on) or row.valid_until)
    if standing is not None and standing.status == "ended" and standing.since is not None:
        return min(last, days.day_of(standing.since))
    return last


def _state_on(row: Row[Any], standing: Standing | None, ends_on: date, on: date, today: date) -> str:
    if row.said == "withdrawn":
        return "mistaken"
    if row.corrected_at is not None and on >= days.day_of(row.corrected_at):
        return "corrected"
    if row.authorization_id is None:
        return _late(row, "", register.state("active", row.valid_from, ends_on, on), ends_on, on)
    if standing is None:
        return "future"
    if row.employment == "left" and on >= today and standing.status != "revoked":
        return "ended"
    state = register.state(standing.status, standing.starts_on, ends_on, on)
    return _late(row, standing.status, state, ends_on, on)


def _late(row: Row[Any], status: str, state: str, ends_on: date, on: date) -> str:
    """What ran out is lapsed for the days of grace of its level; what was ended is not."""
    ran_out = state == "ended" and on > ends_on and status not in {"ended", "archived", "declined"}
    return "lapsed" if ran_out and on <= ends_on + timedelta(days=row.grace_days) else state


_corrected, _said = aliased(Certificate), aliased(CertificateStatus)
_later, _later_given = aliased(Certificate), aliased(Authorization)
_newer_uid = (
    select(_later.uid)
    .outerjoin(_later_given, _later_given.certificate_id == func.coalesce(_later.root_id, _later.id))
    .where(
        _later.person_id == Certificate.person_id,
        _later.level_id == Certificate.level_id,
        _later.cycle > Certificate.cycle,
        _later.valid_until >= bindparam("today"),
        or_(
            _later_given.id.is_(None), and_(_later_given.status == "active", _later_given.ends_on >= bindparam("today"))
        ),
        Person.status != "left",
    )
    .order_by(_later.cycle.desc(), _later.issue.desc())
    .limit(1)
    .correlate(Certificate, Person)
    .scalar_subquery()
)
_STATE = calendar.state_columns()
_newest_word = select(func.max(_said.id)).where(_said.certificate_id == Certificate.id).correlate(Certificate)
_RECORD: Any = (
    select(
        Certificate.uid,
        Certificate.number,
        cast(Certificate.content, String).label("content"),
        Certificate.content_sha256,
        Certificate.holder_name,
        Certificate.issued_at,
        Certificate.valid_from,
        Certificate.valid_until,
        Certificate.erased_at,
        Level.rank,
        Level.grace_days,
        Person.status.label("employment"),
        Unit.path.label("unit"),
        Authorization.id.label("authorization_id"),
        Authorization.starts_on,
        Authorization.ends_on,
        _corrected.uid.label("corrected_uid"),
        _corrected.issued_at.label("corrected_at"),
        _newer_uid.label("newer_uid"),
        CertificateStatus.status.label("said"),
        *_STATE,
    )
    .join(Level, Level.id == Certificate.level_id)
    .join(Person, Person.id == Certificate.person_id)
    .outerjoin(Unit, Unit.id == Person.unit_id)
    .outerjoin(Authorization, Authorization.certificate_id == func.coalesce(Certificate.root_id, Certificate.id))
    .outerjoin(_corrected, _corrected.supersedes_id == Certificate.id)
    .outerjoin(CertificateStatus, CertificateStatus.id == _newest_word.scalar_subquery())
    .where(Certificate.uid == bindparam("uid"))
)
_SCOPES: Any = select(AuthorizationScope.revision, AuthorizationScope.dimension, AuthorizationScope.value).where(
    AuthorizationScope.authorization_id == bindparam("authorization_id")
)
_HISTORY: Any = (
    select(
        AuthorizationStatus.status,
        AuthorizationStatus.at,
        AuthorizationStatus.until,
        AuthorizationStatus.reason,
        AuthorizationStatus.cause,
        AuthorizationStatus.revision,
        AuthorizationStatus.ends_on,
        AuthorizationStatus.may_reply,
        AuthorizationStatus.may_commit,
        AuthorizationStatus.may_in_crisis,
        AuthorizationStatus.preapproval,
    )
    .where(AuthorizationStatus.authorization_id == bindparam("authorization_id"))
    .order_by(AuthorizationStatus.id)
)
