"""What signed credentials need: keys, places in the status lists, and where holders have shown them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.base.db import Base, one_of, protect


class SigningKey(Base):
    """The public half of a key that signed credentials. A retired key still proves; a compromised one is warned of.

    The private half is a file of the instance folder, or gone.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        one_of("algorithm", ("RS256", "Ed25519")),
        one_of("state", ("active", "retired", "compromised")),
    )

    kid: Mapped[str] = mapped_column(primary_key=True)
    algorithm: Mapped[str]
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="active")
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]


class StatusEntry(Base):
    """Where a certificate stands in the status lists: a random place in a list of 131,072 bits."""

    __tablename__ = "status_entry"
    __table_args__ = (
        UniqueConstraint("list_number", "place"),
        CheckConstraint("place BETWEEN 0 AND 131071", name="place"),
    )

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    list_number: Mapped[int]
    place: Mapped[int]


class ProfileEntry(Base):
    """Somebody added a certificate to her profile on a network, which nobody but she can change there."""

    __tablename__ = "profile_entry"
    __table_args__ = (UniqueConstraint("certificate_id", "network"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"))
    network: Mapped[str]
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


protect(SigningKey.__table__, ("DELETE",), "a key is kept for ever")  # type: ignore[arg-type]
protect(StatusEntry.__table__, ("UPDATE", "DELETE"), "a place in a status list stays")  # type: ignore[arg-type]
