"""Changing courses: one draft a course, saved text by text, published as a new version that then never changes.

Every deed locks the course first. So two authors never open two drafts, two publishings make one version, and
nothing is saved into a version while it is being published.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.authoring import comparison, copying, editions, proofreading
from courses.models import Course, CourseVersion, Lesson, LessonText
from lms.base import audit, clock, richtext
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import LANGUAGES, gettext
from lms.people.models import Person

ORIGINAL = "en"
"""The language that learners read when theirs is missing: it cannot be left out."""
DEEPEST = 60
"""How deeply the parts of a lesson may stand in one another: no text needs 10, and cleaning 1,000 takes minutes."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class StaleText(Conflict):
    """Somebody saved the text after it was opened here. Carries what was saved and what was to be saved."""

    def __init__(self, theirs: editions.EditedText, title: str, html: str) -> None:
        name = theirs.saved_by or gettext("Somebody")
        super().__init__(gettext("%(name)s saved this text after you opened it.", name=name))
        self.theirs = theirs
        self.title_typed = title
        self.html_typed = html


@dataclass(frozen=True)
class HistoryEntry:
    """A version in the list of versions: what it is, since when, by whom, and what was said of it."""

    id: int
    number: int
    status: str
    note: str
    at: datetime
    by: str | None


def open_draft(session: Session, course_id: int, person_id: int) -> CourseVersion:
    """The draft of a course; when there is none, a new one that is a full copy of the live version."""
    _lock(session, course_id)
    draft, live = _edition(session, course_id, "draft"), _edition(session, course_id, "published")
    if draft is not None:
        return draft
    if live is None:
        raise NotFound
    draft = _new_draft(session, course_id, person_id)
    copying.fill(session, live.id, draft.id)
    return draft


def save_lesson(
    session: Session, lesson_id: int, language: str, title: str, html: str, revision: int, person_id: int
) -> LessonText:
    """Keep a lesson of the draft in a language, cleaned. `revision` is that of the text the author had opened.

    Saving what is there already changes nothing. Raises `StaleText` when somebody saved another text in between,
    `Conflict` when the draft has been published meanwhile, `NotFound`.
    """
    if language not in LANGUAGES:
        raise NotFound
    if richtext.depth(html) > DEEPEST:
        raise Invalid(gettext("Parts of this text stand in one another too deeply. Take out lists or quotes in lists."))
    title, html = _line(title), richtext.clean(html.replace("\r\n", "\n")).strip()
    lesson, version = _locked(session, lesson_id)
    text = session.get(LessonText, (lesson_id, language), populate_existing=True)
    if text is not None and (text.title, text.html.strip()) == (title, html):
        return text
    if (text.revision if text else 0) != revision:
        raise StaleText(editions.text(session, version.id, lesson.slug, language), title, html)
    if text is None:
        text = LessonText(lesson_id=lesson_id, language=language, version_id=version.id)
        session.add(text)
    text.title, text.html, text.policy, text.revision = title, html, richtext.POLICY, revision + 1
    text.saved_at, text.saved_by = clock.now(), person_id
    session.flush()
    return text


def publish(session: Session, course_id: int, person_id: int, note: str) -> CourseVersion:
    """Make the draft the live version; the one before is kept as superseded. Readers get the new text from now on.

    Raises `Conflict` when there is no draft (somebody published it a moment ago) or when it says the same as the
    live version, and `Invalid` when a text has a fault that stops it.
    """
    _lock(session, course_id)
    draft, live = _edition(session, course_id, "draft"), _edition(session, course_id, "published")
    if draft is None:
        raise _nothing_to_publish(live)
    stored = _without_empty_translations(session, draft, live)
    if live is not None and _same(session, stored, draft.id, live.id):
        raise Conflict(gettext("Draft %(number)s says the same as the live version.", number=draft.number))
    faults = comparison.faults(stored, draft.id)
    if faults:
        raise Invalid(_sentence(faults))
    if live is not None:
        live.status = "superseded"
        session.flush()
    draft.status, draft.note = "published", _line(note)
    draft.published_at, draft.published_by = clock.now(), person_id
    session.flush()
    audit.record(session, "published a course", f"course:{course_id}", actor_id=person_id, version=draft.number)
    return draft


