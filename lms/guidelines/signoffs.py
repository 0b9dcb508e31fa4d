"""Sign-offs: who read which words of a draft and agreed, or asked for changes.

A sign-off is for exact words: any change after it makes it one of before the change. A version is published with the
agreement of somebody in a legal role who wrote nothing of it, and with nobody's wish for changes left open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Forbidden, Invalid
from lms.base.i18n import gettext
from lms.guidelines import drafting, wording
from lms.guidelines.models import GuidelineSignOff, GuidelineVersion
from lms.people.models import Person, PersonRole

LONGEST_REMARK = 2000


@dataclass(frozen=True)
class Signature:
    """What somebody said of a draft, and when. `fresh`: the words are still those; `counts`: it may be published."""

    person_id: int
    name: str
    decision: str
    remark: str
    at: datetime
    fresh: bool
    legal: bool
    wrote: bool

    @property
    def counts(self) -> bool:
        return self.fresh and self.decision == "agreed" and self.legal and not self.wrote


def read(session: Session, version_id: int, digest: str) -> list[Signature]:
    """The last word of each reviewer on a version, newest first. One statement."""
    legal = exists().where(PersonRole.person_id == GuidelineSignOff.person_id, PersonRole.role == "legal")
    rows = session.execute(
        select(GuidelineSignOff, Person.given_name, Person.family_name, legal, _wrote(version_id))
        .join(Person, Person.id == GuidelineSignOff.person_id)
        .join(GuidelineVersion, GuidelineVersion.id == GuidelineSignOff.version_id)
        .where(GuidelineSignOff.version_id == version_id)
        .order_by(GuidelineSignOff.id.desc())
    )
    found: dict[int, Signature] = {}
    for one, given, family, is_legal, wrote in rows:
        said = (one.decision, one.remark, one.at, one.text_sha256 == digest)
        found.setdefault(
            one.person_id, Signature(one.person_id, f"{given} {family}".strip(), *said, bool(is_legal), bool(wrote))
        )
    return list(found.values())


def missing(signatures: Sequence[Signature]) -> list[str]:
    """What of sign-offs stands in the way of publishing, as sentences."""
    sentences = [
        gettext("%(name)s asked for changes: “%(remark)s”", name=one.name, remark=one.remark)
        for one in signatures
        if one.fresh and one.decision == "changes"
    ]
    if not any(one.counts for one in signatures):
        sentences.append(gettext("Somebody in a legal role, who wrote nothing of it, has to agree with these words."))
    return sentences


def sign(session: Session, slug: str, person_id: int, decision: str, digest: str, remark: str) -> None:
    """Record what a reviewer says of the draft with this digest: "agreed", or "changes" with a remark.

    Raises `Conflict` when the words are others by now, `Forbidden` for who wrote some of them, `Invalid` otherwise.
    """
    if decision not in ("agreed", "changes"):
        raise Invalid(gettext("Choose whether you agree or ask for changes."))
    if decision == "changes" and not remark:
        raise Invalid(gettext("Say what should be changed, so that its authors can do it."))
    if len(remark) > LONGEST_REMARK:
        raise Invalid(gettext("The remark is longer than 2,000 characters."))
    row, view = drafting.locked(session, slug)
    if wording.digest(view) != digest:
        raise Conflict(gettext("The draft was changed after you opened it. Read it again, and decide then."))
    if wrote(session, row.id, person_id):
        raise Forbidden(gettext("You wrote some of these words. Somebody else signs them off."))
    said = {"decision": decision, "text_sha256": digest, "remark": remark}
    session.add(GuidelineSignOff(version_id=row.id, person_id=person_id, at=clock.now(), **said))
    audit.record(session, "signed a guideline draft", f"guideline_version:{row.id}", actor_id=person_id, **said)
    session.flush()


def wrote(session: Session, version_id: int, person_id: int) -> bool:
    """Whether somebody opened a draft or changed something in it."""
    asked = select(_wrote(version_id)).select_from(GuidelineVersion).join(Person, Person.id == person_id)
    return bool(session.scalar(asked.where(GuidelineVersion.id == version_id)))


def _wrote(version_id: int) -> ColumnElement[bool]:
    """Whether the person of a statement wrote some of the version, as the audit trail knows it."""
    kept = exists().where(
        AuditEntry.deed == drafting.CHANGED,
        AuditEntry.subject == f"guideline_version:{version_id}",
        AuditEntry.actor_id == Person.id,
    )
    return or_(GuidelineVersion.drafted_by_id == Person.id, kept)
