"""Accepting a guideline, or clauses of it: bound to the exact words that were on the page."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from lms.base import audit, clock
from lms.base.errors import Conflict, NotFound
from lms.base.events import announce
from lms.base.i18n import gettext
from lms.guidelines import catalog, wording
from lms.guidelines.catalog import GuidelineView
from lms.guidelines.events import GuidelineAccepted
from lms.guidelines.models import Attestation, Clause, ClauseAttestation, Guideline, GuidelineVersion
from lms.people.models import Person

KEPT = timedelta(days=180)
"""For so long accepting the same words again changes nothing."""


@dataclass(frozen=True)
class ExactText:
    """The words that somebody accepts, and their SHA-256."""

    text: str
    sha256: str


def exact_text(version: GuidelineView, language: str, tier: str, country: str) -> ExactText | None:
    """A version as somebody of a tier in a country accepts it: the clauses for everybody and those for her.

    A version without limited clauses is the same for everybody: its whole text. Nothing in a language it is not in.
    """
    if language not in version.wholes:
        return None
    if not version.limited:
        return ExactText(version.wholes[language], version.sha256s[language])
    text = wording.whole(version, language, version.clauses_for(tier, country))
    return ExactText(text, wording.sha256(text))


def in_force(session: Session, person_id: int, guideline: GuidelineView) -> bool:
    """Whether what somebody has accepted holds for this version: it, or one since the newest material version.

    A version with minor changes need not be accepted again. One statement.
    """
    return accepted(session, person_id, guideline.version_id)


def accepted(session: Session, person_id: int, version_id: int) -> bool:
    """Whether somebody has accepted a version, or one before it from which it differs in minor things only."""
    return bool(session.scalar(select(holds_for(literal(person_id), literal(version_id)))))


def accepted_by(session: Session, person_ids: Collection[int], version_id: int) -> set[int]:
    """Those of some people of whom `accepted` is true. One statement."""
    holds = holds_for(Person.id.expression, literal(version_id))
    return set(session.scalars(select(Person.id).where(Person.id.in_(person_ids), holds)))


def holds_for(person_id: ColumnElement[int], version_id: ColumnElement[int]) -> ColumnElement[bool]:
    """For queries over many people: whether what each has accepted holds for a version, as `accepted` says."""
    meant, held = aliased(GuidelineVersion), aliased(GuidelineVersion)
    return exists(
        select(Attestation.id)
        .join(held, held.id == Attestation.version_id)
        .join(meant, meant.guideline_id == held.guideline_id)
        .where(
            Attestation.person_id == person_id,
            meant.id == version_id,
            held.number >= func.coalesce(_material_number(meant), meant.number),
        )
    )


def material_counts(session: Session, person_ids: Collection[int], slug: str) -> dict[int, int]:
    """How often people have accepted a guideline anew: other rules, or the same ones again after a time.

    Versions with minor changes count with the one before. It is the cycle of a level that asks for nothing but the
    guideline. By person; who never did is left out. One statement.
    """
    since = func.coalesce(_material_number(GuidelineVersion), 0).label("since")
    times = (
        select(Attestation.person_id, since, Attestation.number)
        .distinct()
        .select_from(Attestation)
        .join(GuidelineVersion, GuidelineVersion.id == Attestation.version_id)
        .join(Guideline, Guideline.id == GuidelineVersion.guideline_id)
        .where(Attestation.person_id.in_(person_ids), Guideline.slug == slug)
        .subquery()
    )
    statement = select(times.c.person_id, func.count()).group_by(times.c.person_id)
    return {row.person_id: row[1] for row in session.execute(statement)}


def _material_number(version: Any) -> ScalarSelect[int | None]:
    """The number of the newest material version that is not newer than this one."""
    other = aliased(GuidelineVersion)
    return (
        select(func.max(other.number))
        .where(
            other.guideline_id == version.guideline_id,
            other.number <= version.number,
            other.material,
            other.published_at.is_not(None),
        )
        .correlate(version)
        .scalar_subquery()
    )


def accept(session: Session, person_id: int, version_id: int, language: str, sha256: str | None = None) -> None:
    """Record that somebody accepts the text of a version in a language.

    What is accepted is the text with the clauses for her tier and country, as she has them on this day. Once more
    changes nothing within `KEPT`, unless her clauses are others by now; later it counts as accepting anew.
    `sha256` is that of the text on the page. Raises `Conflict` when the text is another by now.
    """
    locked = select(Person.tier, Person.country).where(Person.id == person_id).with_for_update(key_share=True)
    tier, country = session.execute(locked).one()
    version = catalog.version(session, version_id)
    text = exact_text(version, language, tier, country)
    if text is None or (sha256 is not None and sha256 != text.sha256):
        raise Conflict(gettext("The guideline has a newer text. Please read it and accept that one."))
    number = _number(_of_these_rules(session, person_id, version_id), version, tier, country)
    if number is None:
        return
    words = {"language": language, "tier": tier, "country": country, "text_sha256": text.sha256, "number": number}
    session.add(Attestation(person_id=person_id, version_id=version_id, accepted_at=clock.now(), **words))
    session.flush()
    audit.record(session, "accepted a guideline", f"guideline_version:{version_id}", actor_id=person_id)
    announce(session, GuidelineAccepted(person_id=person_id, version_id=version_id))


def _of_these_rules(session: Session, person_id: int, version_id: int) -> list[Attestation]:
    """What somebody accepted of the versions with the same rules as this one, newest first. One statement."""
    meant, held = aliased(GuidelineVersion), aliased(GuidelineVersion)
    return list(
        session.scalars(
            select(Attestation)
            .join(held, held.id == Attestation.version_id)
            .join(meant, meant.guideline_id == held.guideline_id)
            .where(
                Attestation.person_id == person_id,
                meant.id == version_id,
                func.coalesce(_material_number(held), 0) == func.coalesce(_material_number(meant), 0),
            )
            .order_by(Attestation.id.desc())
        )
    )


def _number(before: list[Attestation], version: GuidelineView, tier: str, country: str) -> int | None:
    """How manyth time these rules are accepted now; nothing when this version was, in these words, a while ago."""
    still = [
        one
        for one in before
        if clock.now() - one.accepted_at < KEPT and same_clauses(version, one.tier, one.country, tier, country)
    ]
    if any(one.version_id == version.version_id for one in still):
        return None
    highest = max((one.number for one in before), default=0)
    used = {one.number for one in before if one.version_id == version.version_id}
    return highest if still and highest not in used else highest + 1


def same_clauses(version: GuidelineView, tier: str, country: str, now_tier: str, now_country: str) -> bool:
    """Whether a version has the same clauses for somebody of another tier or country than before."""
    return version.clauses_for(tier, country) == version.clauses_for(now_tier, now_country)


@dataclass(frozen=True)
class AskedClause:
    """A clause of the live guideline that somebody is asked to accept, in the language in which she reads it."""

    code: str
    kind: str
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
    return AskedClause(clause.code, clause.kind, spoken, title, html, clause.red_line, shas[spoken], accepted)
