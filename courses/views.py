"""Finding courses, reading lessons, saying that one is done."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from courses import catalog, enrollment, progress
from courses.catalog import CourseView, LessonView, ModuleView
from courses.progress import Standing
from lms.base import fragments, i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.people.models import TIERS

blueprint = Blueprint("courses", __name__)


@blueprint.get("/courses/", endpoint="catalog")
@open_to(SIGNED_IN)
def courses() -> str:
    words, tier = request.args.get("q", "").strip(), request.args.get("tier", "")
    standings = progress.overview(web.session(), current_user.id)
    found = [one for one in standings if _matches(one.course, words) and tier in {"", one.course.tier}]
    found.sort(key=lambda one: one.course.tier != current_user.tier)
    return render_template("courses/catalog.html", standings=found, words=words, tier=tier, tiers=TIERS)


@blueprint.get("/courses/<slug>")
@open_to(SIGNED_IN)
def course(slug: str) -> str:
    standing = progress.standing(web.session(), current_user.id, slug)
    required = _required(standing.course)
    return render_template("courses/course.html", standing=standing, required=required, steps=_steps(standing))


@blueprint.get("/courses/<slug>/<lesson>")
@open_to(SIGNED_IN)
def lesson(slug: str, lesson: str) -> str | Response:
    standing = progress.standing(web.session(), current_user.id, slug)
    course, view = standing.course, standing.course.lesson(lesson)
    if _required(course):
        return redirect(url_for("courses.course", slug=slug))
    if standing.enrollment is None or standing.enrollment.last_lesson != lesson:
        person_id = current_user.id
        web.after_reading(lambda session: progress.remember_place(session, person_id, course.id, lesson))
    return fragments.framed(_lesson(standing, view))


@blueprint.post("/courses/<slug>/<lesson>/done")
@open_to(SIGNED_IN)
def complete(slug: str, lesson: str) -> Response:
    course = catalog.get(web.session(), slug)
    progress.complete_lesson(web.session(), current_user.id, course, lesson)
    following = _neighbors(course, course.lesson(lesson))[1]
    if following is None:
        return redirect(url_for("courses.course", slug=slug), 303)
    return redirect(url_for("courses.lesson", slug=slug, lesson=following.slug), 303)


def _lesson(standing: Standing, lesson: LessonView) -> Markup:
    """What a lesson's page shows: kept for all who have done the same lessons of its module. A new version is new."""
    course, module = standing.course, standing.course.module_of(lesson.slug)
    done = standing.done.intersection(one.slug for one in module.lessons)
    piece = fragments.kept(
        "courses/lesson.html",
        (course.version_id, lesson.slug, done),
        lambda: {
            "course": course,
            "module": module,
            "lesson": lesson,
            "done": done,
            "page": catalog.lesson_page(web.session(), course.version_id, lesson.slug, i18n.language()),
            "neighbors": _neighbors(course, lesson),
        },
    )
    return piece.fill({"token": fragments.token()})


def _matches(course: CourseView, words: str) -> bool:
    texts = [course.code, *course.titles.values(), *course.summaries.values()]
    texts += [title for lesson in course.lessons for title in lesson.titles.values()]
    return all(any(word in text.casefold() for text in texts) for word in words.casefold().split())


def _required(course: CourseView) -> list[CourseView]:
    """The courses this person still has to complete before this one opens."""
    if not course.prerequisites:
        return []
    missing = enrollment.still_required(web.session(), current_user.id, course.id)
    return [catalog.get(web.session(), slug) for slug in missing]


def _neighbors(course: CourseView, lesson: LessonView) -> tuple[LessonView | None, LessonView | None]:
    """The lesson before and the one after."""
    place = course.lessons.index(lesson)
    before = course.lessons[place - 1] if place else None
    after = course.lessons[place + 1] if place + 1 < len(course.lessons) else None
    return before, after


@dataclass(frozen=True)
class Step:
    """A module on the path of a course page."""

    module: ModuleView
    done: int
    state: str


def _steps(standing: Standing) -> list[Step]:
    steps: list[Step] = []
    for module in standing.course.modules:
        done = sum(lesson.slug in standing.done for lesson in module.lessons)
        complete = done == len(module.lessons)
        reached = all(step.state == "done" for step in steps)
        steps.append(Step(module, done, "done" if complete else "now" if reached else "later"))
    return steps


def tier_name(tier: str) -> str:
    """For whom a course is, in the reader's language."""
    names = {"executive": gettext("Executives"), "manager": gettext("Managers"), "staff": gettext("All staff")}
    return str(names[tier])


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"tier_name": tier_name}
