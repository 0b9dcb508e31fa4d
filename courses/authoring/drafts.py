"""Changing courses: one draft a course, saved text by text, published as a new version that then never changes.

Every deed locks the course first. So two authors never open two drafts, two publishings make one version, and
nothing is saved into a version while it is being published.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from courses.authoring import comparison, copying, editions
from courses.authoring.models import DraftStep, VersionAuthor
from courses.models import Course, CourseVersion, Lesson, LessonText
from courses.sources import citing
from lms.base import audit, clock, richtext
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n import LANGUAGES, gettext
from lms.people.models import Person

ORIGINAL = "en"
"""The language that learners read when theirs is missing: it cannot be left out."""
LONGEST = 200_000
"""Characters of a lesson's HTML once it is cleaned. A lesson of ten minutes has about 15,000."""
MOST_MARKS = 20_000
"""Tags and entities that come in with a text. Cleaning takes its time by these: so many take about a second."""
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
    lock(session, course_id)
    draft, live = edition(session, course_id, "draft"), edition(session, course_id, "published")
    if draft is not None:
        return draft
    if live is None:
        raise NotFound
    draft = _new_draft(session, course_id, person_id)
    copying.fill(session, live.id, draft.id)
    return draft


def save_lesson(
    session: Session,
    lesson_id: int,
    language: str,
    title: str,
    html: str,
    revision: int,
    person_id: int,
    variant: str = "",
) -> LessonText:
    """Keep a lesson of the draft in a language, cleaned. `revision` is that of the text the author had opened.

    Saving what is there already changes nothing. Raises `StaleText` when somebody saved another text in between,
    `Conflict` when the draft has been published meanwhile, `Invalid` for a text that cannot be kept, `NotFound`.
    """
    if language not in LANGUAGES:
        raise NotFound
    title, html = line(title), cleaned(html)
    lesson, version = _locked(session, lesson_id)
    text = session.get(LessonText, (lesson_id, language, variant), populate_existing=True)
    if text is not None and (text.title, text.html.strip()) == (title, html):
        return text
    if (text.revision if text else 0) != revision:
        raise StaleText(editions.text(session, version.id, lesson.slug, language, variant), title, html)
    if text is None:
        text = LessonText(lesson_id=lesson_id, language=language, variant=variant, version_id=version.id)
        session.add(text)
    text.title, text.html, text.policy, text.revision = title, html, richtext.POLICY, revision + 1
    text.saved_at, text.saved_by = clock.now(), person_id
    changed_by(session, version.id, person_id)
    session.flush()
    return text


def cleaned(html: str) -> str:
    """HTML from an author as it is kept. Raises `Invalid` for what is nested too deeply, or long even when clean."""
    if html.count("<") + html.count("&") > MOST_MARKS:
        raise Invalid(gettext("This text carries too much markup to be cleaned at once. Paste it in smaller parts."))
    try:
        html = citing.without_false(richtext.clean(html.replace("\r\n", "\n")).strip())
    except richtext.TooDeep:
        raise Invalid(
            gettext("Parts of this text stand in one another too deeply. Take out lists or quotes in lists.")
        ) from None
    except richtext.TooCrowded:
        raise Invalid(
            gettext("This text carries too much markup to be cleaned at once. Paste it in smaller parts.")
        ) from None
    if len(html) > LONGEST:
        figures = {"count": format(len(html), ","), "most": format(LONGEST, ",")}
        raise Invalid(
            gettext("The text is longer than %(most)s characters: it has %(count)s. Make it two lessons.", **figures)
        )
    return html


def bring_back(session: Session, version_id: int, person_id: int) -> CourseVersion:
    """Make the draft a copy of an older version, to look at and publish again; the old version stays as it is.

    Raises `Conflict` when the version is live or the draft itself, or when the draft holds changes that would be
    lost, and `NotFound`.
    """
    old = session.get(CourseVersion, version_id)
    if old is None:
        raise NotFound
    lock(session, old.course_id)
    draft, live = edition(session, old.course_id, "draft"), edition(session, old.course_id, "published")
    if old in (draft, live):
        raise Conflict(gettext("Version %(number)s does not need to be brought back.", number=old.number))
    if draft and live and not same(session, comparison.texts(session, draft.id, live.id), draft.id, live.id):
        raise Conflict(
            gettext("Draft %(number)s has changes that are not published. Publish them first.", number=draft.number)
        )
    draft = draft or _new_draft(session, old.course_id, person_id)
    draft.created_at, draft.created_by = clock.now(), person_id
    refill(session, old, draft, person_id)
    changed_by(session, draft.id, person_id)
    audit.record(session, "brought back a version", f"course:{old.course_id}", actor_id=person_id, version=old.number)
    return draft


def refill(session: Session, source: CourseVersion, draft: CourseVersion, person_id: int) -> None:
    """Give a draft what another version of its course has. No page opened before saves over it, nothing is undone."""
    revision = session.scalar(
        select(func.max(LessonText.revision))
        .join(CourseVersion, CourseVersion.id == LessonText.version_id)
        .where(CourseVersion.course_id == draft.course_id)
    )
    copying.restore(session, source.id, draft.id, revision=(revision or 0) + 1, person_id=person_id)
    session.execute(delete(DraftStep).where(DraftStep.version_id == draft.id))


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


def lock(session: Session, course_id: int) -> None:
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
    lock(session, version.course_id)
    session.refresh(version)
    if version.status != "draft":
        raise Conflict(
            gettext(
                "Version %(number)s has been published and never changes. Open the lesson again.", number=version.number
            )
        )
    return lesson, version


def same(session: Session, stored: list[comparison.StoredText], draft_id: int, live_id: int) -> bool:
    """Whether two versions hold the same: texts, order, minutes, clauses and titles."""
    return not comparison.changes(stored, draft_id, live_id) and not comparison.reshaped(session, draft_id, live_id)


def edition(session: Session, course_id: int, status: str) -> CourseVersion | None:
    """The draft or the published version as it is now that the course is locked."""
    return session.scalar(
        select(CourseVersion)
        .where(CourseVersion.course_id == course_id, CourseVersion.status == status)
        .execution_options(populate_existing=True)
    )


def changed_by(session: Session, version_id: int, person_id: int) -> None:
    """Remember that somebody changed a draft: who did cannot sign it off. Every deed that changes one says so."""
    if session.get(VersionAuthor, (version_id, person_id)) is None:
        session.add(VersionAuthor(version_id=version_id, person_id=person_id))


def _new_draft(session: Session, course_id: int, person_id: int) -> CourseVersion:
    last = session.scalar(select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course_id))
    draft = CourseVersion(course_id=course_id, number=(last or 0) + 1, created_at=clock.now(), created_by=person_id)
    session.add(draft)
    session.flush()
    return draft


def line(words: str) -> str:
    """Words as one line of text, without control characters."""
    return _CONTROL.sub("", " ".join(words.split()))
