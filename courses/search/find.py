"""Finding what is live by its words, as far as the reader may see it."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from courses import redo
from courses.enrollment_models import Enrollment, LessonCompletion
from courses.models import Course
from courses.search import words
from courses.search.engines import engine
from courses.search.models import SearchEntry
from courses.search.words import Part
from lms.guidelines.models import Guideline, GuidelineVersion

A_PAGE = 20


@dataclass(frozen=True)
class Reader:
    """Who asks: it decides which texts of a lesson are hers, what comes first, and what she has completed."""

    person_id: int
    language: str
    tier: str
    country: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. Each filter that is empty lets everything through; `minutes` is at most so many."""

    query: str
    kind: str = ""
    tier: str = ""
    language: str = ""
    lesson_kind: str = ""
    minutes: int = 0
    to_do: bool = False
    page: int = 1


@dataclass(frozen=True)
class Found:
    """A result: where it is, and its title and a piece of its text, cut where the words asked for stand.

    `minutes` are what it takes; those of a course count its needed lessons and its quiz.
    """

    kind: str
    course_id: int | None
    course: str | None
    lesson: str
    guideline: str | None
    clause: str
    language: str
    lesson_kind: str
    minutes: int
    title: list[Part]
    snippet: list[Part]


@dataclass(frozen=True)
class Results:
    """A page of results, and how many there are on all pages. `every`: they have every word that was asked for."""

    results: list[Found] = field(default_factory=list)
    count: int = 0
    page: int = 1
    every: bool = True

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // A_PAGE))


def find(session: Session, reader: Reader, wanted: Wanted) -> Results:
    """A page of what has all the words asked for, each thing once: in the reader's language if it has them there.

    When nothing has them all, what has some of them. What is in the reader's language comes first, then what fits
    best; a word in a title weighs ten times one in the text. Two statements, however much is found, one more when
    nothing has all the words; none when nothing is asked. A page after the last one is the first.
    """
    asked = words.asked(wanted.query)
    if not asked:
        return Results()
    found = _find(session, reader, wanted, asked, every=True)
    if not found.count and len(asked) > 1:
        found = _find(session, reader, wanted, asked, every=False)
    if not found.count and wanted.page > 1:
        return find(session, reader, replace(wanted, page=1))
    return found


def _find(session: Session, reader: Reader, wanted: Wanted, asked: list[str], *, every: bool) -> Results:
    dialect = session.get_bind().dialect.name
    query = engine(dialect).query(asked, every=every)
    page = max(1, wanted.page)
    given = vars(wanted) | {"asked": query, "offset": (page - 1) * A_PAGE, "spoken": reader.language}
    given |= {"person_id": reader.person_id, "country": f"country:{reader.country}", "own_tier": f"tier:{reader.tier}"}
    filters = tuple(name for name in FILTERS if getattr(wanted, name))
    rows = session.execute(_best(dialect, filters), given).all()
    if not rows:
        return Results(page=page, every=every)
    return Results(_shown(session, query, [number for number, _ in rows]), rows[0][1], page, every)


@cache
def _best(dialect: str, filters: tuple[str, ...]) -> Select[Any]:
    """A page of what was found and may be seen, each thing once, and how much there is.

    What is asked, by whom, and the values of the filters are parameters: a statement is made once for each choice of
    filters. Of a thing that was found in several languages the reader's is taken, else English.
    """
    found, hits = engine(dialect), engine(dialect).hits()
    mine = SearchEntry.language == bindparam("spoken")
    within = case((mine, 0), (SearchEntry.language == "en", 1), else_=2)
    thing = (SearchEntry.kind, SearchEntry.course_id, SearchEntry.lesson, SearchEntry.guideline_version_id)
    place = func.row_number().over(partition_by=(*thing, SearchEntry.clause), order_by=(within, SearchEntry.id))
    things = (
        select(*hits.c, case((mine, 0), else_=1).label("preference"), place.label("place"))
        .join(SearchEntry, SearchEntry.id == hits.c.id)
        .outerjoin(Course, Course.id == SearchEntry.course_id)
        .where(Course.retired_at.is_(None), _hers(), *(FILTERS[name] for name in filters))
        .cte("things")
    )
    return (
        select(things.c.id, func.count().over())
        .join(SearchEntry, SearchEntry.id == things.c.id)
        .where(things.c.place == 1)
        .order_by(things.c.preference, found.score(things).desc(), things.c.id)
        .limit(A_PAGE)
        .offset(bindparam("offset"))
    )


