"""Certificates on profiles elsewhere: the link that adds one, and what such a profile no longer shows truly.

Nobody but the holder can change her profile, so all we can do is tell her.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import Row, Select, and_, func, select, update
from sqlalchemy.orm import Session, aliased

from certificates import days, numbers
from certificates.credentials import apart
from certificates.credentials.models import ProfileEntry
from certificates.frozen import Content
from certificates.models import Authorization, AuthorizationScope, Certificate, CertificateStatus
from lms.base import clock, mail, outbox
from lms.base.errors import Conflict, NotFound
from lms.base.i18n import force_locale, gettext, pick
from lms.base.settings import in_force
from lms.people.models import Person

LINKEDIN = "linkedin"
_newer, _newest = aliased(Certificate), aliased(CertificateStatus)


@dataclass(frozen=True)
class Shown:
    """A certificate and where it is shown. `wrong` says why a profile is no longer true: `revoked`, `replaced`,
    `ended`, `paused`, `sooner` or `narrower`; empty when it is. `added_at` is empty when it is not shown anywhere."""

    uid: str
    level_name: str
    added_at: datetime | None
    wrong: str
    ends_on: date


def of(session: Session, person_id: int) -> list[Shown]:
    """Somebody's certificates that can be shown or are, newest first. One statement, or two when a scope changed."""
    found = session.execute(_rows().where(Certificate.person_id == person_id).order_by(Certificate.id.desc()))
    return [
        shown
        for row, wrong in _judged(session, found.all())
        if (shown := _shown(row, wrong)).added_at is not None or not wrong
    ]


def get(session: Session, person_id: int, uid: str) -> tuple[Shown, str]:
    """One certificate of somebody, and the address at LinkedIn that adds it. Raises `NotFound` when it is not hers."""
    [(row, wrong)] = _judged(session, [_of_holder(session, person_id, uid)])
    return _shown(row, wrong), linkedin_address(row.content, in_force().base_url, _ends_on(row))


def add(session: Session, person_id: int, uid: str) -> None:
    """Note that somebody adds a certificate to her profile, or brings it up to date there.

    Raises `NotFound` for a certificate that is not hers, `Conflict` for one that does not hold.
    """
    row = _of_holder(session, person_id, uid)
    if _wrong(row, set()) not in {"", "sooner", "narrower"}:
        raise Conflict(gettext("This certificate does not hold at present, so there is nothing to show."))
    key = {"certificate_id": row.certificate_id, "network": LINKEDIN}
    now = clock.now()
    values = {"shown": {"ends_on": _ends_on(row).isoformat(), "revision": row.revision}, "added_at": now}
    if not apart.add_if_absent(session, ProfileEntry.__table__, **key, **values):  # type: ignore[arg-type]
        again = values | {"removed_at": None, "told_at": None}
        mine = [getattr(ProfileEntry, name) == value for name, value in key.items()]
        session.execute(update(ProfileEntry).where(*mine).values(**again))


def remove(session: Session, person_id: int, uid: str) -> None:
    """Note that somebody took a certificate off her profile. Raises `NotFound` when it is not hers."""
    row = _of_holder(session, person_id, uid)
    session.execute(update(ProfileEntry).where(ProfileEntry.id == row.entry_id).values(removed_at=clock.now()))


def linkedin_address(content: Content, site: str, ends_on: date) -> str:
    """The address that opens LinkedIn's form, filled in. The name of the holder is no part of it."""
    issued = days.day_of(datetime.fromisoformat(content["issued_at"]))
    asked = {
        "startTask": "CERTIFICATION_NAME",
        "name": f"{content['level']['texts']['en']['name']}, {content['company']}",
        "organizationName": content["company"],
        "issueYear": issued.year,
        "issueMonth": issued.month,
        "expirationYear": ends_on.year,
        "expirationMonth": ends_on.month,
        "certUrl": f"{site}/verify/{content['uid']}",
        "certId": numbers.shown(content["number"]),
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(asked, quote_via=quote)}"


def tell(session: Session) -> int:
    """Write once to each holder whose profile is no longer true; returns how many letters. For every night."""
    rows = session.execute(_rows().where(ProfileEntry.removed_at.is_(None), Person.status != "left")).all()
    judged = [(row, wrong) for row, wrong in _judged(session, rows) if row.entry_id is not None]
    told = [(row, wrong) for row, wrong in judged if wrong and row.told_at is None]
    true_again = [row.entry_id for row, wrong in judged if not wrong and row.told_at is not None]
    outbox.queue_all(session, [_letter(row, wrong) for row, wrong in told])
    _mark(session, [row.entry_id for row, _ in told], clock.now())
    _mark(session, true_again, None)
    return len(told)


