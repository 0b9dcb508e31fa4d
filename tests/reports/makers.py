"""A company in miniature for the pages of managers."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certificates.level_models import Level, LevelText
from certificates.models import Authorization, AuthorizationStatus, Certificate
from lms.guidelines.models import GuidelineVersion
from lms.people.models import Person
from tests.make import Make


def level(session: Session, code: str = "L1", rank: int = 1, name: str = "Ambassador") -> Level:
    """A level of the ladder with a name in English, made when it is not there."""
    found = session.scalar(select(Level).where(Level.code == code))
    if found is None:
        values: dict[str, Any] = {
            column.name: False for column in Level.__table__.columns if column.type.python_type is bool
        }
        found = Level(code=code, rank=rank, valid_months=24, source_sha256=code, **values)
        session.add(found)
        session.flush()
        words = {"allows": "", "criteria": "", "may": [], "never": [], "disclosure": ""}
        session.add(LevelText(level_id=found.id, language="en", name=name, **words))
        session.flush()
    return found


def certificate(
    session: Session,
    person: Person,
    until: date,
    *,
    status: str | None = "active",
    code: str = "L1",
    rank: int = 1,
    cycle: int = 1,
    starts_on: date = date(2025, 1, 1),
) -> Certificate:
    """What somebody proved and, unless `status` is none, what it gave. Rows alone."""
    guideline = session.scalar(select(GuidelineVersion).limit(1)) or Make(session).guideline()
    held = Certificate(
        person_id=person.id,
        level_id=level(session, code, rank, "Ambassador" if code == "L1" else code).id,
        cycle=cycle,
        issued_at=datetime.fromisoformat("2025-01-01T09:00+00:00"),
        valid_from=min(starts_on, until - timedelta(days=1)),
        valid_until=until,
        holder_name=person.name,
        guideline_version_id=guideline.id,
        content={},
        content_sha256="",
    )
    session.add(held)
    session.flush()
    if status is not None:
        given = Authorization(
            person_id=person.id,
            level_id=held.level_id,
            certificate_id=held.id,
            status=status,
            reason="",
            starts_on=min(starts_on, until),
            ends_on=until,
            may_reply=False,
            may_commit=False,
            may_in_crisis=False,
        )
        session.add(given)
        session.flush()
        now = {"status": status, "at": held.issued_at, "reason": "by rule", "revision": 1, "ends_on": until}
        flags = dict.fromkeys(("may_reply", "may_commit", "may_in_crisis"), False)
        session.add(AuthorizationStatus(authorization_id=given.id, **now, **flags))
        session.flush()
    return held
