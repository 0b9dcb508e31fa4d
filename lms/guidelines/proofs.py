"""How somebody stands with a guideline, and the proof of what she accepted."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import Session, aliased

from lms.base import clock
from lms.base.errors import NotFound
from lms.guidelines import catalog, wording
from lms.guidelines.attestations import KEPT, exact_text, holds_for, same_clauses
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.models import Attestation, GuidelineVersion

YEARLY = timedelta(days=300)
"""After so long somebody is asked to accept again what she accepted: before the year of her certificate is over."""


@dataclass(frozen=True)
class Proof:
    """What somebody accepted, when, and the text as it is built anew from the stored words.

    `proven`: its SHA-256 is the one that was kept on that day.
    """

    attestation: Attestation
    version: GuidelineView
    text: str

    @property
    def proven(self) -> bool:
        return wording.sha256(self.text) == self.attestation.text_sha256


def proof(session: Session, attestation_id: int, *, person_id: int | None = None) -> Proof:
    """The proof of an acceptance; with `person_id`, of hers alone. Raises `NotFound`."""
    wanted = select(Attestation).where(Attestation.id == attestation_id)
    kept = session.scalar(wanted if person_id is None else wanted.where(Attestation.person_id == person_id))
    if kept is None:
        raise NotFound
    version = catalog.version(session, kept.version_id)
    exact = exact_text(version, kept.language, kept.tier, kept.country)
    return Proof(kept, version, exact.text if exact else "")


def proves(session: Session, attestation_id: int) -> bool:
    """Whether the text built anew for an acceptance has the SHA-256 that was kept with it. Raises `NotFound`."""
    return proof(session, attestation_id).proven


@dataclass(frozen=True)
class Mine:
    """How somebody stands with a version: whether what she accepted holds for it, and her newest acceptance.

    `number` is that of the version she accepted.
    """

    in_force: bool
    attestation: Attestation | None = None
    number: int | None = None

    @property
    def settled(self) -> bool:
        """Whether accepting the same words once more would change nothing."""
        return self.attestation is not None and clock.now() - self.attestation.accepted_at < KEPT

    def asked_again(self, version: GuidelineView, tier: str, country: str) -> str:
        """Why she is asked to accept once more what holds for her: "place" (other clauses), "year", or nothing.

        Her acceptance holds all the same: nobody loses a permission because she moved or a day went by.
        """
        if not self.in_force or self.attestation is None:
            return ""
        kept = self.attestation
        if not same_clauses(version, kept.tier, kept.country, tier, country):
            return "place"
        return "year" if clock.now() - kept.accepted_at >= YEARLY else ""


def mine(session: Session, person_id: int, version_id: int) -> Mine:
    """How somebody stands with a version of a guideline. One statement."""
    held, meant = aliased(GuidelineVersion), aliased(GuidelineVersion)
    row = session.execute(
        select(holds_for(literal(person_id), literal(version_id)), Attestation, held.number)
        .select_from(meant)
        .outerjoin(held, held.guideline_id == meant.guideline_id)
        .outerjoin(Attestation, and_(Attestation.version_id == held.id, Attestation.person_id == person_id))
        .where(meant.id == version_id)
        .order_by(Attestation.id.is_(None), held.number.desc(), Attestation.id.desc())
        .limit(1)
    ).one()
    return Mine(bool(row[0]), row[1], row[2] if row[1] else None)
