"""Accounts that people say are theirs: claimed, shown, found to be theirs, and given back."""

import secrets

from sqlalchemy import ColumnElement, and_, select, tuple_, update
from sqlalchemy.orm import Session

from certificates import vocabulary
from certificates.handles import letters, names
from certificates.handles.models import BrandedHandle, HandleClaim
from certificates.models import CROCKFORD, Handle
from lms.base import audit, clock
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import LISTED_AS, Person

CODE = 8
"""Letters of a code: 40 random bits, to be shown once in a profile."""
OPEN_AT_MOST = 10
NOT_CLAIMED = frozenset({"own", "brand", "press"})
"""Channels on which nobody has an account of her own."""


def claim(
    session: Session, person_id: int, channel: str, typed: str, method: str, profile_url: str = ""
) -> HandleClaim:
    """Say that an account is one's own, to be shown by a code or a link. Raises `Invalid`, `Conflict`."""
    if channel not in dict(channels()):
        raise Invalid(gettext("Choose the channel on which the account is."))
    name = names.normal(channel, typed)
    if method == "link" and not names.is_profile(channel, name, profile_url):
        raise Invalid(_where(channel, name))
    if is_branded(session, channel, name):
        raise Conflict(gettext("This account is on the list already."))
    held = session.scalar(select(Handle.person_id).where(_of(Handle, channel, name), Handle.released_at.is_(None)))
    if held == person_id:
        raise Conflict(gettext("This account is yours already."))
    own = session.scalars(
        select(HandleClaim).where(HandleClaim.person_id == person_id, HandleClaim.state == "open").with_for_update()
    ).all()
    if any((one.channel, one.name) == (channel, name) for one in own):
        raise Conflict(gettext("You have claimed this account already. It waits below."))
    if len(own) >= OPEN_AT_MOST:
        raise Conflict(gettext("You have claimed %(most)s accounts. Wait until these are looked at.", most=len(own)))
    made = HandleClaim(
        person_id=person_id,
        channel=channel,
        name=name,
        method=method,
        code="".join(secrets.choice(CROCKFORD) for _ in range(CODE)),
        profile_url=profile_url or names.profile_address(channel, name),
        claimed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, "claimed an account", f"handle_claim:{made.id}", actor_id=person_id)
    return made


def channels() -> list[tuple[str, str]]:
    """The channels on which people have accounts of their own, with their names."""
    return vocabulary.choices("channel", without=NOT_CLAIMED)


def look_again(session: Session, person_id: int, claim_id: int) -> None:
    """Have the server look for the link once more. Raises `NotFound`, `Conflict`."""
    found = _own_open(session, person_id, claim_id)
    if found.method != "link":
        raise Conflict(gettext("Somebody of the social media hub looks for the code; the server does not."))
    found.tried_at, found.problem = None, ""


def withdraw(session: Session, person_id: int, claim_id: int) -> None:
    """Take one's own claim back. Raises `NotFound`."""
    found = _own_open(session, person_id, claim_id)
    _close(session, found, "refused", person_id, "withdrawn")
    audit.record(session, "withdrew a claim of an account", f"handle_claim:{claim_id}", actor_id=person_id)


