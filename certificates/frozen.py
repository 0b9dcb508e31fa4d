"""What is printed on a certificate, frozen when it is awarded: nothing that changes later changes it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from certificates import vocabulary
from certificates.ladder import LevelView, LevelWords
from certificates.standing import Scope
from courses.catalog import CourseView
from lms.guidelines.catalog import GuidelineView

Content = dict[str, Any]
SCHEMA = 2
"""2: with the subject, her identity as a salted hash, and what the certificate rests on."""


def content(
    *,
    uid: str,
    number: str,
    cycle: int,
    holder: str,
    company: str,
    level: LevelView,
    courses: Iterable[CourseView],
    guideline: GuidelineView,
    issued_at: datetime,
    valid_from: date,
    valid_until: date,
    scope: Scope | None = None,
    subject: str = "",
    identity: Mapping[str, str] | None = None,
    requirements: Iterable[Mapping[str, Any]] = (),
) -> Content:
    """Every printed word and figure, in every language there is. Plain JSON: days and moments as in ISO 8601.

    `scope` is what is given, that of the level unless told. `subject` is the public id of the holder, `identity` the
    one by which a wallet recognizes her (`identity_of`), `requirements` what the certificate rests on.
    """
    return shared(level=level, company=company, guideline=guideline, scope=scope) | own(
        uid=uid,
        number=number,
        cycle=cycle,
        holder=holder,
        courses=courses,
        issued_at=issued_at,
        valid_from=valid_from,
        valid_until=valid_until,
        subject=subject,
        identity=identity,
        requirements=requirements,
    )


def shared(*, level: LevelView, company: str, guideline: GuidelineView, scope: Scope | None = None) -> Content:
    """The part that is the same for all who are awarded a level together."""
    return {
        "schema": SCHEMA,
        "company": company,
        "level": {
            "code": level.code,
            "rank": level.rank,
            "texts": {language: _words(words, company) for language, words in level.texts.items()},
        },
        "scope": [
            {"dimension": dimension, "value": value, "words": dict(vocabulary.words(dimension, value))}
            for dimension, value in (level.scope if scope is None else scope).pairs()
        ],
        "guideline": _guideline(guideline),
    }


def own(
    *,
    uid: str,
    number: str,
    cycle: int,
    holder: str,
    courses: Iterable[CourseView],
    issued_at: datetime,
    valid_from: date,
    valid_until: date,
    subject: str,
    identity: Mapping[str, str] | None,
    requirements: Iterable[Mapping[str, Any]],
) -> Content:
    """The part that is the holder's alone."""
    return {
        "uid": uid,
        "number": number,
        "cycle": cycle,
        "holder": {"name": holder},
        "courses": [
            {"code": course.code, "slug": course.slug, "version": course.version_number, "titles": dict(course.titles)}
            for course in courses
        ],
        "issued_at": issued_at.isoformat(timespec="seconds"),
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat(),
        "subject": f"urn:uuid:{UUID(hex=subject)}" if subject else None,
        "identity": dict(identity) if identity else None,
        "requirements": [dict(one) for one in requirements],
    }


def identity_of(email: str, salt: str) -> dict[str, str]:
    """A mail address so that only who knows it can recognize it: the SHA-256 of the address and a salt.

    Source: IdentityObject of Open Badges 3.0, `identityHash` and `salt`.
    """
    return {"salt": salt, "hash": hashlib.sha256(f"{email.lower()}{salt}".encode()).hexdigest()}


def digest(frozen: Content) -> str:
    """The SHA-256 of the canonical form: keys sorted, no blanks, UTF-8."""
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _words(words: LevelWords, company: str) -> dict[str, Any]:
    def filled(text: str) -> str:
        return text.replace("{company}", company)

    return {
        "name": filled(words.name),
        "allows": filled(words.allows),
        "criteria": filled(words.criteria),
        "disclosure": filled(words.disclosure),
        "may": [filled(item) for item in words.may],
        "never": [filled(item) for item in words.never],
    }


def _guideline(guideline: GuidelineView) -> Content:
    return {
        "slug": guideline.slug,
        "version": guideline.number,
        "titles": dict(guideline.titles),
        "sha256s": dict(guideline.sha256s),
        "clauses": [{"code": clause.code, "titles": dict(clause.titles)} for clause in guideline.clauses],
    }
