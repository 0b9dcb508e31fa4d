"""The studio: all courses, and the outline of one."""

from flask import render_template

from courses.authoring import drafts, editions
from courses.authoring.room_views import AUTHORS, blueprint, outline
from lms.base import i18n, web
from lms.base.access import open_to


@blueprint.get("/studio/")
@open_to(AUTHORS)
def studio() -> str:
    return render_template("authoring/studio.html", courses=editions.courses(web.session()), today=i18n.reader_today())


@blueprint.get("/studio/<slug>")
@open_to(AUTHORS)
def course(slug: str) -> str:
    course = editions.course(web.session(), slug)
    return render_template(
        "authoring/course.html",
        course=course,
        outline=outline(course),
        history=drafts.history(web.session(), course.id),
    )
