"""Keeping the index as what is live: changed in the transaction in which a course or a guideline is published."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select
from sqlalchemy.orm import Session

from courses.events import CoursePublished
from courses.models import Course, CourseText, CourseVersion, Lesson, LessonItem, LessonText, Module, ModuleText
from courses.search import words
from courses.search.models import SearchEntry
from lms.base import richtext
from lms.guidelines import catalog as guidelines
from lms.guidelines.events import GuidelinePublished
from lms.guidelines.models import Clause, ClauseText, GuidelineVersion

Row = dict[str, Any]


def course_published(session: Session, event: CoursePublished) -> None:
    """Have the live version of a course found instead of the one before."""
    keep_course(session, event.course_id)


def guideline_published(session: Session, event: GuidelinePublished) -> None:
    """Have the clauses of a new version of a guideline found instead of those before."""
    keep_guideline(session, event.guideline_id)


def rebuild(session: Session) -> str:
    """Make the index anew for what is live and not in it, or in it and not live; "unchanged" when there is nothing."""
    return "updated" if bring_up_to_date(session) else "unchanged"


def bring_up_to_date(session: Session) -> int:
    """Make the index anew for what is live and not in it, or in it and not live; returns how many things that were.

    Safe to repeat: for databases that are older than the index, for whatever wrote without announcing it, and for
    the night in which a guideline that was published before comes into force. Four statements when nothing changed.
    """
    courses = _differing(session, CourseVersion.course_id, CourseVersion.id, SearchEntry.version_id, _LIVE_VERSION)
    guidelines = _differing(
        session, GuidelineVersion.guideline_id, GuidelineVersion.id, SearchEntry.guideline_version_id, _newest()
    )
    for course_id in courses:
        keep_course(session, course_id)
    for guideline_id in guidelines:
        keep_guideline(session, guideline_id)
    return len(courses) + len(guidelines)


def keep_course(session: Session, course_id: int) -> None:
    """Put the texts of the live version of a course into the index, instead of all that is there of the course."""
    session.flush()
    session.execute(delete(SearchEntry).where(SearchEntry.course_id == course_id))
    live = session.execute(
        select(CourseVersion.id, Course.code)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.course_id == course_id, _LIVE_VERSION)
    ).one_or_none()
    if live:
        rows = [*_of_course(session, live.id, live.code), *_of_lessons(session, live.id)]
        _add(session, [row | {"course_id": course_id, "version_id": live.id} for row in rows])


def keep_guideline(session: Session, guideline_id: int) -> None:
    """Put the clauses of the newest version of a guideline into the index, instead of those of any other."""
    session.flush()
    versions = select(GuidelineVersion.id).where(GuidelineVersion.guideline_id == guideline_id)
    session.execute(delete(SearchEntry).where(SearchEntry.guideline_version_id.in_(versions)))
    clauses = session.execute(
        select(Clause.version_id, Clause.code, ClauseText.language, ClauseText.title, ClauseText.body_html)
        .join(ClauseText, ClauseText.clause_id == Clause.id)
        .join(GuidelineVersion, GuidelineVersion.id == Clause.version_id)
        .where(GuidelineVersion.guideline_id == guideline_id, _newest())
    )
    _add(
        session,
        [
            _row("clause", language, f"{code} {title}", richtext.plain(html))
            | {"guideline_version_id": version_id, "clause": code}
            for version_id, code, language, title, html in clauses
        ],
    )


_LIVE_VERSION = CourseVersion.status == "published"


def _newest() -> ColumnElement[bool]:
    """The version that holds today: no draft, and none that holds from a later day."""
    newer, today = GuidelineVersion.__table__.alias(), guidelines.today()
    same = newer.c.guideline_id == GuidelineVersion.guideline_id
    holds = newer.c.published_at.is_not(None), newer.c.effective_on <= today
    newest = ~select(newer.c.id).where(same, newer.c.number > GuidelineVersion.number, *holds).exists()
    return and_(newest, GuidelineVersion.published_at.is_not(None), GuidelineVersion.effective_on <= today)


def _differing(session: Session, owner: Any, version: Any, indexed: Any, is_live: ColumnElement[bool]) -> list[int]:
    """Courses or guidelines of which the index does not hold exactly the live version."""
    live: dict[int, int] = dict(session.execute(select(version, owner).where(is_live)).all())
    held = set(session.scalars(select(indexed).where(indexed.is_not(None)).distinct()))
    owners: dict[int, int] = dict(session.execute(select(version, owner).where(version.in_(held - set(live)))).all())
    return sorted({live[one] for one in set(live) - held} | set(owners.values()))


def _row(kind: str, language: str, title: str, body: str, **more: Any) -> Row:
    title, body = words.plain(title), words.plain(body)
    searched = {"title_words": words.folded(title), "body_words": words.folded(body)}
    empty = {"lesson": "", "clause": "", "variant": "", "lesson_kind": "", "minutes": 0, "guideline_version_id": None}
    empty |= {"course_id": None, "version_id": None}
    return empty | {"kind": kind, "language": language, "title": title, "body": body} | searched | more


def _add(session: Session, rows: list[Row]) -> None:
    if rows:
        session.execute(insert(SearchEntry), rows)


def _of_course(session: Session, version_id: int, code: str) -> Iterator[Row]:
    """What a course says of itself: its summary, its modules and what one can do after them, its code."""
    modules = session.execute(
        select(ModuleText.language, ModuleText.title, ModuleText.objective)
        .join(Module, Module.id == ModuleText.module_id)
        .where(Module.version_id == version_id)
        .order_by(Module.position)
    ).all()
    minutes = sum(
        session.scalars(select(Lesson.minutes).where(Lesson.version_id == version_id, Lesson.optional.is_(False)))
    )
    texts = session.execute(
        select(CourseText.language, CourseText.title, CourseText.summary).where(CourseText.version_id == version_id)
    )
    for language, title, summary in texts:
        own = (f"{name}: {objective}" for spoken, name, objective in modules if spoken == language)
        yield _row("course", language, title, " ".join([summary, *own, code]), minutes=minutes)


def _of_lessons(session: Session, version_id: int) -> Iterator[Row]:
    items = _by_text(
        session.execute(
            select(LessonItem.lesson_id, LessonItem.language, LessonItem.words)
            .where(LessonItem.version_id == version_id)
            .order_by(LessonItem.position)
        )
    )
    texts = session.execute(
        select(Lesson, LessonText.language, LessonText.variant, LessonText.title, LessonText.html)
        .join(LessonText, LessonText.lesson_id == Lesson.id)
        .where(Lesson.version_id == version_id)
    )
    for lesson, language, variant, title, html in texts:
        body = " ".join([richtext.plain(html), *items.get((lesson.id, language), ())])
        about = {"lesson": lesson.slug, "variant": variant, "lesson_kind": lesson.kind, "minutes": lesson.minutes}
        yield _row("lesson", language, title, body, **about)


def _by_text(rows: Iterable[Any]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for lesson_id, language, line in rows:
        found.setdefault((lesson_id, language), []).append(line)
    return found
