"""Where files of the library are shown: in which lessons, live and in drafts, and moving drafts on to a new file."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, select
from sqlalchemy.orm import Session, aliased

from courses.authoring import drafts
from courses.media import holdings
from courses.media.holdings import LibraryItem
from courses.media.models import Media
from courses.models import Course, CourseVersion, Lesson, LessonFile, LessonText
from lms.base import audit, clock
from lms.base.i18n import LANGUAGES

_ADDRESS = re.compile(r"/media/([0-9a-f]{64})/[A-Za-z0-9._-]+")
_PICTURE = re.compile(r"<img\b[^>]*>")
_SIZE = re.compile(r'(?<= )(width|height)="\d*"')
IN_USE = ("draft", "published")
_other = aliased(CourseVersion)
_titled = aliased(LessonText)


@dataclass(frozen=True)
class Use:
    """A lesson of a live version or a draft, in one language, that shows a file.

    `current` is false for a live version while there is a draft: what the draft shows is what comes.
    """

    course_id: int
    slug: str
    lesson: str
    title: str
    language: str
    variant: str
    status: str
    current: bool
    sha256: str

    @property
    def words(self) -> str:
        """The place in a line."""
        return f"{self.title} ({self.slug}, {LANGUAGES.get(self.language, self.language)})"


def of(session: Session, digests: Collection[str]) -> list[Use]:
    """Where files, by SHA-256, are shown in live versions and drafts, in the order of courses and lessons.

    Two statements: texts that show any file at all, and files that are forms of lessons.
    """
    wanted = frozenset(digests)
    texts = _of_versions(LessonText, LessonText.title, LessonText.variant, LessonText.html)
    files = _of_versions(LessonFile, func.coalesce(_titled.title, Lesson.slug), literal(""), LessonFile.address)
    files = files.outerjoin(
        _titled,
        and_(
            *(_titled.lesson_id == LessonFile.lesson_id, _titled.language == LessonFile.language, _titled.variant == "")
        ),
    )
    shown = [
        *_shown(session, files.where(LessonFile.address.startswith("/media/")), wanted),
        *_shown(session, texts.where(LessonText.html.contains("/media/")), wanted),
    ]
    order = {"draft": 0, "published": 1}
    once = {(use.slug, place, use.language, use.variant, order[use.status], use.sha256): use for place, use in shown}
    return [once[key] for key in sorted(once)]


def counts(session: Session, items: Iterable[LibraryItem]) -> dict[str, int]:
    """In how many lessons the present file of each item is shown, by `uid` of the item."""
    by_file: dict[str, set[tuple[str, str]]] = {}
    items = list(items)
    for use in of(session, {one.sha256 for one in items}) if items else ():
        by_file.setdefault(use.sha256, set()).add((use.slug, use.lesson))
    return {one.uid: len(by_file.get(one.sha256, ())) for one in items}


def of_item(session: Session, item: LibraryItem, former: Iterable[Media] | None = None) -> list[Use]:
    """Where an item is shown: as it is now, and as it was. `former` are its earlier files, if they are known."""
    earlier = holdings.former(session, item.id) if former is None else former
    return of(session, {item.sha256, *(media.sha256 for media in earlier)})


def behind(item: LibraryItem, uses: Iterable[Use]) -> list[Use]:
    """Those uses that go on showing an earlier file of an item unless a draft is changed."""
    return [use for use in uses if use.current and use.sha256 != item.sha256]


def follow(session: Session, uid: str, person_id: int) -> int:
    """Have the drafts of all courses that show an earlier file of an item show its present one; open those missing.

    Published versions stay as they are. Returns the number of courses changed.
    """
    item = holdings.item(session, uid)
    former = [holdings.address(media) for media in holdings.former(session, item.id)]
    courses = sorted({use.course_id for use in behind(item, of_item(session, item))})
    for course_id in courses:  # always in this order, so that two who do this do not wait for each other
        draft = drafts.open_draft(session, course_id, person_id)
        _move_texts(session, draft.id, former, item, person_id)
        _move_files(session, draft.id, former, item)
        drafts.changed_by(session, draft.id, person_id)
        audit.record(session, "took over a new file", f"course:{course_id}", actor_id=person_id, item=item.id)
    session.flush()
    return len(courses)


def _of_versions(table: type[LessonText] | type[LessonFile], title: Any, variant: Any, words: Any) -> Select[Any]:
    has_draft = exists().where(_other.course_id == Course.id, _other.status == "draft")
    return (
        select(
            *(Lesson.position, Course.id, Course.slug, Lesson.slug, title, table.language, variant),
            *(CourseVersion.status, has_draft, words),
        )
        .join(Lesson, Lesson.id == table.lesson_id)
        .join(CourseVersion, CourseVersion.id == Lesson.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.status.in_(IN_USE))
    )


def _shown(session: Session, statement: Select[Any], wanted: frozenset[str]) -> Iterator[tuple[int, Use]]:
    for place, course_id, slug, lesson, title, language, variant, status, has_draft, words in session.execute(
        statement
    ):
        current = status == "draft" or not has_draft
        for digest in {match[1] for match in _ADDRESS.finditer(words)} & wanted:
            yield place, Use(course_id, slug, lesson, title, language, variant, status, current, digest)


def _move_texts(session: Session, draft_id: int, former: Iterable[str], item: LibraryItem, person_id: int) -> None:
    texts = session.scalars(
        select(LessonText)
        .where(LessonText.version_id == draft_id, LessonText.html.contains("/media/"))
        .execution_options(populate_existing=True)
    )
    for text in texts:
        html = moved(text.html, former, item)
        if html != text.html:
            text.html, text.revision = html, text.revision + 1
            text.saved_at, text.saved_by = clock.now(), person_id


def _move_files(session: Session, draft_id: int, former: Collection[str], item: LibraryItem) -> None:
    rows = select(LessonFile).where(LessonFile.version_id == draft_id, LessonFile.address.in_(former))
    for file in session.scalars(rows):
        file.address, file.seconds = item.address, item.seconds or file.seconds


def moved(html: str, former: Iterable[str], item: LibraryItem) -> str:
    """Stored HTML with the present file of an item in the place of earlier ones; pictures get its width and height."""
    for old in former:
        html = _PICTURE.sub(lambda tag: _resized(tag[0], item) if f'"{old}"' in tag[0] else tag[0], html)  # noqa: B023
        html = html.replace(f'"{old}"', f'"{item.address}"')
    return html


def _resized(tag: str, item: LibraryItem) -> str:
    sizes = {"width": item.width, "height": item.height}
    return _SIZE.sub(lambda one: f'{one[1]}="{sizes[one[1]] or ""}"', tag)