def _mark(session: Session, ids: list[int], told_at: datetime | None) -> None:
    if ids:
        session.execute(update(ProfileEntry).where(ProfileEntry.id.in_(ids)).values(told_at=told_at))


def _letter(row: Row[Any], wrong: str) -> outbox.Letter:
    with force_locale(row.language):
        level = pick(row.content["level"]["texts"], row.language)["name"]
        subject = gettext("Your LinkedIn profile still shows “%(level)s”", level=level)
        values = {"level": level, "wrong": wrong, "given_name": row.given_name, "ends_on": _ends_on(row)}
        body = mail.render("certificates/mail/profile_entry.txt", **values)
    key = f"profile_entry:{row.entry_id}:{clock.now():%Y%m%d%H%M%S%f}"
    return outbox.Letter(key=key, recipient=row.email, subject=subject, body=body)


def _rows() -> Select[Any]:
    """Certificates with the permission each belongs to, its holder, and the entry on her profile if there is one."""
    root = func.coalesce(Certificate.root_id, Certificate.id)
    newest = select(_newest.status).where(_newest.certificate_id == Certificate.id).order_by(_newest.id.desc())
    shown = and_(ProfileEntry.certificate_id == Certificate.id, ProfileEntry.network == LINKEDIN)
    return (
        select(
            Certificate.id.label("certificate_id"),
            Certificate.uid,
            Certificate.content,
            Certificate.valid_until,
            Authorization.id.label("authorization_id"),
            Authorization.status,
            Authorization.ends_on,
            func.coalesce(Authorization.revision, 1).label("revision"),
            newest.limit(1).scalar_subquery().label("certificate_status"),
            select(_newer.id).where(_newer.supersedes_id == Certificate.id).exists().label("replaced"),
            Person.given_name,
            Person.email,
            Person.language,
            ProfileEntry.id.label("entry_id"),
            ProfileEntry.shown,
            ProfileEntry.added_at,
            ProfileEntry.removed_at,
            ProfileEntry.told_at,
        )
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(Authorization, Authorization.certificate_id == root)
        .outerjoin(ProfileEntry, shown)
    )


def _of_holder(session: Session, person_id: int, uid: str) -> Row[Any]:
    row = session.execute(_rows().where(Certificate.uid == uid, Certificate.person_id == person_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _judged(session: Session, rows: Iterable[Row[Any]]) -> Iterator[tuple[Row[Any], str]]:
    """Each row with what is wrong about it."""
    rows = list(rows)
    changed = [row.authorization_id for row in rows if row.shown and row.shown["revision"] != row.revision]
    scopes: dict[tuple[int, int], set[tuple[str, str]]] = {}
    if changed:
        of_them = select(AuthorizationScope).where(AuthorizationScope.authorization_id.in_(changed))
        for part in session.scalars(of_them):
            scopes.setdefault((part.authorization_id, part.revision), set()).add((part.dimension, part.value))
    for row in rows:
        before = scopes.get((row.authorization_id, row.shown["revision"]), set()) if row.shown else set()
        now = scopes.get((row.authorization_id, row.revision), set())
        yield row, _wrong(row, {part for part in before - now if (part[0], "*") not in now})


def _wrong(row: Row[Any], lost: set[tuple[str, str]]) -> str:
    """Why a profile that shows this certificate is not true today, nothing when it is."""
    shown_until = date.fromisoformat(row.shown["ends_on"]) if row.shown else _ends_on(row)
    found = (
        ("revoked", row.status == "revoked" or row.certificate_status == "withdrawn"),
        ("replaced", row.replaced),
        ("ended", row.status in {"ended", "expired", "archived"} or _ends_on(row) < days.today()),
        ("paused", row.status == "suspended"),
        ("sooner", _ends_on(row) < shown_until),
        ("narrower", bool(lost)),
    )
    return next((why for why, applies in found if applies), "")


def _ends_on(row: Row[Any]) -> date:
    ends_on: date = min(row.valid_until, row.ends_on or row.valid_until)
    return ends_on


def _shown(row: Row[Any], wrong: str) -> Shown:
    added_at = None if row.removed_at is not None else row.added_at
    return Shown(row.uid, str(pick(row.content["level"]["texts"])["name"]), added_at, wrong, _ends_on(row))
