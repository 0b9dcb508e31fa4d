"""Asking for many certificates as one file: which they are, how many, and how far it has come."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, literal, or_, select
from sqlalchemy.orm import Session, aliased

from certificates import days
from certificates.level_models import Level, LevelText
from certificates.models import Authorization, Certificate, CertificateStatus
from certificates.papers.models import PaperBatch, PaperBatchItem
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext, pick
from lms.people.models import Person, Unit

AT_MOST = 5000
KEPT_DAYS = 7
"""So many days a file can be fetched."""


@dataclass(frozen=True)
class Choice:
    """Which certificates: of a level (its code), of people in a unit or below, issued from and up to a day."""

    level: str = ""
    unit: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Batch:
    """A batch as a page shows it. `kept_until` is the last day on which it can be fetched."""

    uid: str
    asked_by: str
    asked_at: datetime
    state: str
    total: int
    done: int
    file: str
    problem: str
    finished_at: datetime | None

    @property
    def working(self) -> bool:
        return self.state in {"asked", "drawing"}

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0

    @property
    def kept_until(self) -> date | None:
        return days.day_of(self.finished_at) + timedelta(days=KEPT_DAYS) if self.finished_at else None


def count(session: Session, choice: Choice) -> int:
    """How many certificates are meant."""
    return session.scalar(select(func.count()).select_from(_meant(choice).subquery())) or 0


def ask(session: Session, choice: Choice, *, by_id: int, language: str) -> str:
    """Ask for a file of the certificates meant, in a language; returns its public id. The worker draws it.

    Raises `Invalid` when none are meant, or more than `AT_MOST`, and `Conflict` while another one of this person waits.
    """
    if session.scalar(select(exists().where(PaperBatch.asked_by_id == by_id, _at_work()))):
        raise Conflict(gettext("A file of yours is being made. Wait until it is ready, or look at it."))
    found = session.scalars(_meant(choice).order_by(Person.family_name, Person.given_name, Certificate.id)).all()
    if not found:
        raise Invalid(gettext("No certificate is like that. Choose another level, unit or time."))
    if len(found) > AT_MOST:
        raise Invalid(
            gettext("That is %(count)s certificates. Up to %(most)s go into a file.", count=len(found), most=AT_MOST)
        )
    return _add(session, found, by_id, language)


def _add(session: Session, certificate_ids: Sequence[int], by_id: int, language: str) -> str:
    batch = PaperBatch(
        uid=secrets.token_hex(16),
        asked_by_id=by_id,
        asked_at=clock.now(),
        language=language,
        total=len(certificate_ids),
    )
    session.add(batch)
    session.flush()
    session.connection().execute(
        insert(PaperBatchItem),
        [
            {"batch_id": batch.id, "position": position, "certificate_id": certificate_id}
            for position, certificate_id in enumerate(certificate_ids, 1)
        ],
    )
    subject = f"paper_batch:{batch.id}"
    audit.record(session, "asked for certificates on paper", subject, actor_id=by_id, count=len(certificate_ids))
    return batch.uid


def batches(session: Session) -> list[Batch]:
    """The newest files that were asked for. One statement."""
    return [_batch(row) for row in session.execute(_BATCHES.order_by(PaperBatch.id.desc()).limit(20))]


def batch(session: Session, uid: str) -> Batch:
    """A file by its public id. Raises `NotFound`."""
    row = session.execute(_BATCHES.where(PaperBatch.uid == uid)).one_or_none()
    if row is None:
        raise NotFound
    return _batch(row)


def again(session: Session, uid: str) -> None:
    """Send a file that failed on its way once more. Raises `NotFound` and `Conflict`."""
    found = session.scalar(select(PaperBatch).where(PaperBatch.uid == uid).with_for_update())
    if found is None:
        raise NotFound
    if found.state != "failed":
        raise Conflict(gettext("This file did not fail."))
    found.state, found.problem = "asked", ""
    session.flush()


def levels(session: Session) -> list[tuple[str, str]]:
    """Codes and names of all levels, to choose from."""
    texts: dict[str, dict[str, str]] = {}
    statement = select(Level.code, LevelText.language, LevelText.name).join(LevelText).order_by(Level.rank)
    for code, language, name in session.execute(statement):
        texts.setdefault(code, {})[language] = name
    return [(code, pick(names)) for code, names in texts.items()]


def units(session: Session) -> list[str]:
    """The paths of all units, to choose from."""
    return list(session.scalars(select(Unit.path).order_by(Unit.path)))


def _at_work() -> ColumnElement[bool]:
    return PaperBatch.state.in_(("asked", "drawing"))


def _meant(choice: Choice) -> Select[int]:
    """The certificates meant: valid today, not replaced by a corrected one, and not of people who were erased."""
    newer = aliased(Certificate)
    statement = (
        select(Certificate.id)
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(Authorization, Authorization.certificate_id == func.coalesce(Certificate.root_id, Certificate.id))
        .where(
            Certificate.erased_at.is_(None),
            ~exists().where(newer.supersedes_id == Certificate.id),
            _is_valid_today(),
        )
    )
    if choice.level:
        statement = statement.join(Level, Level.id == Certificate.level_id).where(Level.code == choice.level)
    if choice.unit:
        below = Unit.path.startswith(f"{choice.unit}/", autoescape=True)
        statement = statement.join(Unit, Unit.id == Person.unit_id).where(or_(Unit.path == choice.unit, below))
    if choice.first:
        statement = statement.where(Certificate.valid_from >= literal(choice.first))
    if choice.last:
        statement = statement.where(Certificate.valid_from <= literal(choice.last))
    return statement


def _is_valid_today() -> ColumnElement[bool]:
    """Inside its term, not withdrawn as an error, and with a permission, where it gives one, that holds."""
    today = literal(days.today())
    newest = (
        select(CertificateStatus.status)
        .where(CertificateStatus.certificate_id == Certificate.id)
        .order_by(CertificateStatus.id.desc())
        .limit(1)
        .correlate(Certificate)
        .scalar_subquery()
    )
    holds = and_(Authorization.status == "active", today.between(Authorization.starts_on, Authorization.ends_on))
    return and_(
        today.between(Certificate.valid_from, Certificate.valid_until),
        func.coalesce(newest, "restored") != "withdrawn",
        or_(Authorization.id.is_(None), holds),
    )


_BATCHES = select(
    PaperBatch.uid,
    Person.given_name,
    Person.family_name,
    PaperBatch.asked_at,
    PaperBatch.state,
    PaperBatch.total,
    PaperBatch.done,
    PaperBatch.file,
    PaperBatch.problem,
    PaperBatch.finished_at,
).join(Person, Person.id == PaperBatch.asked_by_id)


def _batch(row: Sequence[object]) -> Batch:
    uid, given, family, *rest = row
    return Batch(str(uid), f"{given} {family}".strip(), *rest)  # type: ignore[arg-type]
