"""People and where they stand in the company."""

import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.base import clock
from lms.base.access import ROLES
from lms.base.db import Base, one_of

TIERS = ("executive", "manager", "staff")
STATUSES = ("active", "leave", "left")
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
    hire_date: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="active")
    password_hash: Mapped[str | None]
    listed: Mapped[bool] = mapped_column(default=True)
    listed_as: Mapped[str] = mapped_column(default="full")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class PersonRole(Base):
    """A role given by hand."""

    __tablename__ = "person_role"
    __table_args__ = (one_of("role", ROLES),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


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
