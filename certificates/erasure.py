"""What is left of certificates when their holder is erased: every word but the name, to be checked for ever."""

from sqlalchemy import String, cast, literal, or_, select, update
from sqlalchemy.orm import Session

from certificates.entitlements.models import EntitlementTask
from certificates.handles.models import HandleClaim
from certificates.models import Authorization, Certificate, Handle
from certificates.papers.models import PaperBatch, PaperBatchItem
from certificates.permissions import holds, taking
from certificates.permissions.models import Guest, Hold, Revocation, SpeakerPair
from certificates.way.models import Contribution, Waiver
from lms.base import clock
from lms.people.events import PersonErased

SIGNS = 5
ERASED = "The person was erased."
_LATER = {"synchronize_session": False}
"""What was read before is read anew once all is forgotten."""


def person_erased(session: Session, event: PersonErased) -> None:
    """End what she was given, release her accounts, and take her name out of every certificate."""
    _forget_open_reasons(session, event.person_id)
    taking.end_all(session, event.person_id, event.reason, by_id=event.by_id)
    holds.lift_where(session, ERASED, Hold.person_id == event.person_id, by_id=event.by_id)
    _release_handles(session, event.person_id)
    _forget_claims(session, event.person_id)
    _forget_words(session, event.person_id)
    _forget_papers(session, event.person_id)
    found = session.execute(
        select(Certificate.id, Certificate.number, Certificate.content)
        .where(Certificate.person_id == event.person_id, Certificate.erased_at.is_(None))
        .order_by(Certificate.id)
    ).all()
    if found:
        session.execute(update(Certificate), [_nameless(row.id, row.number, row.content) for row in found])
        session.expire_all()


def pseudonym(number: str) -> str:
    """What the holder of a certificate is called once the name is gone: the first signs of its number."""
    return f"Holder {number[:SIGNS]}"


def _nameless(id: int, number: str, content: dict[str, object]) -> dict[str, object]:
    name = pseudonym(number)
    return {
        "id": id,
        "holder_name": name,
        "content": content | {"holder": {"name": name}},
        "correction": "",
        "erased_at": clock.now(),
    }


def _release_handles(session: Session, person_id: int) -> None:
    """Her accounts are hers no more here, and not named any more."""
    for handle in session.scalars(select(Handle).where(Handle.person_id == person_id)):
        handle.name, handle.released_at = f"erased-{handle.id}", handle.released_at or clock.now()
    session.flush()


def _forget_open_reasons(session: Session, person_id: int) -> None:
    """Why she was paused or was to lose a permission: before that is lifted or decided, and nobody can change it."""
    hers = select(Authorization.id).where(Authorization.person_id == person_id)
    for table, which in (
        (Hold, (Hold.person_id == person_id, Hold.lifted_at.is_(None))),
        (Revocation, (Revocation.authorization_id.in_(hers), Revocation.decided_at.is_(None))),
    ):
        session.execute(update(table).where(*which).values(reason=ERASED), execution_options=_LATER)
    session.expire_all()


def _forget_claims(session: Session, person_id: int) -> None:
    """What became of her claims stays, for no account; those that were open are refused, and nobody is told."""
    now, hers = clock.now(), HandleClaim.person_id == person_id
    nameless = {
        "name": literal("erased-").concat(cast(HandleClaim.id, String)),
        "profile_url": "",
        "problem": "",
        "remark": "",
        "erased_at": now,
    }
    decided = update(HandleClaim).where(hers, HandleClaim.state != "open", HandleClaim.erased_at.is_(None))
    session.execute(decided.values(**nameless), execution_options=_LATER)
    waits = update(HandleClaim).where(hers, HandleClaim.state == "open")
    session.execute(waits.values(**nameless, state="refused", decided_at=now), execution_options=_LATER)


def _forget_words(session: Session, person_id: int) -> None:
    """What she wrote, and what others wrote to recognize her. What they wrote to decide stays, and is not shown."""
    for table, hers, words in (
        (Contribution, Contribution.person_id == person_id, ("url", "words", "remark")),
        (Waiver, Waiver.person_id == person_id, ("reason",)),
        (Guest, Guest.person_id == person_id, ("company",)),
        (SpeakerPair, or_(SpeakerPair.writer_id == person_id, SpeakerPair.executive_id == person_id), ("reason",)),
        (Authorization, Authorization.person_id == person_id, ("reason",)),
        (EntitlementTask, EntitlementTask.person_id == person_id, ("note",)),
    ):
        session.execute(update(table).where(hers).values(dict.fromkeys(words, "")), execution_options=_LATER)
    session.expire_all()


def _forget_papers(session: Session, person_id: int) -> None:
    """Files with her certificates in them cannot be fetched any more; the worker removes them."""
    hers = (
        select(PaperBatchItem.batch_id)
        .join(Certificate, Certificate.id == PaperBatchItem.certificate_id)
        .where(Certificate.person_id == person_id)
    )
    session.execute(
        update(PaperBatch)
        .where(PaperBatch.id.in_(hers), PaperBatch.state.in_(("ready", "asked", "drawing")))
        .values(state="failed", problem="Somebody in it was erased meanwhile. Ask for it again.")
    )
