"""All courses on the shelf of the studio: making, copying, retiring and finding them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courses import addresses
from courses.authoring import copying, drafts
from courses.authoring.editions import CourseEditions
from courses.authoring.structure import COPY
from courses.events import CourseRetired
from courses.models import Course, CourseText, CourseVersion, Module, ModuleText, Prerequisite
from lms.base import audit, clock
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.events import announce
from lms.base.i18n import gettext

LETTERS = {"staff": "S", "manager": "M", "executive": "E"}
"""With what the code of a course begins, by its tier."""
FIRST_MODULE = {"en": "Module 1", "nl": "Module 1", "fr": "Module 1"}


def filtered(courses: Iterable[CourseEditions], words: str, show: str, today: date) -> list[CourseEditions]:
    """The courses in whose titles, code, address or owner all words occur, and that are in the state asked for.

    `show` is draft, review, new, overdue or retired; anything else gives all that are in use.
    """
    wanted = words.casefold().split()
    return [one for one in courses if _shown(one, show, today) and all(word in _said(one) for word in wanted)]


def _said(course: CourseEditions) -> str:
    return " ".join((*course.titles.values(), course.code, course.slug, course.owner)).casefold()


def _shown(course: CourseEditions, show: str, today: date) -> bool:
    if show == "retired" or course.retired_at:
        return show == "retired" and course.retired_at is not None
    states = {
        "draft": course.draft is not None,
        "review": course.in_review_at is not None,
        "new": course.live is None,
        "overdue": course.review_on is not None and course.review_on < today,
    }
    return states.get(show, True)


def create(session: Session, person_id: int, title: str, language: str, tier: str, code: str = "") -> Course:
    """A new course with a draft of one module, titled in one language. Without a code it gets the next free one.

    Raises `Invalid` when another course has the code, `Conflict` when somebody made one with it at this moment.
    """
    title = drafts.line(title)
    course, draft = _put(session, person_id, title, tier, code)
    session.add(CourseText(version_id=draft.id, language=language, title=title, summary=""))
    module = Module(version_id=draft.id, key="module-1", position=1)
    session.add(module)
    session.flush()
    words = {"title": FIRST_MODULE[language], "objective": ""}
    session.add(ModuleText(module_id=module.id, version_id=draft.id, language=language, **words))
    audit.record(session, "made a course", f"course:{course.id}", actor_id=person_id, slug=course.slug)
    session.flush()
    return course


def copy(session: Session, course_id: int, person_id: int) -> Course:
    """A new course whose draft is a copy of another's draft or, without that, live version.

    Owner, reason and prerequisites come along; the review date, the quiz and the reviewers do not.
    """
    drafts.lock(session, course_id)
    original = session.get_one(Course, course_id, populate_existing=True)
    source = drafts.edition(session, course_id, "draft") or drafts.edition(session, course_id, "published")
    if source is None:
        raise NotFound
    course, draft = _put(session, person_id, original.slug, original.tier, "")
    course.owner, course.business_reason = original.owner, original.business_reason
    required = session.scalars(select(Prerequisite.required_id).where(Prerequisite.course_id == course_id)).all()
    session.add_all(Prerequisite(course_id=course.id, required_id=required_id) for required_id in required)
    copying.fill(session, source.id, draft.id)
    for text in session.scalars(select(CourseText).where(CourseText.version_id == draft.id)):
        text.title = f"{text.title} ({COPY.get(text.language, COPY['en'])})"
    said = {"slug": course.slug, "of": original.slug}
    audit.record(session, "copied a course", f"course:{course.id}", actor_id=person_id, **said)
    session.flush()
    return course


def proposed_code(taken: Iterable[str], tier: str) -> str:
    """The letter of a tier with the number after the highest one in use: S1, S2, …"""
    letter = LETTERS[tier]
    numbers = [int(code[1:]) for code in taken if code.startswith(letter) and code[1:].isascii() and code[1:].isdigit()]
    return f"{letter}{max(numbers, default=0) + 1}"


def retire(session: Session, course_id: int, person_id: int) -> None:
    """Take a course out of the catalog; what people did in it is kept. Audited.

    Raises `Conflict` when another course asks to complete this one first, when something above the courses needs it,
    or when it is retired already.
    """
    course = _locked(session, course_id)
    if course.retired_at:
        raise Conflict(gettext("This course is retired already."))
    waiting = waiting_for(session, course_id)
    if waiting:
        raise Conflict(
            gettext("%(codes)s can only be taken after this course. Change that first.", codes=", ".join(waiting))
        )
    course.retired_at = clock.now()
    audit.record(session, "retired a course", f"course:{course_id}", actor_id=person_id)
    session.flush()
    announce(session, CourseRetired(course.id, course.slug))


def bring_back(session: Session, course_id: int, person_id: int) -> None:
    """Put a retired course into the catalog again. Audited. Raises `Conflict` for one that is not retired."""
    course = _locked(session, course_id)
    if course.retired_at is None:
        raise Conflict(gettext("This course is not retired."))
    course.retired_at = None
    audit.record(session, "brought back a course", f"course:{course_id}", actor_id=person_id)
    session.flush()


def waiting_for(session: Session, course_id: int) -> list[str]:
    """The codes of courses in use that can only be taken after this one."""
    rows = session.scalars(
        select(Course.code)
        .join(Prerequisite, Prerequisite.course_id == Course.id)
        .where(Prerequisite.required_id == course_id, Course.retired_at.is_(None))
        .order_by(Course.position)
    )
    return list(rows)


def _locked(session: Session, course_id: int) -> Course:
    drafts.lock(session, course_id)
    return session.get_one(Course, course_id, populate_existing=True)


def _put(session: Session, person_id: int, title: str, tier: str, code: str) -> tuple[Course, CourseVersion]:
    """A course and its empty first draft, under an address and a code that nobody has."""
    rows = session.execute(select(Course.slug, Course.code, Course.position)).all()
    codes = {row.code for row in rows}
    if code in codes:
        raise Invalid(gettext("Another course has the code %(code)s. Choose another one.", code=code))
    slug = addresses.from_title(title, {row.slug for row in rows} | addresses.OF_THE_STUDIO, "course")
    course = Course(slug=slug, code=code or proposed_code(codes, tier), tier=tier)
    course.position = max((row.position for row in rows), default=0) + 1
    try:
        with session.begin_nested():
            session.add(course)
    except IntegrityError as error:
        raise Conflict(gettext("Somebody made a course like this at the same moment. Try once more.")) from error
    draft = CourseVersion(course_id=course.id, number=1, created_at=clock.now(), created_by=person_id)
    session.add(draft)
    session.flush()
    drafts.changed_by(session, draft.id, person_id)
    return course, draft
