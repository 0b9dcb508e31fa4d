"""Variants of a lesson: a text of its own for a tier or a country, beside the one for everybody."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from courses.authoring import drafts
from courses.models import CourseVersion, Lesson, LessonText
from lms.base import audit, clock
from lms.base.countries import countries
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import gettext
from lms.people.models import TIERS

EVERYBODY = ""


@dataclass(frozen=True)
class Saved:
    """When a text was last saved: by variant and language, what an editor needs to know of the others."""

    title: str
    saved_at: datetime


Texts = Mapping[tuple[str, str], Saved]


def known(variant: str) -> bool:
    """Whether this names readers: nobody in particular, a tier or a country."""
    kind, _, key = variant.partition(":")
    if kind == "tier":
        return key in TIERS
    return variant == EVERYBODY or (kind == "country" and key in countries("en"))


def name(variant: str, language: str) -> str:
    """The readers of a variant, for a person who reads this language."""
    kind, _, key = variant.partition(":")
    tiers = {"executive": gettext("Executives"), "manager": gettext("Managers"), "staff": gettext("Staff")}
    return tiers.get(key, key) if kind == "tier" else countries(language).get(key, key or gettext("Everybody"))


def of_lesson(session: Session, version_id: int, slug: str) -> Texts:
    """All texts of a lesson, without their words, by variant and language. One statement."""
    rows = session.execute(
        select(LessonText.variant, LessonText.language, LessonText.title, LessonText.saved_at)
        .join(Lesson, Lesson.id == LessonText.lesson_id)
        .where(Lesson.version_id == version_id, Lesson.slug == slug)
        .order_by(LessonText.variant, LessonText.language)
    )
    return {(variant, language): Saved(title, saved_at) for variant, language, title, saved_at in rows}


def names(texts: Iterable[tuple[str, str]]) -> list[str]:
    """The variants among texts, everybody first."""
    return sorted({EVERYBODY} | {variant for variant, _ in texts})


def add(session: Session, course_id: int, slug: str, variant: str, person_id: int) -> None:
    """Give a lesson a variant that begins as a copy of the text for everybody, in all its languages.

    Raises `Invalid` for readers that do not exist, `Conflict` when the lesson has it already, `NotFound`.
    """
    if not variant or not known(variant):
        raise Invalid(gettext("Choose a tier or a country from the list."))
    draft = drafts.open_draft(session, course_id, person_id)
    lesson, texts = _lesson(session, draft.id, slug)
    if any(text.variant == variant for text in texts):
        raise Conflict(gettext("This lesson has a text of its own for these readers already."))
    revision = _beyond_any(session, course_id)
    for text in texts:
        if text.variant == EVERYBODY:
            session.add(_copy(text, variant, revision, person_id))
    _told(session, draft, person_id, "added a variant", lesson, variant)


def remove(session: Session, course_id: int, slug: str, variant: str, person_id: int) -> None:
    """Take a variant away, in all its languages: its readers get the text for everybody again.

    Raises `Conflict` when somebody removed it a moment ago, `NotFound`.
    """
    draft = drafts.open_draft(session, course_id, person_id)
    lesson, texts = _lesson(session, draft.id, slug)
    if not variant or all(text.variant != variant for text in texts):
        raise Conflict(gettext("This lesson has no text of its own for these readers. Perhaps it was just removed."))
    session.execute(delete(LessonText).where(LessonText.lesson_id == lesson.id, LessonText.variant == variant))
    _told(session, draft, person_id, "removed a variant", lesson, variant)


def _lesson(session: Session, version_id: int, slug: str) -> tuple[Lesson, list[LessonText]]:
    lesson = session.scalar(select(Lesson).where(Lesson.version_id == version_id, Lesson.slug == slug))
    if lesson is None:
        raise NotFound
    return lesson, list(session.scalars(select(LessonText).where(LessonText.lesson_id == lesson.id)))


def _copy(text: LessonText, variant: str, revision: int, person_id: int) -> LessonText:
    words = {"title": text.title, "html": text.html, "policy": text.policy}
    place = {"lesson_id": text.lesson_id, "language": text.language, "version_id": text.version_id}
    return LessonText(**place, variant=variant, **words, revision=revision, saved_at=clock.now(), saved_by=person_id)


def _beyond_any(session: Session, course_id: int) -> int:
    """A revision that no open page knows, so that none saves over a variant that was removed and came back.

    What was removed left no number behind, so this one is drawn by chance, beyond those that are there.
    """
    highest = session.scalar(
        select(func.max(LessonText.revision))
        .join(CourseVersion, CourseVersion.id == LessonText.version_id)
        .where(CourseVersion.course_id == course_id)
    )
    return (highest or 0) + 1 + secrets.randbelow(10_000)


def _told(session: Session, draft: CourseVersion, person_id: int, deed: str, lesson: Lesson, variant: str) -> None:
    drafts.changed_by(session, draft.id, person_id)
    of = f"course:{draft.course_id}"
    audit.record(session, deed, of, actor_id=person_id, version=draft.number, lesson=lesson.slug, variant=variant)
    session.flush()
