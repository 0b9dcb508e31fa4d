"""Reading, watching or hearing a lesson, and saying that it is done."""

from collections.abc import Callable
from typing import Any

from flask import make_response, redirect, request, url_for
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from courses import catalog, progress, showing
from courses.catalog import CourseView, LessonPage, LessonView
from courses.exercises import views as exercise_views
from courses.hall_views import blueprint, moved_on, still_required
from courses.progress import Standing
from courses.sessions import views as session_views
from lms.base import fragments, i18n, web
from lms.base.access import SIGNED_IN, open_to
from lms.guidelines import attestations
from lms.guidelines.attestations import AskedClause

OWN_PARTS: dict[str, Callable[[Standing, LessonView], Markup]] = {
    "exercise": exercise_views.own_part,
    "live": session_views.own_part,
}
"""By kind of lesson, what its page shows to each learner alone, in the slot `own` of the page that all share."""


@blueprint.get("/courses/<slug>/<lesson>")
@open_to(SIGNED_IN)
def lesson(slug: str, lesson: str) -> str | Response:
    standing = progress.standing(web.session(), current_user.id, slug)
    if gone := moved_on(standing.course, lesson):
        return gone
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
    standing = progress.standing(web.session(), current_user.id, slug)
    if gone := moved_on(standing.course, lesson):
        return gone
    course, view = standing.course, standing.course.lesson(lesson)
    if view.kind == "clause" and not _accepted(view):
        return make_response(fragments.framed(_asked_again(standing, view)), 422)
    progress.complete_lesson(web.session(), current_user.id, course, lesson, read_id=_version_read())
    following = _neighbors(course, view)[1]
    if following is None:
        return redirect(url_for("courses.course", slug=slug), 303)
    return redirect(url_for("courses.lesson", slug=slug, lesson=following.slug), 303)


def _lesson(standing: Standing, lesson: LessonView) -> Markup:
    """What a lesson's page shows: kept for all who see the same text and stand alike. A new version is new."""
    web.allow_frames(*showing.frame_hosts(lesson))
    page, way, clauses = _text(standing.course, lesson), _way(), _clauses(lesson)
    piece = fragments.kept(
        "courses/lesson.html",
        (standing.course.version_id, lesson.slug, _done(standing, lesson), page, way, clauses),
        lambda: _values(standing, lesson, page, way, clauses),
    )
    own = OWN_PARTS.get(lesson.kind)
    return piece.fill({"token": fragments.token(), "own": own(standing, lesson) if own else ""})


def _asked_again(standing: Standing, lesson: LessonView) -> Markup:
    """The page of a lesson about clauses when not all boxes were ticked: those that were stay so."""
    values = _values(standing, lesson, _text(standing.course, lesson), _way(), _clauses(lesson))
    return fragments.made("courses/lesson.html", values | {"ticked": _ticked(lesson), "refused": True})


def _values(
    standing: Standing, lesson: LessonView, page: LessonPage, way: str, clauses: tuple[AskedClause, ...]
) -> dict[str, Any]:
    return {
        "course": standing.course,
        "module": standing.course.module_of(lesson.slug),
        "lesson": lesson,
        "done": _done(standing, lesson),
        "page": page,
        "shown": showing.shown(web.session(), lesson, page, way),
        "clauses": clauses,
        "ticked": {},
        "refused": False,
        "neighbors": _neighbors(standing.course, lesson),
    }


def _text(course: CourseView, lesson: LessonView) -> LessonPage:
    reader = {"tier": current_user.tier, "country": current_user.country}
    return catalog.lesson_page(web.session(), course.version_id, lesson.slug, i18n.language(), **reader)


def _way() -> str:
    """The form of the lesson that the address asks for, or nothing."""
    asked = request.args.get("form", "")
    return asked if asked in showing.WAYS else ""


def _done(standing: Standing, lesson: LessonView) -> frozenset[str]:
    """The lessons of the module that are done."""
    return standing.done.intersection(one.slug for one in standing.course.module_of(lesson.slug).lessons)


def _clauses(lesson: LessonView) -> tuple[AskedClause, ...]:
    """What a lesson about clauses asks this reader to accept."""
    if lesson.kind != "clause":
        return ()
    return tuple(attestations.asked_clauses(web.session(), current_user.id, lesson.clauses, i18n.language()))


def _version_read() -> int | None:
    """The version whose text was on the page, if the page said so."""
    number = request.form.get("version", type=int)
    return number if number is not None and 0 < number < 2**31 else None


def _ticked(lesson: LessonView) -> dict[str, str]:
    """The SHA-256 of the words that were on the page, for each clause whose box is ticked."""
    sent = {code: request.form.get(f"accept-{code}") for code in lesson.clauses}
    return {code: sha256 for code, sha256 in sent.items() if sha256}


def _accepted(lesson: LessonView) -> bool:
    """Record what was ticked; whether that was all there was to accept."""
    ticked = _ticked(lesson)
    if any(not clause.accepted and clause.code not in ticked for clause in _clauses(lesson)):
        return False
    attestations.accept_clauses(web.session(), current_user.id, ticked, i18n.language(), ticked)
    return True


def _neighbors(course: CourseView, lesson: LessonView) -> tuple[LessonView | None, LessonView | None]:
    """The lesson before and the one after, past what is optional. After an optional one comes the whole course."""
    if lesson.optional:
        return None, None
    place = course.needed.index(lesson)
    before = course.needed[place - 1] if place else None
    after = course.needed[place + 1] if place + 1 < len(course.needed) else None
    return before, after
