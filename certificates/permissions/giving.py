"""Giving a permission: by rule with a certificate, or after everybody whom the level names said yes."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certificates import history
from certificates.events import AuthorizationGranted
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationScope, Certificate
from certificates.permissions import holds, settling
from certificates.permissions.models import Hold
from lms.base.events import announce

BY_RULE = "Given by rule: courses completed, guideline accepted."
HELD_BACK = "Waits for the social media hub: an earlier permission was withdrawn."
RENEWED = "renewed"
MADE_GOOD = ("red_line", "course", "renewal", "dormant", "guideline")
"""Causes that a renewal makes good; other holds go over to the renewed permission."""


def by_rule(session: Session, certificate: Certificate, level: LevelView) -> None:
    """Give what the level entitles to. After a withdrawal the hub decides; what holds the person suspends it at once.

    The caller holds the person's lock.
    """
    held_back = _taken_before(session, certificate.person_id)
    authorization = Authorization(
        person_id=certificate.person_id,
        level_id=level.id,
        certificate_id=certificate.id,
        status="approved",
        reason=BY_RULE,
        starts_on=certificate.valid_from,
        ends_on=certificate.valid_until,
        may_reply=level.may_reply,
        may_commit=level.may_commit,
        may_in_crisis=level.may_in_crisis,
        scope=[AuthorizationScope(dimension=dimension, value=value) for dimension, value in level.scope.pairs()],
    )
    if not held_back:
        give(session, authorization, BY_RULE)
        return
    _end(session, _others(session, authorization, ("requested", "approved")))
    session.add(authorization)
    history.record(session, authorization, "requested", HELD_BACK)


def give(session: Session, authorization: Authorization, reason: str, by_id: int | None = None) -> None:
    """Have a permission with its certificate begin: it replaces earlier ones of the level. The caller locks the person.

    A pause that somebody decided goes over to it: nobody gets rid of one by renewing. The earlier ones end after it has
    begun, so that what hangs on the level stays with its holder.
    """
    _end(session, _others(session, authorization, ("requested", "approved")))
    session.add(authorization)
    session.flush()
    earlier = _others(session, authorization, ("active", "suspended"))
    _take_over(session, authorization, [old.id for old in earlier])
    begun = settling.begin(session, authorization, reason, by_id)
    _end(session, earlier)
    if begun:
        assert authorization.certificate_id is not None, "what is given has a certificate"
        event = AuthorizationGranted(authorization.person_id, authorization.id, authorization.certificate_id)
        announce(session, event)


def _taken_before(session: Session, person_id: int) -> bool:
    taken = exists().where(Authorization.person_id == person_id, Authorization.status == "revoked")
    return bool(session.scalar(select(taken)))


def _others(session: Session, authorization: Authorization, statuses: Sequence[str]) -> Sequence[Authorization]:
    """Those of the same person and level beside this one."""
    with session.no_autoflush:
        return session.scalars(
            select(Authorization)
            .where(
                Authorization.person_id == authorization.person_id,
                Authorization.level_id == authorization.level_id,
                Authorization.status.in_(statuses),
                Authorization.id.is_distinct_from(authorization.id),
            )
            .order_by(Authorization.id)
            .with_for_update()
        ).all()


def _end(session: Session, earlier: Sequence[Authorization]) -> None:
    for old in earlier:
        history.record(session, old, "ended" if old.certificate_id else "declined", RENEWED)
    holds.close(session, [old.id for old in earlier], RENEWED)


def _take_over(session: Session, authorization: Authorization, earlier: list[int]) -> None:
    going_over = session.scalars(
        select(Hold).where(Hold.authorization_id.in_(earlier), Hold.lifted_at.is_(None), Hold.cause.not_in(MADE_GOOD))
    ).all()
    kept = ("person_id", "cause", "reason", "starts_on", "until", "placed_by_id", "placed_at")
    copies = {hold.cause: {name: getattr(hold, name) for name in kept} for hold in going_over}
    session.add_all(Hold(authorization_id=authorization.id, **copy) for copy in copies.values())
    session.flush()