def release(session: Session, person_id: int, handle_id: int) -> None:
    """Give an account of one's own back: from now on it is not registered. Raises `NotFound`."""
    held = session.scalars(
        select(Handle)
        .where(Handle.id == handle_id, Handle.person_id == person_id, Handle.released_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise NotFound
    _release(session, held, by_id=person_id)


def confirm(session: Session, claim_id: int, *, by_id: int, remark: str = "") -> None:
    """Find that an account is the claimant's, for the hub. Whoever held it holds it no more; other claims are refused.

    Raises `NotFound`, `Conflict` when it was decided already, `Forbidden` for one's own claim.
    """
    found = _to_decide(session, claim_id)
    if found.person_id == by_id:
        raise Forbidden(gettext("This account is claimed by yourself. Ask somebody else of the hub to look at it."))
    give(session, found, by_id=by_id, remark=remark)


def refuse(session: Session, claim_id: int, *, by_id: int, remark: str) -> None:
    """Find that an account is not the claimant's, for the hub. Raises `NotFound`, `Conflict`, `Invalid`."""
    if not remark:
        raise Invalid(gettext("Say why, so that the person knows what to do."))
    found = _to_decide(session, claim_id)
    _close(session, found, "refused", by_id, remark)
    audit.record(session, "refused a claim of an account", f"handle_claim:{claim_id}", actor_id=by_id)
    letters.decided(session, found)


def give(session: Session, found: HandleClaim, *, by_id: int | None, remark: str = "") -> None:
    """Make the claimant the holder of the account, by a person's decision or (nobody) by a link that was seen."""
    holder = session.scalars(
        select(Handle).where(_of(Handle, found.channel, found.name), Handle.released_at.is_(None)).with_for_update()
    ).one_or_none()
    if holder is not None:
        _release(session, holder, by_id=by_id)
        letters.lost(session, holder)
    made = Handle(person_id=found.person_id, channel=found.channel, name=found.name, confirmed_at=clock.now())
    session.add(made)
    _close(session, found, "confirmed", by_id, remark)
    others = session.scalars(
        select(HandleClaim).where(_of(HandleClaim, found.channel, found.name), HandleClaim.state == "open")
    ).all()
    for other in others:
        _close(session, other, "refused", by_id, "given to somebody else")
    session.flush()
    audit.record(session, "gave an account", f"handle:{made.id}", actor_id=by_id, claim=found.id, method=found.method)
    for one in (found, *others):
        letters.decided(session, one)


def contested(session: Session, found: HandleClaim) -> bool:
    """Whether somebody else claims the account too, or holds it, or the company has it. Three statements at most."""
    account = (found.channel, found.name)
    return is_someones(session, *account, but=found.id) or is_branded(session, *account)


def is_someones(session: Session, channel: str, name: str, *, but: int = 0) -> bool:
    """Whether somebody claims an account or holds it; `but` is a claim that does not count. Two statements at most."""
    claimed = select(HandleClaim.id).where(
        _of(HandleClaim, channel, name), HandleClaim.state == "open", HandleClaim.id != but
    )
    held = select(Handle.id).where(_of(Handle, channel, name), Handle.released_at.is_(None))
    return session.scalar(claimed.limit(1)) is not None or session.scalar(held) is not None


def is_branded(session: Session, channel: str, name: str) -> bool:
    """Whether an account is one of the company that is not closed. One statement."""
    there = select(BrandedHandle.id).where(_of(BrandedHandle, channel, name), BrandedHandle.closed_at.is_(None))
    return session.scalar(there) is not None


def choose_listed_as(session: Session, person_id: int, listed_as: str) -> None:
    """Choose how one is named in the public register: in full or by initials. Raises `Invalid`."""
    if listed_as not in LISTED_AS:
        raise Invalid(gettext("Choose the whole name or the initials."))
    session.execute(update(Person).where(Person.id == person_id).values(listed_as=listed_as))
    audit.record(session, "chose the name in the register", f"person:{person_id}", actor_id=person_id, as_=listed_as)


def _of(table: type[Handle] | type[HandleClaim] | type[BrandedHandle], channel: str, name: str) -> ColumnElement[bool]:
    return and_(table.channel == channel, table.name == name)


def _own_open(session: Session, person_id: int, claim_id: int) -> HandleClaim:
    own = select(HandleClaim).where(
        HandleClaim.id == claim_id, HandleClaim.person_id == person_id, HandleClaim.state == "open"
    )
    found = session.scalars(own.with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found


def _to_decide(session: Session, claim_id: int) -> HandleClaim:
    """An open claim, locked with all others of its account: whoever decides second sees what was decided first."""
    account = select(HandleClaim.channel, HandleClaim.name).where(HandleClaim.id == claim_id)
    rows = session.scalars(
        select(HandleClaim)
        .where(tuple_(HandleClaim.channel, HandleClaim.name).in_(account))
        .order_by(HandleClaim.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = next((one for one in rows if one.id == claim_id), None)
    if found is None:
        raise NotFound
    if found.state != "open":
        raise Conflict(gettext("This claim has been decided already."))
    return found


def _close(session: Session, found: HandleClaim, state: str, by_id: int | None, remark: str) -> None:
    found.decided_at, found.decided_by_id, found.remark = clock.now(), by_id, remark
    found.state = state
    session.flush()


def _release(session: Session, held: Handle, *, by_id: int | None) -> None:
    held.released_at = clock.now()
    session.flush()
    audit.record(session, "released an account", f"handle:{held.id}", actor_id=by_id)


def _where(channel: str, name: str) -> str:
    address = names.profile_address(channel, name)
    if not address:
        return gettext("The server cannot look at profiles on this channel. Choose the code instead.")
    return gettext("The link must be on the account’s own page. Its address is %(address)s.", address=address)
