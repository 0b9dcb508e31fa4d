"""Accounts as pages show them: whose they are, and who says that they are hers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from certificates.handles import names
from certificates.handles.models import HandleClaim
from certificates.models import Handle
from lms.people.models import Person


@dataclass(frozen=True)
class Claim:
    """A claim as a page shows it. `contested`: somebody else claims the account too, or holds it."""

    id: int
    person_id: int
    name: str
    channel: str
    account: str
    method: str
    code: str
    profile_url: str
    claimed_at: datetime
    tried_at: datetime | None
    problem: str
    contested: bool
    misleading: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """An account and who holds it."""

    id: int
    person_id: int
    name: str
    channel: str
    account: str
    confirmed_at: datetime | None
    left: bool


@dataclass(frozen=True)
class Account:
    """An account that is claimed: by whom, the first claim first, and who holds it now."""

    channel: str
    account: str
    claims: tuple[Claim, ...]
    held: Held | None


def mine(session: Session, person_id: int) -> tuple[list[Held], list[Claim]]:
    """Somebody's accounts, and those of her claims that are open. Three statements."""
    held = _held(session, Handle.person_id == person_id)
    accounts = select(HandleClaim.channel, HandleClaim.name).where(
        HandleClaim.person_id == person_id, HandleClaim.state == "open"
    )
    claims = [
        one
        for account in _accounts(session, tuple_(HandleClaim.channel, HandleClaim.name).in_(accounts))
        for one in account.claims
    ]
    return held, [one for one in claims if one.person_id == person_id]


def waiting(session: Session) -> list[Account]:
    """The accounts that are claimed, the longest waiting first, for the hub. Two statements."""
    return _accounts(session)


def all_held(session: Session, words: str = "", *, limit: int = 200) -> list[Held]:
    """The accounts that people hold, by name, for the hub: all, or those with a word in their name. One statement."""
    named = [Handle.name.icontains(names.folded(words), autoescape=True)] if words else []
    return _held(session, *named, limit=limit)


def _held(session: Session, *conditions: ColumnElement[bool], limit: int = 1000) -> list[Held]:
    rows = session.execute(
        select(Handle, Person.given_name, Person.family_name, Person.status)
        .join(Person, Person.id == Handle.person_id)
        .where(Handle.released_at.is_(None), *conditions)
        .order_by(Handle.name, Handle.channel)
        .limit(limit)
    )
    return [
        Held(
            id=one.id,
            person_id=one.person_id,
            name=f"{given} {family}".strip(),
            channel=one.channel,
            account=one.name,
            confirmed_at=one.confirmed_at,
            left=status == "left",
        )
        for one, given, family, status in rows
    ]


def _accounts(session: Session, *conditions: ColumnElement[bool]) -> list[Account]:
    rows = session.execute(
        select(HandleClaim, Person.given_name, Person.family_name)
        .join(Person, Person.id == HandleClaim.person_id)
        .where(HandleClaim.state == "open", *conditions)
        .order_by(HandleClaim.id)
    ).all()
    claimed = select(HandleClaim.id).where(
        HandleClaim.state == "open", HandleClaim.channel == Handle.channel, HandleClaim.name == Handle.name
    )
    held = {(one.channel, one.account): one for one in _held(session, claimed.exists())}
    grouped: dict[tuple[str, str], list[tuple[HandleClaim, str]]] = {}
    for one, given, family in rows:
        grouped.setdefault((one.channel, one.name), []).append((one, f"{given} {family}".strip()))
    return [
        Account(
            channel=account[0],
            account=account[1],
            claims=tuple(_claim(one, name, len(found) > 1 or account in held) for one, name in found),
            held=held.get(account),
        )
        for account, found in grouped.items()
    ]


def _claim(one: HandleClaim, name: str, is_contested: bool) -> Claim:
    return Claim(
        id=one.id,
        person_id=one.person_id,
        name=name,
        channel=one.channel,
        account=one.name,
        method=one.method,
        code=one.code,
        profile_url=one.profile_url,
        claimed_at=one.claimed_at,
        tried_at=one.tried_at,
        problem=one.problem,
        contested=is_contested,
        misleading=names.misleading(one.name),
    )
