"""Publishing: the draft of a course becomes its live version, which then never changes."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from courses.authoring import comparison, drafts, proofreading
from courses.authoring.drafts import ORIGINAL
from courses.models import CourseVersion, Lesson, LessonText
from courses.review import signoffs
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid
from lms.base.i18n import LANGUAGES, gettext


def publish(session: Session, course_id: int, person_id: int, note: str) -> CourseVersion:
    """Make the draft the live version; the one before is kept as superseded. Readers get the new text from now on.

    Raises `Conflict` when there is no draft (somebody published it a moment ago) or when it says the same as the
    live version, and `Invalid` when a text has a fault that stops it.
    """
    drafts.lock(session, course_id)
    draft, live = drafts.edition(session, course_id, "draft"), drafts.edition(session, course_id, "published")
    if draft is None:
        raise _nothing_to_publish(live)
    stored = _without_empty_translations(session, draft, live)
    if live is not None and drafts.same(session, stored, draft.id, live.id):
        raise Conflict(gettext("Draft %(number)s says the same as the live version.", number=draft.number))
    faults = comparison.faults(stored, draft.id)
    if faults:
        raise Invalid(_sentence(faults))
    if unsigned := signoffs.missing(session, draft, live):
        raise Invalid(" ".join(unsigned))
    if live is not None:
        live.status = "superseded"
        session.flush()
    draft.status, draft.note = "published", drafts.line(note)
    draft.published_at, draft.published_by = clock.now(), person_id
    draft.change = "minor" if live else "first"
    session.flush()
    audit.record(session, "published a course", f"course:{course_id}", actor_id=person_id, version=draft.number)
    return draft


def _without_empty_translations(
    session: Session, draft: CourseVersion, live: CourseVersion | None
) -> list[comparison.StoredText]:
    """The texts of the draft and the live version. An empty translation that was never live is left out for good."""
    stored = comparison.texts(session, *(edition.id for edition in (draft, live) if edition))
    shown = {(text.slug, text.language, text.variant) for text in stored if live and text.version_id == live.id}
    begun = [
        text
        for text in stored
        if text.version_id == draft.id
        and text.language != ORIGINAL
        and proofreading.is_empty(text.html)
        and (text.slug, text.language, text.variant) not in shown
    ]
    if begun:
        which = (
            and_(Lesson.slug == text.slug, LessonText.language == text.language, LessonText.variant == text.variant)
            for text in begun
        )
        rows = session.scalars(
            select(LessonText)
            .join(Lesson, Lesson.id == LessonText.lesson_id)
            .where(LessonText.version_id == draft.id, or_(*which))
        )
        for row in rows:
            session.delete(row)
        session.flush()
    return [text for text in stored if text not in begun]


def _nothing_to_publish(live: CourseVersion | None) -> Conflict:
    if live is None:
        return Conflict(gettext("There is no draft to publish."))
    return Conflict(
        gettext(
            "There is no draft to publish. Version %(number)s is live; perhaps somebody published it a moment ago.",
            number=live.number,
        )
    )


def _sentence(faults: list[comparison.Fault]) -> str:
    first = faults[0]
    words = gettext(
        "“%(title)s” (%(language)s): %(fault)s",
        title=first.title,
        language=LANGUAGES.get(first.language, first.language),
        fault=first.sentence,
    )
    if len(faults) == 1:
        return words
    return words + " " + gettext("And %(count)s more.", count=len(faults) - 1)
