"""The facts of a course that hold for all its versions, its titles, and what it still lacks to be published."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from courses.authoring import drafts, editions
from courses.authoring.editions import CourseEditions, ModuleNode
from courses.models import Course, CourseText, CourseVersion, Prerequisite
from lms.base import audit, clock
from lms.base.errors import Invalid, NotFound
from lms.base.i18n import gettext, pick


@dataclass(frozen=True)
class Facts:
    """What a course answers for, for whom it is, and which courses come first, by address."""

    owner: str
    business_reason: str
    review_on: date | None
    tier: str
    code: str
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answers:
    """What publishing asks of a course beside its lessons. `closed` are courses that come first and are not live."""

    business_reason: str
    owner: str
    review_on: date | None
    titled: bool
    closed: tuple[str, ...]


_required = aliased(Course)
_live = aliased(CourseVersion)
_REQUIRED = (
    select(func.aggregate_strings(_required.slug, " "))
    .join(Prerequisite, Prerequisite.required_id == _required.id)
    .where(Prerequisite.course_id == Course.id)
    .correlate(Course)
    .scalar_subquery()
)
_CLOSED = (
    select(func.aggregate_strings(_required.code, " "))
    .join(Prerequisite, Prerequisite.required_id == _required.id)
    .outerjoin(_live, and_(_live.course_id == _required.id, _live.status == "published"))
    .where(Prerequisite.course_id == Course.id, _live.id.is_(None) | _required.retired_at.is_not(None))
    .correlate(Course)
    .scalar_subquery()
)


def facts(session: Session, course_id: int) -> Facts:
    """The facts of a course as they are. Raises `NotFound`. One statement."""
    said = Course.owner, Course.business_reason, Course.review_on, Course.tier, Course.code
    row = session.execute(select(*said, _REQUIRED).where(Course.id == course_id)).one_or_none()
    if row is None:
        raise NotFound
    owner, reason, review_on, tier, code, required = row
    return Facts(owner, reason, review_on, tier, code, frozenset((required or "").split()))


def answers(session: Session, course_id: int, version_id: int) -> Answers:
    """What a course says of itself, with the titles of a version. Raises `NotFound`. One statement."""
    titled = exists().where(
        CourseText.version_id == version_id, CourseText.language == drafts.ORIGINAL, CourseText.title != ""
    )
    row = session.execute(
        select(Course.business_reason, Course.owner, Course.review_on, titled, _CLOSED).where(Course.id == course_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    reason, owner, review_on, has_title, closed = row
    return Answers(reason, owner, review_on, bool(has_title), tuple(sorted((closed or "").split())))


def missing(session: Session, course: Course | CourseEditions) -> list[str]:
    """What a course lacks to be published, a sentence each, for its author. Three statements and the editions'."""
    found = {
        version.status: version.id
        for version in session.scalars(
            select(CourseVersion).where(
                CourseVersion.course_id == course.id, CourseVersion.status.in_(("draft", "published"))
            )
        )
    }
    version_id = found.get("draft") or found.get("published")
    if version_id is None:
        raise NotFound
    return sentences(answers(session, course.id, version_id), editions.outline(session, version_id, None))


def sentences(said: Answers, modules: Iterable[ModuleNode]) -> list[str]:
    """What is missing in answers and outline, a sentence each, in the order in which an author meets it."""
    modules = list(modules)
    asked = {
        gettext("Say why the company needs this course."): said.business_reason.strip(),
        gettext("Say who owns this course."): said.owner.strip(),
        gettext("Say until when this course is to be reviewed."): said.review_on,
        gettext("Give the course a title in English: who has no other language reads that."): said.titled,
        gettext("Add a lesson."): any(module.lessons for module in modules),
    }
    found = [sentence for sentence, answer in asked.items() if not answer]
    for code in said.closed:
        found.append(gettext("Course %(code)s comes first and is not published.", code=code))
    if any(module.lessons for module in modules):
        found.extend(_empty(modules))
    return found


def _empty(modules: Iterable[ModuleNode]) -> Iterable[str]:
    for module in modules:
        if not module.lessons:
            title = pick(module.titles) if module.titles else module.key
            yield gettext("The module “%(title)s” has no lesson. Add one, or remove the module.", title=title)
        for lesson in module.lessons:
            if drafts.ORIGINAL not in lesson.states:
                yield gettext("“%(title)s” has no text in English yet.", title=pick(lesson.titles))


