"""Reading a lesson, and saying that it is done."""

from flask import redirect, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from courses import catalog, progress
from courses.catalog import CourseView, LessonView
from courses.hall_views import blueprint, still_required
from courses.progress import Standing
from lms.base import fragments, i18n, web
from lms.base.access import SIGNED_IN, open_to


@blueprint.get("/courses/<slug>/<lesson>")
@open_to(SIGNED_IN)
def lesson(slug: str, lesson: str) -> str | Response:
    standing = progress.standing(web.session(), current_user.id, slug)
    course, view = standing.course, standing.course.lesson(lesson)
    if still_required(course):
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


def _neighbors(course: CourseView, lesson: LessonView) -> tuple[LessonView | None, LessonView | None]:
    """The lesson before and the one after."""
    place = course.lessons.index(lesson)
    before = course.lessons[place - 1] if place else None
    after = course.lessons[place + 1] if place + 1 < len(course.lessons) else None
    return before, after
