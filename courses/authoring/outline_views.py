"""The studio: all courses, and the outline of one."""

from dataclasses import dataclass

from flask import render_template, request
from flask_login import current_user

from courses.authoring import drafts, editions, settings, shelf, steps
from courses.authoring.editions import CourseEditions
from courses.authoring.room_views import AUTHORS, blueprint, outline
from courses.authoring.structure_forms import TitleForm
from lms.base import i18n, web
from lms.base.access import open_to


@blueprint.get("/studio/")
@open_to(AUTHORS)
def studio() -> str:
    words, show = request.args.get("q", "").strip(), request.args.get("show", "")
    courses, today = editions.courses(web.session(), retired=True), i18n.reader_today()
    found = shelf.filtered(courses, words, show, today)
    return render_template(
        "authoring/studio.html", courses=found, any=bool(courses), words=words, show=show, today=today
    )


@blueprint.get("/studio/<slug>")
@open_to(AUTHORS)
def course(slug: str) -> str:
    return outline_page(editions.course(web.session(), slug))


@dataclass(frozen=True)
class Problem:
    """A form on the outline page that was not accepted: which one it is, and what was typed."""

    place: str
    form: TitleForm


def outline_page(course: CourseEditions, problem: Problem | None = None) -> str:
    """The outline of a course, with what a form on it has against it."""
    session, modules = web.session(), outline(course)
    return render_template(
        "authoring/course.html",
        course=course,
        outline=modules,
        history=drafts.history(session, course.id),
        steps=steps.latest(session, course.draft.id) if course.draft else [],
        missing=settings.sentences(settings.answers(session, course.id, course.current.id), modules),
        learners=editions.learners(session, course.id),
        own_language=own_language(),
        problem=problem,
        at=request.args.get("at", ""),
        by=request.args.get("by", ""),
        today=i18n.reader_today(),
    )


def own_language() -> str:
    """The language in which this author titles things."""
    spoken = str(current_user.language)
    return spoken if spoken in i18n.LANGUAGES else drafts.ORIGINAL
