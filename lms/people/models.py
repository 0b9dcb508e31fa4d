"""People and where they stand in the company."""

import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base import clock
from lms.base.access import ROLES
from lms.base.db import Base, append_only, one_of

TIERS = ("executive", "manager", "staff")
STATUSES = ("active", "leave", "left")
ABSENCE_SOURCES = ("import", "hand")
LINES = ("second", "dotted")
LISTED_AS = ("full", "initials")
"""How somebody who is listed in the public register is named there."""


class Unit(Base):
    """A part of the company. `path` is its full name, such as `Benelux/Customer care`."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


class Person(Base):
    """Somebody who works here, or did. `uid` is what other systems and the public see."""

    __tablename__ = "person"
    __table_args__ = (
        one_of("tier", TIERS),
        one_of("status", STATUSES),
        one_of("listed_as", LISTED_AS),
        CheckConstraint("manager_id <> id", name="not_own_manager"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(None, "manager_id", "status"),
        Index("ix_person_name", "family_name", "given_name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True, default=lambda: secrets.token_hex(16))
    employee_id: Mapped[str | None] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tier: Mapped[str] = mapped_column(default="staff")
    job: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    time_zone: Mapped[str] = mapped_column(default="Europe/Brussels")
    location: Mapped[str] = mapped_column(default="")
    hire_date: Mapped[date | None]
    left_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="active")
    password_hash: Mapped[str | None]
    listed: Mapped[bool] = mapped_column(default=True)
    listed_as: Mapped[str] = mapped_column(default="full")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class PersonPast(Base):
    """How somebody stood in the company until a moment. The first of these after a past day answers for that day;
    when there is none, the person herself does. Names are not kept here, so that erasing somebody stays possible.
    """

    __tablename__ = "person_past"
    __table_args__ = (Index("ix_person_past_until", "person_id", "until_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    until_at: Mapped[datetime]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    tier: Mapped[str]
    job: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    hire_date: Mapped[date | None]
    status: Mapped[str]


class Absence(Base):
    """Somebody is away from work, on leave, from a day until a day or until further notice. Both days are away."""

    __tablename__ = "absence"
    __table_args__ = (
        one_of("source", ABSENCE_SOURCES),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="days"),
        Index("ix_absence_person", "person_id", "from_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="hand")
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class ReportingLine(Base):
    """Somebody has another manager beside the one of the HR file: a second one, or one by a dotted line.

    That manager sees the person and those below her, and is mailed nothing.
    """

    __tablename__ = "reporting_line"
    __table_args__ = (
        one_of("kind", LINES),
        CheckConstraint("person_id <> manager_id", name="not_own_manager"),
        Index("ix_reporting_line_manager", "manager_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str]
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]


class Deputy(Base):
    """Somebody stands in for a manager from a day until a day: she sees the manager's team and acts for her."""

    __tablename__ = "deputy"
    __table_args__ = (
        CheckConstraint("manager_id <> deputy_id", name="not_oneself"),
        CheckConstraint("until_on >= from_on", name="days"),
        Index("ix_deputy_deputy", "deputy_id", "until_on"),
        Index("ix_deputy_manager", "manager_id", "until_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PersonRole(Base):
    """A role given by hand."""

    __tablename__ = "person_role"
    __table_args__ = (one_of("role", ROLES),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


append_only(PersonPast.__table__)  # type: ignore[arg-type]


class SignIn(Base):
    """A browser in which somebody is signed in, until it is ended or runs out. Only the token's hash is kept."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    browser: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInFailures(Base):
    """How often sign-in failed of late, for an address that was typed or a network it came from, both hashed."""

    __tablename__ = "sign_in_failures"

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
