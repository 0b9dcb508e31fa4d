"""What is left of certificates when their holder is erased: every word but the name, to be checked for ever."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from certificates.models import Certificate, Handle
from certificates.papers.models import PaperBatch, PaperBatchItem
from certificates.permissions import taking
from lms.base import clock
from lms.people.events import PersonErased

SIGNS = 5


def person_erased(session: Session, event: PersonErased) -> None:
    """End what she was given, release her accounts, and take her name out of every certificate."""
    taking.end_all(session, event.person_id, event.reason, by_id=event.by_id)
    _release_handles(session, event.person_id)
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
    return {"id": id, "holder_name": name, "content": content | {"holder": {"name": name}}, "erased_at": clock.now()}


def _release_handles(session: Session, person_id: int) -> None:
    """Her accounts are hers no more here, and not named any more."""
    for handle in session.scalars(select(Handle).where(Handle.person_id == person_id)):
        handle.name, handle.released_at = f"erased-{handle.id}", handle.released_at or clock.now()
    session.flush()


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
