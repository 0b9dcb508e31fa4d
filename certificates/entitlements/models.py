"""Tools, accounts and devices that follow from a level, and the tasks to hand them out and to take them back."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base, one_of


class Entitlement(Base):
    """Something holders of a level receive. `returnable`: it is given back when the permission is over."""

    __tablename__ = "entitlement"
    __table_args__ = (one_of("kind", ("tool", "handle", "device")), UniqueConstraint("level_id", "code"))

    id: Mapped[int] = mapped_column(primary_key=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("level.id"))
    code: Mapped[str]
    kind: Mapped[str]
    returnable: Mapped[bool]
    retired_at: Mapped[datetime | None]
    texts: Mapped[list["EntitlementText"]] = relationship(lazy="raise")


class EntitlementText(Base):
    """An entitlement in one language."""

    __tablename__ = "entitlement_text"

    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str] = mapped_column(default="")


class EntitlementTask(Base):
    """Handing something out to a holder and taking it back: one row from the one to the other."""

    __tablename__ = "entitlement_task"
    __table_args__ = (
        UniqueConstraint("entitlement_id", "authorization_id"),
        one_of("state", ("to_give", "given", "to_return", "returned", "dropped")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"))
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorization.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    opened_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    return_asked_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")