def save(session: Session, course_id: int, person_id: int, entered: Facts) -> None:
    """Keep the facts of a course: they hold at once, for the live version too. Audited.

    Raises `Invalid` with a sentence when a code is taken, a day has passed, courses would wait for one another, or a
    published course would be left without what it answers with.
    """
    session.execute(select(Course.id).order_by(Course.id).with_for_update(key_share=True)).all()
    before = facts(session, course_id)
    if before == entered:
        return
    course = session.get_one(Course, course_id)
    _refuse_bad_code(session, course_id, entered.code)
    _refuse_past_day(before, entered)
    rows = {row.slug: row for row in session.scalars(select(Course))}
    if unknown := entered.required - rows.keys():
        raise Invalid(gettext("There is no course %(slug)s any more.", slug=min(unknown)))
    live = set(session.scalars(select(CourseVersion.course_id).where(CourseVersion.status == "published")))
    if course_id in live:
        _refuse_for_live(entered, [rows[slug] for slug in sorted(entered.required - before.required)], live)
    _refuse_loop(session, course, entered.required, rows)
    course.owner, course.business_reason = drafts.line(entered.owner), entered.business_reason
    course.review_on, course.tier, course.code = entered.review_on, entered.tier, entered.code
    session.execute(delete(Prerequisite).where(Prerequisite.course_id == course_id))
    session.add_all(Prerequisite(course_id=course_id, required_id=rows[slug].id) for slug in entered.required)
    changed = [name for name in vars(entered) if getattr(entered, name) != getattr(before, name)]
    audit.record(session, "changed the facts of a course", f"course:{course_id}", actor_id=person_id, changed=changed)
    session.flush()


def _refuse_bad_code(session: Session, course_id: int, code: str) -> None:
    if session.scalar(select(exists().where(Course.code == code, Course.id != course_id))):
        raise Invalid(gettext("Another course has the code %(code)s. Choose another one.", code=code))


def _refuse_past_day(before: Facts, entered: Facts) -> None:
    if entered.review_on and entered.review_on != before.review_on and entered.review_on < clock.today():
        raise Invalid(gettext("The review date has passed already. Choose a day to come."))


def _refuse_for_live(entered: Facts, added: list[Course], live: set[int]) -> None:
    if not (entered.owner and entered.business_reason and entered.review_on):
        raise Invalid(gettext("A published course keeps an owner, a business reason and a review date."))
    closed = [course.code for course in added if course.id not in live or course.retired_at]
    if closed:
        raise Invalid(
            gettext(
                "Course %(code)s is not published, so nobody could complete it first. Publish that one before.",
                code=closed[0],
            )
        )


def _refuse_loop(session: Session, course: Course, required: frozenset[str], rows: Mapping[str, Course]) -> None:
    slugs = {row.id: slug for slug, row in rows.items()}
    edges: dict[str, set[str]] = {slug: set() for slug in rows}
    for one, other in session.execute(select(Prerequisite.course_id, Prerequisite.required_id)):
        edges[slugs[one]].add(slugs[other])
    if around := loop(edges | {course.slug: set(required)}, course.slug):
        codes = " → ".join(rows[slug].code for slug in around)
        raise Invalid(gettext("These courses would wait for one another: %(codes)s.", codes=codes))


def loop(edges: Mapping[str, Iterable[str]], start: str) -> list[str]:
    """The shortest way from a place along edges back to it, with the place at both ends; empty when there is none."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    for way in ways:
        for following in sorted(edges.get(way[-1], ())):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def texts(session: Session, version_id: int) -> dict[str, tuple[str, str]]:
    """Title and summary of a version in each language there is."""
    rows = session.scalars(select(CourseText).where(CourseText.version_id == version_id).order_by(CourseText.language))
    return {row.language: (row.title, row.summary) for row in rows}


def save_texts(session: Session, course_id: int, person_id: int, words: Mapping[str, tuple[str, str]]) -> None:
    """Give the draft these titles and summaries, and no other language; learners read them once it is published."""
    drafts.lock(session, course_id)
    current = drafts.edition(session, course_id, "draft") or drafts.edition(session, course_id, "published")
    if current is None:
        raise NotFound
    if texts(session, current.id) == dict(words):
        return
    draft = drafts.open_draft(session, course_id, person_id)
    session.execute(delete(CourseText).where(CourseText.version_id == draft.id))
    for language, (title, summary) in words.items():
        session.add(CourseText(version_id=draft.id, language=language, title=title, summary=summary))
    drafts.changed_by(session, draft.id, person_id)
    session.flush()
