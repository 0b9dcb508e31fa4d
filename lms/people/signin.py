"""Signing in and out: sessions that live on the server, and a slow-down for guessing.

A failure costs more waiting each time, for the address typed and for the network it came from, whether or not
somebody has that address: neither words, nor time, nor the lock tell which addresses exist.
"""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from lms.base import audit, clock
from lms.base.db import rows
from lms.base.errors import TooMany
from lms.base.i18n import gettext
from lms.people import passwords
from lms.people.models import Deputy, Person, PersonRole, ReportingLine, SignIn, SignInFailures

LASTS = timedelta(hours=12)
FREE_TRIES = {"account": 4, "network": 40}
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request, as columns: enough for every page, without loading an entity."""

    token: str
    sign_in_id: int
    id: int
    uid: str
    email: str
    given_name: str
    family_name: str
    tier: str
    language: str
    time_zone: str
    country: str
    roles: frozenset[str]
    is_manager: bool
    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    def get_id(self) -> str:
        return self.token


_report = aliased(Person)
_LOAD = (
    select(
        SignIn.id,
        Person.id,
        Person.uid,
        Person.email,
        Person.given_name,
        Person.family_name,
        Person.tier,
        Person.language,
        Person.time_zone,
        Person.country,
        select(func.aggregate_strings(PersonRole.role, " ")).where(PersonRole.person_id == Person.id).scalar_subquery(),
        or_(
            exists(select(literal(1)).where(_report.manager_id == Person.id, _report.status != "left")),
            exists(select(literal(1)).where(ReportingLine.manager_id == Person.id)),
            exists(
                select(literal(1)).where(
                    Deputy.deputy_id == Person.id,
                    Deputy.from_on <= bindparam("today"),
                    Deputy.until_on >= bindparam("today"),
                    Deputy.ended_at.is_(None),
                )
            ),
        ),
        SignIn.ends_at,
    )
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.ended_at.is_(None), Person.status != "left")
)


def load(session: Session, token: str) -> SignedIn | None:
    """Who holds this token, if the sign-in still stands. One statement."""
    row = rows(session, _LOAD, {"token_hash": _hash(token), "today": clock.today()}).one_or_none()
    if row is None or row[-1] <= clock.now():
        return None
    values: tuple[Any, ...] = tuple(row)
    return SignedIn(*(token, *values[:10], frozenset((values[10] or "").split()), values[11]))


def check_password(session: Session, email: str, password: str, network: str) -> Person | None:
    """The person with this address and password, or nothing, counted. Raises `TooMany` while locked."""
    keys = {"account": _hash(f"account:{email.lower()}"), "network": _hash(f"network:{network}")}
    _refuse_while_locked(session, list(keys.values()))
    person = session.scalar(select(Person).where(Person.email == email.lower(), Person.status != "left"))
    if passwords.matches(person.password_hash if person else None, password) and person:
        session.execute(delete(SignInFailures).where(SignInFailures.key == keys["account"]))
        return person
    for kind, key in keys.items():
        _count_failure(session, kind, key)
    return None


def start(session: Session, person_id: int, browser: str) -> SignedIn:
    """Sign somebody in and return who that is, with the token for the cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        SignIn(token_hash=_hash(token), person_id=person_id, browser=browser[:200], started_at=now, ends_at=now + LASTS)
    )
    session.flush()
    signed_in = load(session, token)
    if signed_in is None:
        raise LookupError(f"person {person_id} cannot sign in")
    return signed_in


def end(session: Session, sign_in_id: int) -> None:
    """End one sign-in: the cookie that names it is worth nothing from now on."""
    session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(ended_at=clock.now())
    )


def end_all(session: Session, person_id: int, *, actor_id: int | None, but: int | None = None) -> None:
    """End every sign-in of a person, for instance of a leaver or after a lost phone; `but` may stay."""
    ending = update(SignIn).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
    session.execute((ending.where(SignIn.id != but) if but else ending).values(ended_at=clock.now()))
    audit.record(session, "ended sign-ins", f"person:{person_id}", actor_id=actor_id)


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def _refuse_while_locked(session: Session, keys: list[str]) -> None:
    until = session.scalar(select(func.max(SignInFailures.locked_until)).where(SignInFailures.key.in_(keys)))
    if until is not None and until > clock.now():
        seconds = int((until - clock.now()).total_seconds()) + 1
        raise TooMany(gettext("Too many tries. Wait %(seconds)s seconds and try again.", seconds=seconds))


def _count_failure(session: Session, kind: str, key: str) -> None:
    now = clock.now()
    failures = session.get(SignInFailures, key, with_for_update=True) or _first_failure(session, key, now)
    if now - failures.last_at > FORGOTTEN_AFTER:
        failures.count = 0
    failures.count += 1
    failures.last_at = now
    failures.locked_until = _locked_until(now, failures.count - FREE_TRIES[kind])


def _first_failure(session: Session, key: str, now: datetime) -> SignInFailures:
    """The row to count in, made here or, at the same moment, by another try."""
    with suppress(IntegrityError), session.begin_nested():
        session.add(SignInFailures(key=key, count=0, last_at=now))
    return session.get_one(SignInFailures, key, with_for_update=True, populate_existing=True)


def _locked_until(now: datetime, excess: int) -> datetime | None:
    """Two seconds after the free tries, doubled each time, up to the longest wait."""
    if excess <= 0:
        return None
    return now + min(timedelta(seconds=2 ** min(excess, 12)), LONGEST_WAIT)


def forget_old(session: Session) -> int:
    """Remove sign-ins that ended, and failures that were last counted, more than 30 days ago; returns how many."""
    before = clock.now() - timedelta(days=30)
    sign_ins = session.execute(delete(SignIn).where(SignIn.ends_at < before).returning(SignIn.id)).all()
    session.execute(delete(SignInFailures).where(SignInFailures.last_at < before))
    return len(sign_ins)