def bring_back(session: Session, version_id: int, person_id: int) -> CourseVersion:
    """Make the draft a copy of an older version, to look at and publish again; the old version stays as it is.

    Raises `Conflict` when the version is live or the draft itself, or when the draft holds changes that would be
    lost, and `NotFound`.
    """
    old = session.get(CourseVersion, version_id)
    if old is None:
        raise NotFound
    _lock(session, old.course_id)
    draft, live = _edition(session, old.course_id, "draft"), _edition(session, old.course_id, "published")
    if old in (draft, live):
        raise Conflict(gettext("Version %(number)s does not need to be brought back.", number=old.number))
    if draft and live and not _same(session, comparison.texts(session, draft.id, live.id), draft.id, live.id):
        raise Conflict(
            gettext("Draft %(number)s has changes that are not published. Publish them first.", number=draft.number)
        )
    revision = session.scalar(
        select(func.max(LessonText.revision))
        .join(CourseVersion, CourseVersion.id == LessonText.version_id)
        .where(CourseVersion.course_id == old.course_id)
    )
    draft = draft or _new_draft(session, old.course_id, person_id)
    draft.created_at, draft.created_by = clock.now(), person_id
    copying.restore(session, old.id, draft.id, revision=(revision or 0) + 1, person_id=person_id)
    audit.record(session, "brought back a version", f"course:{old.course_id}", actor_id=person_id, version=old.number)
    return draft


def history(session: Session, course_id: int) -> list[HistoryEntry]:
    """All versions of a course, the newest first, with who opened the draft and who published the others."""
    creator, publisher = aliased(Person), aliased(Person)
    rows = session.execute(
        select(CourseVersion, creator, publisher)
        .outerjoin(creator, creator.id == CourseVersion.created_by)
        .outerjoin(publisher, publisher.id == CourseVersion.published_by)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
    )
    return [_entry(version, opened_by, published_by) for version, opened_by, published_by in rows]


def version(session: Session, course_id: int, number: int) -> CourseVersion:
    """A version of a course by number. Raises `NotFound`."""
    found = session.scalar(
        select(CourseVersion).where(CourseVersion.course_id == course_id, CourseVersion.number == number)
    )
    if found is None:
        raise NotFound
    return found


def _entry(version: CourseVersion, opened_by: Person | None, published_by: Person | None) -> HistoryEntry:
    by = opened_by if version.status == "draft" else published_by
    at = version.published_at or version.created_at
    return HistoryEntry(version.id, version.number, version.status, version.note, at, by.name if by else None)


def _lock(session: Session, course_id: int) -> None:
    """Have whoever else changes this course wait until this transaction ends. SQLite has one writer anyway."""
    statement = select(Course.id).where(Course.id == course_id).with_for_update(key_share=True)
    if session.scalar(statement) is None:
        raise NotFound


def _locked(session: Session, lesson_id: int) -> tuple[Lesson, CourseVersion]:
    """A lesson of a draft and its version, with the course locked."""
    lesson = session.get(Lesson, lesson_id)
    version = session.get(CourseVersion, lesson.version_id) if lesson else None
    if lesson is None or version is None:
        raise NotFound
    _lock(session, version.course_id)
    session.refresh(version)
    if version.status != "draft":
        raise Conflict(
            gettext(
                "Version %(number)s has been published and never changes. Open the lesson again.", number=version.number
            )
        )
    return lesson, version


def _edition(session: Session, course_id: int, status: str) -> CourseVersion | None:
    """The draft or the published version as it is now that the course is locked."""
    return session.scalar(
        select(CourseVersion)
        .where(CourseVersion.course_id == course_id, CourseVersion.status == status)
        .execution_options(populate_existing=True)
    )


def _new_draft(session: Session, course_id: int, person_id: int) -> CourseVersion:
    last = session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course_id))
    draft = CourseVersion(course_id=course_id, number=(last or 0) + 1, created_at=clock.now(), created_by=person_id)
    session.add(draft)
    session.flush()
    return draft


def _same(session: Session, stored: list[comparison.StoredText], draft_id: int, live_id: int) -> bool:
    """Whether two versions hold the same: texts, order, minutes, clauses and titles."""
    return not comparison.changes(stored, draft_id, live_id) and not comparison.reshaped(session, draft_id, live_id)


def _without_empty_translations(
    session: Session, draft: CourseVersion, live: CourseVersion | None
) -> list[comparison.StoredText]:
    """The texts of the draft and the live version. An empty translation that was never live is left out for good."""
    stored = comparison.texts(session, *(edition.id for edition in (draft, live) if edition))
    shown = {(text.slug, text.language) for text in stored if live and text.version_id == live.id}
    begun = [
        text
        for text in stored
        if text.version_id == draft.id
        and text.language != ORIGINAL
        and proofreading.is_empty(text.html)
        and (text.slug, text.language) not in shown
    ]
    if begun:
        which = ((Lesson.slug == text.slug) & (LessonText.language == text.language) for text in begun)
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


def _line(words: str) -> str:
    """Words as one line of text, without control characters."""
    return _CONTROL.sub("", " ".join(words.split()))