def _hers() -> ColumnElement[bool]:
    """Whether an entry is the text this reader reads: that for her country, else for her tier, else for everybody."""
    country: BindParameter[str] = bindparam("country")
    tier: BindParameter[str] = bindparam("own_tier")
    return or_(
        SearchEntry.variant == country,
        and_(SearchEntry.variant == tier, ~_has_variant(country)),
        and_(SearchEntry.variant == "", ~_has_variant(country, tier)),
    )


def _has_variant(*variants: ColumnElement[str]) -> ColumnElement[bool]:
    other = aliased(SearchEntry)
    same = (other.version_id == SearchEntry.version_id, other.lesson == SearchEntry.lesson)
    return exists(select(literal(1)).where(*same, other.variant.in_(variants)))


def _completed() -> ColumnElement[bool]:
    """Whether the reader has completed the course or lesson of an entry, in her newest enrollment."""
    later = aliased(Enrollment)
    person: BindParameter[int] = bindparam("person_id")
    newer = (later.person_id == person, later.course_id == Enrollment.course_id, later.cycle > Enrollment.cycle)
    newest = ~exists(select(literal(1)).where(*newer))
    hers = (Enrollment.person_id == person, Enrollment.course_id == SearchEntry.course_id, newest)
    course = exists(select(literal(1)).select_from(Enrollment).where(*hers, Enrollment.completed_at.is_not(None)))
    lesson = exists(
        select(literal(1))
        .select_from(LessonCompletion)
        .join(Enrollment, Enrollment.id == LessonCompletion.enrollment_id)
        .where(*hers, LessonCompletion.lesson == SearchEntry.lesson, redo.STANDS)
    )
    return case((SearchEntry.kind == "course", course), else_=lesson)


_QUIZ_MINUTES = case((SearchEntry.kind == "course", Course.quiz_minutes), else_=0)
"""What the quiz adds to the minutes of an entry: only a whole course has one. It can change without a new version."""
FILTERS: dict[str, ColumnElement[bool]] = {
    "kind": SearchEntry.kind == bindparam("kind"),
    "tier": Course.tier == bindparam("tier"),
    "language": SearchEntry.language == bindparam("language"),
    "lesson_kind": SearchEntry.lesson_kind == bindparam("lesson_kind"),
    "minutes": and_(SearchEntry.minutes + _QUIZ_MINUTES <= bindparam("minutes"), SearchEntry.kind != "clause"),
    "to_do": and_(SearchEntry.kind != "clause", ~_completed()),
}
"""The filters by the names they have in `Wanted`. Clauses take no time and are never completed."""


@cache
def _marked(dialect: str) -> Select[Any]:
    marked = engine(dialect).marked().subquery()
    return (
        select(SearchEntry, marked.c.title, marked.c.body, Course.slug, Guideline.slug, _QUIZ_MINUTES)
        .join(marked, marked.c.id == SearchEntry.id)
        .outerjoin(Course, Course.id == SearchEntry.course_id)
        .outerjoin(GuidelineVersion, GuidelineVersion.id == SearchEntry.guideline_version_id)
        .outerjoin(Guideline, Guideline.id == GuidelineVersion.guideline_id)
    )


def _shown(session: Session, query: str, numbers: list[int]) -> list[Found]:
    """The entries with these numbers, in this order, with what was found in them."""
    statement = _marked(session.get_bind().dialect.name)
    rows = session.execute(statement, {"asked": query, "numbers": numbers})
    by_number = {row[0].id: _found(*row) for row in rows}
    return [by_number[number] for number in numbers]


def _found(
    entry: SearchEntry, title: str, body: str, course: str | None, guideline: str | None, quiz_minutes: int
) -> Found:
    return Found(
        *(entry.kind, entry.course_id, course, entry.lesson, guideline, entry.clause, entry.language),
        *(entry.lesson_kind, entry.minutes + quiz_minutes),
        title=words.parts(entry.title, title),
        snippet=words.snippet(words.parts(entry.body, body)),
    )
