"""Accepting a guideline: bound to the exact words that were on the page."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.guidelines import catalog
from lms.guidelines.events import GuidelineAccepted
from lms.guidelines.models import Attestation
from lms.people.models import Person


def accepted(session: Session, person_id: int, version_id: int) -> bool:
    """Whether somebody has accepted a version."""
    return bool(
        session.scalar(select(exists().where(Attestation.person_id == person_id, Attestation.version_id == version_id)))
    )


def accept(session: Session, person_id: int, version_id: int, language: str, sha256: str | None = None) -> None:
    """Record that somebody accepts the text of a version in a language. A second time changes nothing.

    `sha256` is that of the text on the page. Raises `Conflict` when the text is another by now.
    """
    text = catalog.whole_text(session, version_id, language)
    if text is None or (sha256 is not None and sha256 != text.sha256):
        raise Conflict(gettext("The guideline has a newer text. Please read it and accept that one."))
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))  # one at a time
    if accepted(session, person_id, version_id):
        return
    session.add(
        Attestation(
            person_id=person_id,
            version_id=version_id,
            language=language,
            text_sha256=text.sha256,
            accepted_at=clock.now(),
        )
    )
    session.flush()
    audit.record(session, "accepted a guideline", f"guideline_version:{version_id}", actor_id=person_id)
    announce(session, GuidelineAccepted(person_id=person_id, version_id=version_id))
