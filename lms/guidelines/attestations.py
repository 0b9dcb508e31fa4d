"""Accepting a guideline, or clauses of it: bound to the exact words that were on the page."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.guidelines import catalog
from lms.guidelines.events import GuidelineAccepted
from lms.guidelines.models import Attestation, Clause, ClauseAttestation
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


@dataclass(frozen=True)
class AskedClause:
    """A clause of the live guideline that somebody is asked to accept, in the language in which she reads it."""

    code: str
    language: str
    title: str
    html: str
    red_line: bool
    sha256: str
    accepted: bool


def asked_clauses(session: Session, person_id: int, codes: Iterable[str], language: str) -> list[AskedClause]:
    """The clauses with these codes as the live guideline has them, and which of them this person has accepted.

    What was accepted stands as long as the words in the language of the acceptance are the same, in whatever version.
    Codes that the guideline does not have are left out. Two statements.
    """
    try:
        guideline = catalog.live(session)
    except NotFound:
        return []
    wanted = set(codes)
    clauses = [clause for clause in guideline.clauses if clause.code in wanted]
    known = _accepted_words(session, person_id, [clause.code for clause in clauses])
    return [_asked(clause, language, known) for clause in clauses]


def accept_clauses(
    session: Session, person_id: int, codes: Iterable[str], language: str, shown: Mapping[str, str] | None = None
) -> None:
    """Record that somebody accepts clauses of the live guideline, in a language. A second time changes nothing.

    `shown` has the SHA-256 of the words that were on the page, by code. Raises `Conflict` when they are others by now.
    """
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))  # one at a time
    asked = asked_clauses(session, person_id, codes, language)
    if shown is not None and any(shown.get(clause.code, clause.sha256) != clause.sha256 for clause in asked):
        raise Conflict(gettext("The guideline has a newer text. Please read it and accept that one."))
    new = {clause.code: clause for clause in asked if not clause.accepted}
    if not new:
        return
    guideline, now = catalog.live(session), clock.now()
    rows = select(Clause.code, Clause.id).where(Clause.version_id == guideline.version_id, Clause.code.in_(new))
    for code, clause_id in session.execute(rows):
        clause = new[code]
        words = {"language": clause.language, "text_sha256": clause.sha256}
        session.add(ClauseAttestation(person_id=person_id, clause_id=clause_id, accepted_at=now, **words))
    session.flush()
    subject = f"guideline_version:{guideline.version_id}"
    audit.record(session, "accepted clauses", subject, actor_id=person_id, clauses=sorted(new))


def words_sha256(title: str, html: str) -> str:
    """The SHA-256 of a clause's exact words: its title, an empty line, its body as HTML."""
    return hashlib.sha256(f"{title}\n\n{html}".encode()).hexdigest()


def _accepted_words(session: Session, person_id: int, codes: list[str]) -> set[tuple[str, str, str]]:
    """Code, language and words of the clauses somebody accepted, in any version of the guideline."""
    rows = session.execute(
        select(Clause.code, ClauseAttestation.language, ClauseAttestation.text_sha256)
        .join(Clause, Clause.id == ClauseAttestation.clause_id)
        .where(ClauseAttestation.person_id == person_id, Clause.code.in_(codes))
    )
    return {(code, spoken, sha256) for code, spoken, sha256 in rows}


def _asked(clause: catalog.ClauseView, language: str, known: set[tuple[str, str, str]]) -> AskedClause:
    shas = {spoken: words_sha256(title, clause.bodies[spoken]) for spoken, title in clause.titles.items()}
    spoken = next(code for code in (language, "en", *shas) if code in shas)
    accepted = any((clause.code, code, sha256) in known for code, sha256 in shas.items())
    title, html = clause.titles[spoken], clause.bodies[spoken]
    return AskedClause(clause.code, spoken, title, html, clause.red_line, shas[spoken], accepted)
