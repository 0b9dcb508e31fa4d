"""What is printed on a certificate, frozen when it is awarded: nothing that changes later changes it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from certificates import vocabulary
from certificates.ladder import LevelView, LevelWords
from courses.catalog import CourseView
from lms.guidelines.catalog import GuidelineView

Content = dict[str, Any]
SCHEMA = 1


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
) -> Content:
    """Every printed word and figure, in every language there is. Plain JSON: days and moments as in ISO 8601."""
    return {
        "schema": SCHEMA,
        "uid": uid,
        "number": number,
        "cycle": cycle,
        "holder": {"name": holder},
        "company": company,
        "level": {
            "code": level.code,
            "rank": level.rank,
            "texts": {language: _words(words, company) for language, words in level.texts.items()},
        },
        "scope": [
            {"dimension": dimension, "value": value, "words": dict(vocabulary.words(dimension, value))}
            for dimension, value in level.scope.pairs()
        ],
        "guideline": _guideline(guideline),
        "courses": [
            {"code": course.code, "slug": course.slug, "version": course.version_number, "titles": dict(course.titles)}
            for course in courses
        ],
        "issued_at": issued_at.isoformat(timespec="seconds"),
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat(),
    }


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
