"""Building certificates and what hangs on them; see tests/make.py."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates import days, frozen, ladder
from certificates.levels import loading
from certificates.models import (
    Authorization,
    AuthorizationScope,
    AuthorizationStatus,
    Certificate,
    Handle,
    new_number,
    new_uid,
)
from certificates.permissions import giving
from certificates.permissions.models import Hold
from courses import catalog as courses
from courses.models import Course
from lms.base import clock
from lms.guidelines import catalog as guidelines
from lms.people.models import Person
from tests.make import Make


def levels(session: Session) -> tuple[ladder.LevelView, ...]:
    """The shipped levels, with the course and the guideline they ask for when these are not there yet."""
    make = Make(session)
    if session.scalar(select(Course.id).where(Course.slug == "principles")) is None:
        make.course(slug="principles", title="Principles")
    if session.scalar(select(guidelines.Guideline.id)) is None:
        make.guideline()
    loading.load(session)
    return ladder.levels(session)


def certificate(
    session: Session,
    person: Person,
    *,
    level: str = "L1",
    status: str = "active",
    cycle: int = 1,
    from_day: date | None = None,
    months: int | None = None,
    scope: dict[str, list[str]] | None = None,
) -> Certificate:
    """A certificate of a person and, for a level that gives one, its authorization in a status.

    The rows alone: nothing is announced and no mail is queued.
    """
    view = next(one for one in levels(session) if one.code == level)
    starts = from_day or days.today()
    ends = days.months_after(starts, months or view.valid_months)
    issued_at = clock.now() - (days.today() - starts)
    content = frozen.content(
        uid=new_uid(),
        number=new_number(),
        cycle=cycle,
        holder=person.name,
        company="ACME",
        level=view,
        courses=[courses.by_id(session, course_id) for course_id in view.course_ids],
        guideline=(guideline := guidelines.live(session)),
        issued_at=issued_at,
        valid_from=starts,
        valid_until=ends,
    )
    made = Certificate(
        uid=content["uid"],
        number=content["number"],
        person_id=person.id,
        level_id=view.id,
        cycle=cycle,
        issued_at=issued_at,
        valid_from=starts,
        valid_until=ends,
        holder_name=person.name,
        guideline_version_id=guideline.version_id,
        content=content,
        content_sha256=frozen.digest(content),
    )
    session.add(made)
    session.flush()
    if view.gives_authorization:
        _authorization(session, made, view, scope, status)
    return made


def authorization_of(session: Session, certificate: Certificate) -> Authorization:
    """What a certificate gave."""
    return session.scalars(select(Authorization).where(Authorization.certificate_id == certificate.id)).one()


def status(
    session: Session, certificate: Certificate, became: str, *, days_ago: int = 0, until: date | None = None
) -> None:
    """The permission of a certificate became something, some days ago."""
    authorization = authorization_of(session, certificate)
    authorization.status = became
    at = clock.now() - timedelta(days=days_ago)
    _changed(session, authorization, at=at, reason="in a test", until=until)
    if became == "suspended":
        whose = {"person_id": authorization.person_id, "authorization_id": authorization.id}
        session.add(
            Hold(**whose, cause="other", reason="in a test", starts_on=days.day_of(at), until=until, placed_at=at)
        )
        session.flush()


def handle(session: Session, person: Person, name: str = "ana.peeters", channel: str = "linkedin") -> Handle:
    """An account of a person, hers for years."""
    confirmed_at = clock.now() - timedelta(days=2000)
    made = Handle(person_id=person.id, name=name, channel=channel, confirmed_at=confirmed_at)
    session.add(made)
    session.flush()
    return made


def _changed(session: Session, authorization: Authorization, **change: Any) -> None:
    """A row of the history with what the authorization is now."""
    kept = ("status", "revision", "ends_on", "may_reply", "may_commit", "may_in_crisis", "preapproval")
    session.flush()
    now = {name: getattr(authorization, name) for name in kept}
    session.add(AuthorizationStatus(authorization_id=authorization.id, **now, **change))
    session.flush()


def _authorization(session: Session, certificate: Certificate, view: Any, scope: Any, status: str) -> None:
    pairs = [(name, value) for name, values in scope.items() for value in values] if scope else view.scope.pairs()
    authorization = Authorization(
        person_id=certificate.person_id,
        level_id=view.id,
        certificate_id=certificate.id,
        status="active",
        reason=giving.BY_RULE,
        starts_on=certificate.valid_from,
        ends_on=certificate.valid_until,
        may_reply=False,
        may_commit=False,
        may_in_crisis=False,
        preapproval=view.preapproval,
        scope=[AuthorizationScope(dimension=dimension, value=value) for dimension, value in pairs],
    )
    session.add(authorization)
    session.flush()
    _changed(session, authorization, at=certificate.issued_at, reason=giving.BY_RULE)
    if status != "active":
        globals()["status"](session, certificate, status)
