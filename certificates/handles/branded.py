"""Accounts that carry the company's name: who answers for each, who stands in, and when it is to be closed."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from certificates import days, vocabulary
from certificates.handles import claims, letters, names
from certificates.handles.models import BrandedHandle
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people import directory
from lms.people.models import Person

WARN_BEFORE = (30, 7)
"""Days before an account is to be closed on which its owner is reminded."""
NOT_BRANDED = frozenset({"own", "brand", "press"})


@dataclass(frozen=True)
class Branded:
    """An account of the company as the hub sees it. `orphan`: nobody who works here answers for it."""

    id: int
    channel: str
    account: str
    purpose: str
    owner: str
    owner_email: str
    deputy: str
    deputy_email: str
    recovery: str
    sunset_on: date | None
    closed: bool
    owner_left: bool
    deputy_left: bool

    @property
    def orphan(self) -> bool:
        return self.owner_left and not self.closed


@dataclass(frozen=True)
class Wanted:
    """What the hub enters about an account of the company; people by e-mail address."""

    channel: str
    name: str
    purpose: str
    owner: str
    deputy: str
    recovery: str = ""
    sunset_on: date | None = None


def listed(session: Session) -> list[Branded]:
    """All accounts of the company, open ones first, by name. One statement."""
    owner, deputy = aliased(Person), aliased(Person)
    rows = session.execute(
        select(BrandedHandle, owner, deputy)
        .join(owner, owner.id == BrandedHandle.owner_id)
        .join(deputy, deputy.id == BrandedHandle.deputy_id)
        .order_by(BrandedHandle.closed_at.is_not(None), BrandedHandle.name, BrandedHandle.channel)
    )
    return [_shown(*row) for row in rows]


def one(session: Session, number: int) -> Branded:
    """An account of the company. Raises `NotFound`."""
    found = next((branded for branded in listed(session) if branded.id == number), None)
    if found is None:
        raise NotFound
    return found


def register(session: Session, wanted: Wanted, *, by_id: int) -> BrandedHandle:
    """Enter an account of the company. Raises `Invalid`, `Conflict` when it is entered already or a person's."""
    if wanted.channel not in dict(channels()):
        raise Invalid(gettext("Choose the channel on which the account is."))
    name = names.normal(wanted.channel, wanted.name)
    if claims.is_branded(session, wanted.channel, name):
        raise Conflict(gettext("This account is on the list already."))
    if claims.is_someones(session, wanted.channel, name):
        raise Conflict(gettext("Somebody has this account, or has claimed it. Settle that first."))
    owner, deputy = _two(session, wanted)
    made = BrandedHandle(
        channel=wanted.channel,
        name=name,
        purpose=wanted.purpose,
        owner_id=owner,
        deputy_id=deputy,
        recovery=wanted.recovery,
        sunset_on=wanted.sunset_on,
        registered_at=clock.now(),
        registered_by_id=by_id,
    )
    session.add(made)
    session.flush()
    audit.record(session, "registered an account of the company", f"branded_handle:{made.id}", actor_id=by_id)
    return made


def change(session: Session, number: int, wanted: Wanted, *, by_id: int) -> None:
    """Change all but channel and name of an account of the company. Raises `NotFound`, `Invalid`."""
    found = _open(session, number)
    found.owner_id, found.deputy_id = _two(session, wanted)
    found.purpose, found.recovery, found.sunset_on = wanted.purpose, wanted.recovery, wanted.sunset_on
    subject = f"branded_handle:{number}"
    audit.record(session, "changed an account of the company", subject, actor_id=by_id, owner=found.owner_id)


def close(session: Session, number: int, *, by_id: int) -> None:
    """Note that an account of the company was closed. Raises `NotFound`."""
    _open(session, number).closed_at = clock.now()
    audit.record(session, "closed an account of the company", f"branded_handle:{number}", actor_id=by_id)


def channels() -> list[tuple[str, str]]:
    """The channels on which the company can have accounts, with their names."""
    return vocabulary.choices("channel", without=NOT_BRANDED)


def warn(session: Session) -> int:
    """Remind owners of accounts that are to be closed in at most 30 or 7 days, once for each; returns how many."""
    today = days.today()
    rows = session.execute(
        select(BrandedHandle, Person)
        .join(Person, Person.id == BrandedHandle.owner_id)
        .where(BrandedHandle.closed_at.is_(None), BrandedHandle.sunset_on <= today + timedelta(days=max(WARN_BEFORE)))
        .order_by(BrandedHandle.id)
    ).all()
    for branded, owner in rows:
        assert branded.sunset_on is not None, "it was asked for"
        left = (branded.sunset_on - today).days
        letters.sunset(session, branded, owner, min(before for before in WARN_BEFORE if left <= before))
    return len(rows)


def _open(session: Session, number: int) -> BrandedHandle:
    found = session.scalars(
        select(BrandedHandle).where(BrandedHandle.id == number, BrandedHandle.closed_at.is_(None)).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _two(session: Session, wanted: Wanted) -> tuple[int, int]:
    owner, deputy = (_working(session, email) for email in (wanted.owner, wanted.deputy))
    if owner == deputy:
        raise Invalid(gettext("Owner and deputy must be two people: one of them may be away."))
    return owner, deputy


def _working(session: Session, email: str) -> int:
    found = directory.find_by_email(session, email.lower())
    if found is None or found.status == "left":
        raise Invalid(gettext("Nobody who works here has the e-mail address “%(email)s”.", email=email))
    return found.id


def _shown(branded: BrandedHandle, owner: Person, deputy: Person) -> Branded:
    return Branded(
        id=branded.id,
        channel=branded.channel,
        account=branded.name,
        purpose=branded.purpose,
        owner=owner.name,
        owner_email=owner.email,
        deputy=deputy.name,
        deputy_email=deputy.email,
        recovery=branded.recovery,
        sunset_on=branded.sunset_on,
        closed=branded.closed_at is not None,
        owner_left=owner.status == "left",
        deputy_left=deputy.status == "left",
    )
