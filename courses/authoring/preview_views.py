"""Looking at a draft as its readers will."""

from flask import render_template

from courses import catalog
from courses.authoring import drafts, editions
from courses.authoring.room_views import AUTHORS, blueprint, text_language
from lms.base import web
from lms.base.access import open_to


@blueprint.get("/studio/<slug>/<lesson>/preview")
@open_to(AUTHORS)
def preview(slug: str, lesson: str) -> str:
    course = editions.course(web.session(), slug)
    text = editions.text(web.session(), course.current.id, lesson, text_language())
    if not text.revision and text.language != drafts.ORIGINAL:
        text = editions.text(web.session(), course.current.id, lesson, drafts.ORIGINAL)
    page = catalog.LessonPage(text.language, text.title, text.html)
    return render_template("authoring/preview.html", course=course, lesson=lesson, page=page, wanted=text_language())
