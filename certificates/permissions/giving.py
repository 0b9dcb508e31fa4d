"""Giving a permission."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certificates import history
from certificates.events import AuthorizationGranted
from certificates.ladder import LevelView
from certificates.models import Authorization, AuthorizationScope, Certificate
from lms.base.events import announce

BY_RULE = "Given by rule: courses completed, guideline accepted."
HELD_BACK = "Waits for the social media hub: an earlier permission was paused or withdrawn."
RENEWED = "renewed"


def by_rule(session: Session, certificate: Certificate, level: LevelView) -> None:
    """Give what the level entitles to. What was paused or withdrawn before does not come back by rule."""
    held_back = _held_back(session, certificate.person_id)
    authorization = Authorization(
        person_id=certificate.person_id,
        level_id=level.id,
        certificate_id=certificate.id,
        status="requested" if held_back else "active",
        reason=BY_RULE,
        starts_on=certificate.valid_from,
        ends_on=certificate.valid_until,
        may_reply=level.may_reply,
        may_commit=level.may_commit,
        may_in_crisis=level.may_in_crisis,
        scope=[AuthorizationScope(dimension=dimension, value=value) for dimension, value in level.scope.pairs()],
    )
    session.add(authorization)
    session.flush()
    history.record(session, authorization, authorization.status, HELD_BACK if held_back else BY_RULE)
    if held_back:
        return
    _end_earlier(session, authorization)
    announce(session, AuthorizationGranted(certificate.person_id, authorization.id, certificate.id))


def _held_back(session: Session, person_id: int) -> bool:
    taken = exists().where(Authorization.person_id == person_id, Authorization.status.in_(("suspended", "revoked")))
    return bool(session.scalar(select(taken)))


def _end_earlier(session: Session, authorization: Authorization) -> None:
    earlier = session.scalars(
        select(Authorization)
        .where(
            Authorization.person_id == authorization.person_id,
            Authorization.level_id == authorization.level_id,
            Authorization.status == "active",
            Authorization.id != authorization.id,
        )
        .order_by(Authorization.id)
        .with_for_update()
    )
    for old in earlier.all():
        history.record(session, old, "ended", RENEWED)
