"""Tokens with which programs ask: made and ended by an administrator, shown once, kept as a hash."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext
from lms.exchange.api.models import ApiToken

PREFIX = "smu_"
SELDOM = timedelta(minutes=10)
"""How often it is noted that a token was used."""


def make(session: Session, name: str, *, by_id: int, days: int | None = None) -> str:
    """A new token, to be shown once. `days` it holds, for ever without. Raises `Invalid` without a name."""
    if not name.strip():
        raise Invalid(gettext("Give it a name by which others know it."))
    token, now = PREFIX + secrets.token_urlsafe(32), clock.now()
    ends_at = now + timedelta(days=days) if days else None
    made = ApiToken(
        name=name.strip()[:100],
        token_hash=_hashed(token),
        hint=token[-4:],
        made_by_id=by_id,
        made_at=now,
        ends_at=ends_at,
    )
    session.add(made)
    session.flush()
    audit.record(session, "made a token", f"api_token:{made.id}", actor_id=by_id, name=made.name)
    return token


def end(session: Session, token_id: int, *, by_id: int) -> None:
    """End a token. A second time changes nothing. Raises `NotFound`."""
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        raise NotFound
    if token.ended_at is None:
        token.ended_at, token.ended_by_id = clock.now(), by_id
        audit.record(session, "ended a token", f"api_token:{token.id}", actor_id=by_id)


def all_of_them(session: Session) -> list[ApiToken]:
    """Every token, newest first; those that hold before those that do not."""
    return list(session.scalars(select(ApiToken).order_by(ApiToken.ended_at.is_not(None), ApiToken.id.desc())))


def find(session: Session, token: str) -> ApiToken | None:
    """The token that somebody sent, if it holds now. One statement."""
    if not token.startswith(PREFIX) or len(token) > 100:
        return None
    holds = (ApiToken.ended_at.is_(None), or_(ApiToken.ends_at.is_(None), ApiToken.ends_at > clock.now()))
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == _hashed(token), *holds))


def note_use(session: Session, token_id: int) -> None:
    """Note that a token was used just now, unless that was noted of late."""
    now = clock.now()
    lately = or_(ApiToken.used_at.is_(None), ApiToken.used_at < now - SELDOM)
    session.execute(update(ApiToken).where(ApiToken.id == token_id, lately).values(used_at=now))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
